"""Ask for a second person where one could do harm alone: by rule, by size, or by number of requests in a short time.

A mistaken or malicious erasure can't be undone. The approver sees the same plan, is neither who raised nor who
confirmed it, and the grace period begins only then.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.rights import require
from rtbf.cases.rules import rules_of
from rtbf.codes import SecondPerson
from rtbf.entries import note
from rtbf.errors import NeedsSecondPerson, TooLate
from rtbf.models import Request, State
from rtbf.planning.changes import refuse_changed
from rtbf.planning.freezing import GOING
from rtbf.requests.starting import start_grace
from trail.actor import Actor, require_actor

APPROVE = "rtbf.approve_request"


def second_person_for(request: Request, *, confirmer: UUID | None) -> str:
    """Return the code of why a second person must approve what `confirmer` (a user's id) confirms now, or nothing."""
    rules = rules_of(request.account)
    if rules.four_eyes:
        return SecondPerson.ALWAYS
    if request.items.filter(action__in=GOING).count() > rules.most_records:
        return SecondPerson.SIZE
    since = timezone.now() - timedelta(hours=rules.within_hours)
    lately = Request.objects.filter(confirmed_by=confirmer, confirmed_at__gte=since).exclude(pk=request.pk)
    return SecondPerson.NUMBER if lately.count() >= rules.most_requests else ""


def may_approve(actor: Actor, request: Request) -> bool:
    """Say whether this person is somebody else than who raised and who confirmed."""
    return actor.user_id is not None and actor.user_id not in (request.raised_by_id, request.confirmed_by_id)


def approve_request(*, actor: Actor, request: Request) -> Request:
    """Approve a confirmed request as the second person; its grace period begins. Approved twice, it runs once.

    Raises Refused, NeedsSecondPerson, TooLate, PlanChanged: then it must be confirmed again.
    """
    require(require_actor(actor), APPROVE, request, action="request.approved")

    _refuse_own(actor, request)
    refuse_changed(actor=actor, request=request)
    with transaction.atomic():
        held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
        if held.state == State.PENDING and held.approved_by_id is not None:
            return held
        if held.state != State.WAITING:
            raise TooLate("The request does not wait for approval any more. Nothing was approved.")
        # Again, under the lock: since it was read it may have been given back and confirmed by this very person.
        _refuse_own(actor, held)
        held.approved_by_id, held.approved_at = actor.user_id, timezone.now()
        start_grace(held, actor=actor)

        note("request.approved", held, actor, facts={"grace_hours": held.account.grace_hours})
    return held


def _refuse_own(actor: Actor, request: Request) -> None:
    if not may_approve(actor, request):
        raise NeedsSecondPerson(
            "Whoever raised or confirmed a request can't approve it. Nothing was approved. Ask another supervisor or"
            " the officer."
        )


def return_request(*, actor: Actor, request: Request) -> Request:
    """Give a request back to be looked at and confirmed again, instead of approving it. Raises Refused, TooLate."""
    require(require_actor(actor), APPROVE, request, action="request.returned")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state == State.PLANNED:
            return held
        if held.state != State.WAITING:
            raise TooLate("The request does not wait for approval any more. Nothing was returned.")
        held.state, held.confirmed_at, held.confirmed_by_id, held.second_because = State.PLANNED, None, None, ""
        held.save(update_fields=["state", "confirmed_at", "confirmed_by", "second_because"])

        note("request.returned", held, actor)
    return held
