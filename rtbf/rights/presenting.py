"""Put a request for another right than to be forgotten into words for its page."""

from typing import Any

from accounts.rights import may
from customers.models import Ground, Restriction
from privacy.open import Warrant, open_rows
from rtbf import words
from rtbf.codes import Asks, Objection, Upheld
from rtbf.models import Request, State
from rtbf.rights.objecting import erasure_of
from rtbf.rights.raising import DECIDE
from trail.actor import Actor


def other_right(request: Request, actor: Actor, opening: Warrant) -> dict[str, Any]:
    """Return what the page of such a request shows beside what every request has."""
    is_open = request.state == State.DECIDING
    erasure = Request.objects.filter(pk=erasure_of(request), account_id=request.account_id).first()
    return {
        "ground": _ground(request),
        "corrections": _corrections(request, opening),
        "corrected": [
            f"{number:,} {words.named(kind, number)}" for kind, number in request.counts.get("corrected", {}).items()
        ],
        "restrictions": Restriction.objects.filter(request_id=request.pk, account_id=request.account_id),
        "erasure": erasure,
        "decision": Upheld(request.decision).label if request.decision else "",
        "decisions": Upheld.choices,
        "may_decide": is_open and may(actor, DECIDE, request),
    }


def _ground(request: Request) -> str:
    if not request.ground:
        return ""
    return str((Ground if request.asks == Asks.RESTRICTION else Objection)(request.ground).label)


def _corrections(request: Request, opening: Warrant) -> list[dict[str, str]]:
    rows = list(request.corrections.filter(condemned_at=None).order_by("pk"))
    opened = open_rows(rows, "old", "new", warrant=opening) if rows else {}
    return [{"kind": row.kind, **opened[row.pk]} for row in rows if row.pk in opened]
