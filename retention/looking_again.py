"""Look again at a hold: who answers for it, and when the next look is due. What it covers never changes."""

from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.rights import require
from retention.errors import Incomplete
from retention.holds import check_owner, check_review, name_of
from retention.models import LegalHold
from trail.actor import Actor, require_actor
from trail.append import append


def change_hold(*, actor: Actor, hold: LegalHold, owner_id: UUID | None, review_on: date | None) -> LegalHold:
    """Set who owns a hold in force and when it is looked at again. Raises Refused, Incomplete."""
    require(require_actor(actor), "retention.place_hold", hold, action="hold.changed")

    check_review(hold.account, review_on)
    if owner_id is None:
        raise Incomplete("Choose who answers for the hold. Nothing was changed.")

    with transaction.atomic():
        living = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if not living.is_active:
            raise Incomplete("The hold was released. Nothing was changed.")
        check_owner(living.account, owner_id)
        living.owner_id, living.review_on, living.reminded_on = owner_id, review_on, None
        living.save(update_fields=["owner", "review_on", "reminded_on"])
        facts = {"reference": living.reference, "review_on": review_on.isoformat() if review_on else None}
        append("hold.changed", actor=actor, account_id=living.account_id, record=name_of(living), facts=facts)
    return living
