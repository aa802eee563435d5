"""Queue the work of a request; its job carries it out when its time has come."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from customers.models import Customer
from interactions.models import Interaction
from jobs import queue
from rtbf.models import Action, Request
from trail.actor import Actor

EXECUTE: Final = "rtbf.execute"
LOOK_AGAIN: Final = timedelta(minutes=15)
"""After how long to ask again whether a call has ended whose source has not told when."""


def queue_work(request: Request, *, actor: Actor, not_before: datetime | None = None) -> None:
    """Queue the work and note its job in the request, in the caller's transaction; the caller saves `job_id`."""
    job = queue.enqueue(EXECUTE, account_id=request.account_id, subject=request.pk, actor=actor, not_before=not_before)
    request.job_id = job.pk


def wait_on(request: Request, *, actor: Actor) -> bool:
    """Wait longer when a call is under way now that the grace period is over; returns whether it waits.

    The caller holds the request's row lock.
    """
    until = calls_end_at(request, timezone.now())
    if until is None:
        return False
    request.grace_ends_at = until
    queue_work(request, actor=actor, not_before=until)
    request.save(update_fields=["grace_ends_at", "job_id"])
    return True


def calls_end_at(request: Request, now: datetime) -> datetime | None:
    """Return when the last call under way of whom the request names will end; none when there is no such call.

    Where the source has not told the end, it is the moment to look again.
    """
    named = request.items.filter(label=Customer._meta.label).exclude(action=Action.KEEP).values("record_id")
    planned = request.items.filter(label=Interaction._meta.label).values("record_id")
    calls = Interaction.objects.living().under_way(now).filter(Q(pk__in=planned) | Q(customer__in=named))
    ends = [ended_at if ended_at > now else now + LOOK_AGAIN for ended_at in calls.values_list("ended_at", flat=True)]
    return max(ends, default=None)
