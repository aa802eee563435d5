"""Run one job: claim it, keep the lease alive, and write down how it ended.

A claim is one conditional UPDATE, so a doorbell that rings twice does nothing twice. A worker that dies leaves a lease
that ends; the sweep rings again and the next worker goes on. Only codes are kept of what went wrong.
"""

import logging
import traceback
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connections, transaction
from django.db.models import Case, F, PositiveIntegerField, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs.beat import Beat
from jobs.errors import Cancelled, JobFailed, LeaseLost
from jobs.models import Job, Status
from jobs.queue import due
from jobs.registry import Work, work_for
from trail.actor import Actor
from trail.append import append
from trail.refusal import Refusal, recording_refusals

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
FIRST_PAUSE_S = 15
LONGEST_PAUSE_S = 3_600

logger = logging.getLogger(__name__)


def run(job_id: UUID) -> bool:
    """Do a job if it is due and nobody else does it; returns whether it was taken. Safe to call twice or at once."""
    job = _claim(job_id)
    if job is None:
        return False
    with Beat(job, LEASE):
        _attempt(job)
    return True


def run_due() -> int:
    """Do every job that is due, here and now; returns how many. For tests and for commands that wait."""
    count = 0
    while job_id := due().exclude(kind__in=_unknown_kinds()).values_list("pk", flat=True).first():
        count += run(job_id)
    return count


def actor_of(job: Job) -> Actor:
    """Return the actor of a job: it acts on behalf of whoever asked for it."""
    return Actor.from_facts(job.actor, request_id=str(job.pk))


class LeaseProgress:
    """The progress of one attempt; each call renews its lease."""

    def __init__(self, job: Job) -> None:
        """Tell the progress of the attempt that holds the job's lease."""
        self._job = job

    def __call__(self, done: int, total: int | None = None) -> None:
        """Note the progress. A job that gets on has its attempts counted anew."""
        job = self._job
        changes = {"progress_total": total} if total is not None else {}
        held = _held(job).update(
            progress_done=done,
            lease_until=timezone.now() + LEASE,
            attempts=Case(
                When(progress_done__lt=done, then=1), default=F("attempts"), output_field=PositiveIntegerField()
            ),
            **changes,
        )
        if not held:
            raise LeaseLost
        if _held(job).exclude(cancel_requested_at=None).exists():
            raise Cancelled


def _claim(job_id: UUID) -> Job | None:
    kind = Job.objects.filter(pk=job_id).values_list("kind", flat=True).first()
    if kind is None or work_for(kind) is None:
        logger.error("Job %s was left in the queue: no loaded app does jobs of its kind.", job_id)
        return None
    now, lease = timezone.now(), uuid4()
    claimed = (
        Job.objects.filter(pk=job_id)
        .filter(Q(status=Status.QUEUED, not_before__lte=now) | Q(status=Status.RUNNING, lease_until__lt=now))
        .update(
            status=Status.RUNNING,
            lease=lease,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", now),
            error_code="",
        )
    )
    return Job.objects.get(pk=job_id) if claimed else None


def _attempt(job: Job) -> None:
    work = work_for(job.kind)
    try:
        _work(job, work)
    except Refusal as refusal:
        _fail(job, refusal.code)
    except JobFailed as problem:
        _again_or_fail(job, problem.code, again=problem.again)
    except Cancelled:
        _end(job, Status.CANCELLED)
    except LeaseLost:
        logger.warning("Job %s was taken over by another worker; this one stopped.", job.pk)
    except Exception as problem:  # noqa: BLE001 - whatever a job raises must end as a code, its text may be personal
        _log_unexpected(job, problem)
        _again_or_fail(job, f"unexpected.{type(problem).__name__}", again=True)
    except BaseException:
        _requeue(job, "interrupted", pause_s=0)
        raise
    else:
        _end(job, Status.DONE)


def _work(job: Job, work: Work | None) -> None:
    if job.cancel_requested_at is not None:
        raise Cancelled
    if job.attempts > MAX_ATTEMPTS or work is None:
        raise JobFailed("attempts_exhausted")
    with recording_refusals():
        work(job, LeaseProgress(job))


def _drop_broken_connections() -> None:
    """Let go of connections that a failure left unusable, so that its outcome can be written down."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred and not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, lease=job.lease, status=Status.RUNNING)


def _end(job: Job, status: Status, code: str = "") -> bool:
    ended = _held(job).update(status=status, ended_at=timezone.now(), lease=None, lease_until=None, error_code=code)
    return bool(ended)


def _fail(job: Job, code: str) -> None:
    _drop_broken_connections()
    with transaction.atomic():
        if _end(job, Status.FAILED, code[:80]):
            append(
                "job.failed",
                actor=actor_of(job),
                account_id=job.account_id,
                record=(job._meta.label, str(job.pk)),
                outcome="failed",
                facts={"code": code, "kind": job.kind},
            )


def _again_or_fail(job: Job, code: str, *, again: bool) -> None:
    _drop_broken_connections()
    job.refresh_from_db(fields=["attempts"])
    if not again or job.attempts >= MAX_ATTEMPTS:
        _fail(job, code)
        return
    _requeue(job, code, pause_s=min(FIRST_PAUSE_S * 2 ** (job.attempts - 1), LONGEST_PAUSE_S))


def _requeue(job: Job, code: str, *, pause_s: int) -> None:
    _drop_broken_connections()
    _held(job).update(
        status=Status.QUEUED,
        not_before=timezone.now() + timedelta(seconds=pause_s),
        rung_at=None,
        lease=None,
        lease_until=None,
        error_code=code[:80],
    )


def _log_unexpected(job: Job, problem: Exception) -> None:
    """Say where it broke, without the exception's text and without values."""
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    logger.error("Job %s broke with %s at %s:%s.", job.pk, type(problem).__name__, frame.filename, frame.lineno)


def _unknown_kinds() -> list[str]:
    return [kind for kind in due().values_list("kind", flat=True).distinct() if work_for(kind) is None]
