"""Begin the time in which a confirmed request can still be cancelled, and queue its work for the end of it."""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from interactions.models import Interaction
from rtbf.models import Request, State
from rtbf.queueing import queue_work
from trail.actor import Actor


def start_grace(request: Request, *, actor: Actor) -> None:
    """Let the request wait for its grace period and for calls that still run. The caller holds its row lock."""
    now = timezone.now()
    end = (request.approved_at or request.confirmed_at or now) + timedelta(hours=request.account.grace_hours)
    request.grace_ends_at = max(end, last_running_ends_at(request) or end)
    request.state = State.PENDING
    queue_work(request, actor=actor, not_before=request.grace_ends_at)
    request.save(
        update_fields=[
            "state", "confirmed_at", "confirmed_by", "second_because", "approved_at", "approved_by", "grace_ends_at",
            "job_id",
        ]
    )  # fmt: skip


def last_running_ends_at(request: Request) -> datetime | None:
    """Return when the last call of the plan that still runs will end, as far as its source has said."""
    running = Interaction.objects.filter(
        pk__in=request.items.filter(label=Interaction._meta.label).values("record_id"), ended_at__gt=timezone.now()
    )
    end: datetime | None = running.aggregate(end=Max("ended_at"))["end"]
    return end
