"""Begin the time in which a confirmed request can still be cancelled, and queue its work for the end of it.

A call that is under way is waited for: what is recorded until its end would come in after the erasure.
"""

from datetime import timedelta

from django.utils import timezone

from rtbf.models import Request, State
from rtbf.queueing import calls_end_at, queue_work
from trail.actor import Actor


def start_grace(request: Request, *, actor: Actor) -> None:
    """Let the request wait for its grace period and for calls that still run. The caller holds its row lock."""
    now = timezone.now()
    end = (request.approved_at or request.confirmed_at or now) + timedelta(hours=request.account.grace_hours)
    request.grace_ends_at = max(end, calls_end_at(request, now) or end)
    request.state = State.PENDING
    queue_work(request, actor=actor, not_before=request.grace_ends_at)
    request.save(
        update_fields=[
            "state", "confirmed_at", "confirmed_by", "second_because", "approved_at", "approved_by", "grace_ends_at",
            "job_id",
        ]
    )  # fmt: skip
