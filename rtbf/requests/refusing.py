"""Refuse a request with a ground of the law, or take two months more for it, both in time and on record.

GDPR Art. 12(3) and 12(4): whoever asked must be told within the first month, with the reasons. The letters are written
beside this; the page says so until they are.
"""

from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.days import today_in
from accounts.rights import require
from rtbf.cases.clocks import MONTHS_EXTENDED, due_on
from rtbf.cases.rules import calendar_of
from rtbf.codes import Asks, Extension, Objection, RefusalGround
from rtbf.entries import note
from rtbf.errors import NotPossible, TooLate
from rtbf.models import OPEN, Request, State
from rtbf.requests.lifecycle import stop_job
from trail.actor import Actor, require_actor

REFUSE = "rtbf.refuse_request"


OF_ALL: Final = (RefusalGround.IDENTITY, RefusalGround.UNFOUNDED, RefusalGround.EXCESSIVE, RefusalGround.NOTHING_HELD)
OF_OTHERS: Final[dict[str, tuple[RefusalGround, ...]]] = {
    Asks.RECTIFICATION: (RefusalGround.ACCURATE,),
    Asks.RESTRICTION: (RefusalGround.NO_CASE,),
    Asks.OBJECTION: (RefusalGround.COMPELLING, RefusalGround.CLAIMS),
}


def grounds_of(request: Request) -> list[tuple[str, str]]:
    """Return the grounds on which a request of its kind may be refused, as choices."""
    own = [ground for grounds in OF_OTHERS.values() for ground in grounds if ground != RefusalGround.CLAIMS]
    if request.asks == Asks.ERASURE:
        return [(each.value, str(each.label)) for each in RefusalGround if each not in own]
    grounds = (*OF_OTHERS[request.asks], *OF_ALL)
    # Whoever objects to direct marketing is never weighed against anything (Art. 21(3)).
    if request.ground == Objection.MARKETING:
        grounds = OF_ALL
    return [(each.value, str(each.label)) for each in grounds]


def refuse_request(*, actor: Actor, request: Request, ground: str) -> Request:
    """Refuse a request before it is carried out; `ground`: a RefusalGround. Refused twice, it stays as it is.

    Raises Refused, NotPossible, TooLate.
    """
    require(require_actor(actor), REFUSE, request, action="request.refused")

    if ground not in dict(grounds_of(request)):
        raise NotPossible("Choose the ground of the refusal from the list. Nothing was refused.")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state == State.REFUSED:
            return held
        if held.state not in OPEN:
            raise TooLate("The request is being carried out or has ended; it can't be refused any more.")
        stop_job(held, actor=actor)
        held.state, held.refused_at, held.refused_by_id = State.REFUSED, timezone.now(), actor.user_id
        held.refused_because = ground
        held.save(update_fields=["state", "refused_at", "refused_by", "refused_because"])

        note("request.refused", held, actor, facts={"code": ground})
    return held


def extend_request(*, actor: Actor, request: Request, because: str) -> Request:
    """Take two months more, counted from the day it came in; `because`: an Extension. Extended twice, it stays.

    Raises Refused, NotPossible, TooLate when the first month is over.
    """
    require(require_actor(actor), REFUSE, request, action="request.extended")

    if because not in Extension.values:
        raise NotPossible("Choose from the list why it takes longer. Nothing was extended.")

    with transaction.atomic():
        held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
        if held.extended_at is not None:
            return held
        if held.is_ended:
            raise TooLate("The request has ended. Nothing was extended.")
        if today_in(held.account) > held.due_on:
            raise TooLate(
                "The first month is over, and only within it can more time be taken (Art. 12(3)). Nothing was extended."
            )
        held.due_on = due_on(held.received_on, calendar_of(held.account), months=MONTHS_EXTENDED)
        held.extended_at, held.extended_by_id, held.extended_because = timezone.now(), actor.user_id, because
        held.save(update_fields=["due_on", "extended_at", "extended_by", "extended_because"])

        note("request.extended", held, actor, facts={"code": because})
    return held
