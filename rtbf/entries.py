"""Write the entries of requests: each names the request and its reference, and carries codes and counts only."""

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
