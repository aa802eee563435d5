"""Queue the work of a request; its job carries it out when its time has come."""

from datetime import datetime
from typing import Final

from jobs import queue
from rtbf.models import Request
from trail.actor import Actor

EXECUTE: Final = "rtbf.execute"


def queue_work(request: Request, *, actor: Actor, not_before: datetime | None = None) -> None:
    """Queue the work and note its job in the request, in the caller's transaction; the caller saves `job_id`."""
    job = queue.enqueue(EXECUTE, account_id=request.account_id, subject=request.pk, actor=actor, not_before=not_before)
    request.job_id = job.pk
