"""Write the entries of requests: each names the request, its reference and its right, with codes and counts only."""

from privacy.open import Warrant, warrant
from privacy.witness import RecordRef
from rtbf.codes import Asks
from rtbf.models import Request
from trail.actor import Actor
from trail.append import append
from trail.canonical import Fact

GROUND = "right_to_erasure"
GROUNDS = {
    Asks.ERASURE: GROUND,
    Asks.RECTIFICATION: "right_to_rectification",
    Asks.RESTRICTION: "right_to_restriction",
    Asks.OBJECTION: "right_to_object",
}


def note(
    action: str, request: Request, actor: Actor, *, facts: dict[str, Fact] | None = None, outcome: str = "done"
) -> None:
    """Append an entry about a request, in the caller's transaction."""
    append(
        action,
        actor=actor,
        account_id=request.account_id,
        record=(request._meta.label, str(request.pk)),
        outcome=outcome,
        purpose=GROUNDS[Asks(request.asks)],
        case=request.reference,
        facts=facts,
    )


def opening_of(request: Request, actor: Actor, action: str) -> Warrant:
    """Return the warrant to open what belongs to a request; `action` is what the entries of the openings are called."""
    return warrant(
        actor=actor,
        action=action,
        account_id=request.account_id,
        purpose=GROUNDS[Asks(request.asks)],
        record=RecordRef(request._meta.label, request.pk, request.account_id),
        case=request.reference,
    )
