"""Confirm, after a database was restored, that the account's legal holds were looked at: disposal by age goes on.

Holds placed after the copy was made are missing from it. Only a person can know which; until an officer has said so,
nothing is disposed of by age.
"""

from typing import Final

from django.db import transaction

from accounts.models import Account
from accounts.rights import require
from privacy import restored
from privacy.models import Restoration
from retention.errors import HoldError
from trail.actor import Actor, require_actor
from trail.append import append

RIGHT: Final = "retention.place_hold"
REVIEWED: Final = "holds.reviewed"


class NothingToReview(HoldError):
    """No restore waits for this account's holds."""


def confirm_holds(*, actor: Actor, account: Account) -> Restoration:
    """Note that `actor` has looked at the account's holds after the last restore, and let disposal go on there.

    Raises Refused; NothingToReview when there was no restore, or somebody has confirmed it already.
    """
    require(require_actor(actor), RIGHT, account, action=REVIEWED)
    if actor.user_id is None:
        raise NothingToReview("A member confirms the holds, by name. Nothing was noted.")
    with transaction.atomic():
        found = restored.confirm_review(account.pk, user_id=actor.user_id)
        if found is None:
            raise NothingToReview("No restore waits for somebody to look at the holds of this account.")
        append(REVIEWED, actor=actor, account_id=account.pk, facts={"lost": found.lost})
    return found
