"""Put jobs into the queue, take them out, and find those that were lost.

The row is written in the transaction of the act that wants the work: both happen or neither.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jobs.doorbell import queue_of, ring
from jobs.models import OPEN, Job, Status
from trail.actor import Actor, require_actor
from trail.append import append

SWEPT = 200
RING_AGAIN = timedelta(seconds=15)


def enqueue(
    kind: str, *, account_id: UUID | None, subject: UUID | None, actor: Actor, not_before: datetime | None = None
) -> Job:
    """Write a job into the caller's transaction and ring for a worker when that commits. Raises NoActor.

    `subject` is the id of the row to work on. `not_before` makes it wait.
    """
    now = timezone.now()
    due = not_before is None or not_before <= now
    job = Job.objects.create(
        kind=kind,
        account_id=account_id,
        subject=subject,
        actor=require_actor(actor).as_facts(),
        not_before=not_before or now,
        rung_at=now if due else None,
    )
    if due:
        # A function with a name: Django names what failed, which a partial has not.
        transaction.on_commit(lambda: ring(job.pk, queue_of(kind)), robust=True)
    return job


def enqueue_for_account(kind: str, account_id: UUID) -> bool:
    """Let the house do what has come due in an account, unless that waits or is under way; says whether it was queued.

    The account is the job's subject.
    """
    if Job.objects.filter(kind=kind, subject=account_id, status__in=OPEN).exists():
        return False
    with transaction.atomic():
        actor = Actor.job(on_behalf_of=None, account_id=account_id)
        enqueue(kind, account_id=account_id, subject=account_id, actor=actor)
    return True


def cancel(job: Job, *, actor: Actor) -> bool:
    """Cancel a job: at once while it waits, at its next progress while it runs. False when it has ended already."""
    require_actor(actor)
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.status not in OPEN:
            return False
        now = timezone.now()
        if held.status == Status.QUEUED:
            held.status, held.ended_at = Status.CANCELLED, now
        held.cancel_requested_at = now
        held.save(update_fields=["status", "ended_at", "cancel_requested_at"])
        append("job.cancelled", actor=actor, account_id=held.account_id, record=(held._meta.label, str(held.pk)))
    return True


def due() -> QuerySet[Job]:
    """Return the jobs that wait and may start, and those whose worker was lost."""
    now = timezone.now()
    return Job.objects.filter(
        Q(status=Status.QUEUED, not_before__lte=now) | Q(status=Status.RUNNING, lease_until__lt=now)
    ).order_by("not_before", "pk")


def sweep() -> int:
    """Ring for jobs that are due and not rung for lately; returns for how many. Ringing too often does no harm."""
    lately = timezone.now() - RING_AGAIN
    found = list(due().filter(Q(rung_at=None) | Q(rung_at__lt=lately)).values_list("pk", "kind")[:SWEPT])
    rung = [job_id for job_id, kind in found if ring(job_id, queue_of(kind))]
    Job.objects.filter(pk__in=rung).update(rung_at=timezone.now())
    return len(rung)
