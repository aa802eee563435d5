"""Go on with what a legal hold deferred, once the hold is released.

Release and end of a request take turns at the request's row: either the release finds the request ended and opens it
again, or the end finds the hold released. So nothing stays deferred by a hold that is no more. Whatever another guard
still keeps is simply kept again when it is tried.
"""

from django.db.models import Q, QuerySet

from retention.models import LegalHold
from rtbf import words
from rtbf.entries import note
from rtbf.models import Outcome, PlanItem, Request, State
from rtbf.queueing import queue_work
from trail.actor import Actor

UNDER_WAY = (State.PENDING, State.EXECUTING)


def go_on_after(hold: LegalHold, *, actor: Actor) -> None:
    """Open the requests again that ended with exceptions because of this hold. Runs where the hold is released."""
    # Those under way wait here until the release is committed, and see it when they end.
    list(_locked(hold).filter(state__in=UNDER_WAY).values_list("pk", flat=True))
    kept = PlanItem.objects.filter(held_by=hold.pk, outcome=Outcome.KEPT).values("request_id")
    for request in _locked(hold).filter(state=State.EXCEPTIONS, pk__in=kept):
        open_again(request, actor=actor)


def _locked(hold: LegalHold) -> QuerySet[Request]:
    return Request.objects.select_for_update().filter(account_id=hold.account_id).order_by("pk")


def open_again(request: Request, *, actor: Actor) -> bool:
    """Queue what released holds had deferred of a request, whose row the caller has locked. Returns whether any."""
    kept = request.items.filter(outcome=Outcome.KEPT)
    holds = {hold_id for hold_id in kept.values_list("held_by", flat=True) if hold_id}
    if not LegalHold.objects.filter(pk__in=holds).exclude(released_at=None).exists():
        return False
    # With a part of the customer the rest was kept, so it is tried again too.
    again = kept.filter(Q(held_by__isnull=False) | Q(because=words.CUSTOMER_KEPT))
    number = again.update(done_at=None, outcome="", held_by=None)
    request.state, request.finished_at = State.EXECUTING, None
    queue_work(request, actor=actor)
    request.save(update_fields=["state", "finished_at", "job_id"])
    note("request.resumed", request, actor, facts={"items": number, "code": "hold_released"})
    return True
