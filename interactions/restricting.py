"""Keep restricted customers' calls closed at every door: opened for legal claims only, and by an officer (Art. 18(2)).

Whoever else asks is refused with a sentence that says so, and with an entry. An officer sees no other call.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.rights import may, require
from customers.restricting import GROUND, OPEN, restricted
from interactions.models import Interaction
from interactions.purposes import LEGAL, Reason
from trail.actor import Actor
from trail.refusal import Refused

CLOSED = "This customer's data is restricted ({reference}, Art. 18 GDPR). Nothing was opened."
CLAIMS_ONLY = f"{CLOSED} A data-protection officer may open it for legal claims."
SAY_LEGAL = f"{CLOSED} It may be opened for legal claims only: choose Legal, with the case."


def opens(actor: Actor, route: Mapping[str, Any]) -> bool:
    """Say whether the actor may open the page of this call because it is restricted; `route`: its `pk`."""
    return may(actor, OPEN) and Interaction.objects.visible_to(actor).filter(pk=route["pk"]).exists()


def require_to(actor: Actor, right: str, *, action: str) -> None:
    """Pass whoever has `right`, and whoever may open restricted calls: they see no others. Raises Refused."""
    if not may(actor, OPEN):
        require(actor, right, action=action)


def refuse_restricted(
    actor: Actor, customer_id: UUID | None, *, action: str, record: tuple[str, str], reason: Reason | None = None
) -> str:
    """Raise Refused when the call of this customer may not be opened; else return the restriction's reference, or "".

    reason: why it is opened, where that was said already.
    """
    reference = restricted([customer_id]).get(customer_id) if customer_id else None
    if reference is None:
        return ""
    is_for_claims = reason is None or reason.purpose == LEGAL
    if may(actor, OPEN) and is_for_claims:
        return reference
    sentence = SAY_LEGAL if may(actor, OPEN) else CLAIMS_ONLY
    raise Refused(sentence.format(reference=reference), actor=actor, action=action, code=GROUND, record=record)
