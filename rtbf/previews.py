"""Look for a customer without asking to forget anything: the search is on record, nothing else happens."""

from collections.abc import Iterator, Sequence

from accounts.models import Account
from accounts.rights import require
from privacy.open import warrant
from rtbf.entries import GROUND
from rtbf.places import Place, lines
from rtbf.requests import search
from trail.actor import Actor

SEE = "rtbf.view_request"


def preview(*, actor: Actor, account: Account, identifiers: Sequence[str]) -> Iterator[Place]:
    """Return a line for each record about the person, as `places.lines` does. Raises what plan_request raises."""
    require(actor, SEE, account, action="customer.searched")
    _, found = search(actor, account, identifiers)
    opening = warrant(actor=actor, action="places.opened", account_id=account.pk, purpose=GROUND)
    return lines(found.items, warrant=opening)
