"""Decide an objection (GDPR Art. 21): upheld, the data is restricted or forgotten; refused, with the ground.

Refusing is what it is for every request (`rtbf.requests.refusing`); only an objection to direct marketing is never
weighed.
"""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts.rights import require
from customers.models import Ground
from privacy.open import open_rows
from rtbf.codes import Asks, Upheld
from rtbf.entries import note, opening_of
from rtbf.errors import NotPossible, TooLate
from rtbf.external.tasking import ask_others
from rtbf.models import Request, State
from rtbf.requests.raising import raise_request
from rtbf.rights.raising import DECIDE, locked_for_decision
from rtbf.rights.restricting import notices_of_restriction, place
from trail.actor import Actor, require_actor


def uphold_objection(*, actor: Actor, request: Request, decision: str) -> Request:
    """Uphold an objection; `decision`: an Upheld. Upheld twice, it stays as it was decided.

    Raises Refused, also where the actor may not ask to forget somebody; TooLate, NotPossible, RequestError.
    """
    require(require_actor(actor), DECIDE, request, action="objection.decided")

    if decision not in Upheld.values:
        raise NotPossible("Choose from the list what follows. Nothing was decided.")
    request = Request.objects.select_related("account").get(pk=request.pk)
    if request.asks == Asks.OBJECTION and request.state == State.DECIDING and decision == Upheld.ERASURE:
        with transaction.atomic():
            locked_for_decision(request)
        _raise_erasure(request, actor=actor)
    restricts = decision == Upheld.RESTRICTION and request.asks == Asks.OBJECTION
    notices = notices_of_restriction(request, actor=actor) if restricts else None

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.asks != Asks.OBJECTION:
            raise TooLate("The customer did not object. Nothing was decided.")
        if held.state == State.COMPLETED:
            return held
        if held.state != State.DECIDING:
            raise TooLate("The objection was decided or has ended. Nothing was done.")
        if decision == Upheld.RESTRICTION:
            place(*locked_for_decision(held), Ground.OBJECTED, actor)
            if notices is not None:
                ask_others(held, notices, actor=actor)
        held.state, held.decision, held.finished_at = State.COMPLETED, decision, timezone.now()
        held.save(update_fields=["state", "decision", "finished_at"])

        note("objection.decided", held, actor, facts={"code": decision})
    return held


def erasure_of(request: Request) -> UUID:
    """Return the id of the request to forget that an objection leads to: always the same, so that it is one."""
    return uuid5(request.pk, "erasure")


def _raise_erasure(request: Request, *, actor: Actor) -> Request:
    rows = list(request.identifiers.filter(condemned_at=None))
    opened = open_rows(rows, "typed", warrant=opening_of(request, actor, "request.opened"))
    lines = [f"{row.kind}:{opened[row.pk]['typed']}" for row in rows if row.pk in opened]
    return raise_request(actor=actor, account=request.account, identifiers=lines, request_id=erasure_of(request))
