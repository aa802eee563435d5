"""Verify the log as a job, when an auditor asks for it and once a day by itself.

One verification at a time is enough: whoever asks while one waits or runs gets that one. The result is a row the
auditor's pages show, and an entry of the log itself.
"""

from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.rights import require
from jobs.models import OPEN, Job
from jobs.queue import enqueue
from jobs.registry import Progress
from jobs.runner import actor_of
from trail.actor import Actor, require_actor
from trail.append import append
from trail.models import VerificationRun
from trail.state import verification_state
from trail.verify import remember, verify

VERIFY: Final = "audit.verify"
RIGHT: Final = "trail.verify"
LOCK: Final = 0x4C65_7468_6503
EVERY: Final = timedelta(hours=24)


def start_verification(*, actor: Actor) -> Job:
    """Let the whole log be verified, and return the job that does it, or the one under way. Raises Refused."""
    require(require_actor(actor), RIGHT, action="log.verified")
    return _queued(actor)


def verify_daily() -> Job | None:
    """Queue a verification when the last one is a day old; nobody asked, so the house itself acts."""
    last = VerificationRun.objects.order_by("-at").first()
    if last is not None and last.at > timezone.now() - EVERY:
        return None
    return _queued(Actor.job(on_behalf_of=None, account_id=None))


def carry_out(job: Job, progress: Progress) -> None:
    """Verify the log, remember what was found, and put it on record; done twice, it is simply verified twice."""
    progress(0, verification_state().entries)
    report = verify()
    with transaction.atomic():
        remember(report)
        append(
            "log.verified",
            actor=actor_of(job),
            account_id=job.account_id,
            record=(job._meta.label, str(job.pk)),
            outcome="done" if report.ok else "failed",
            facts={"entries": report.entries, "findings": report.findings_count},
        )
    progress(report.entries, report.entries)


def latest_job() -> Job | None:
    """Return the verification that runs or ran last, whoever asked for it."""
    return Job.objects.filter(kind=VERIFY).order_by("-pk").first()


def _queued(actor: Actor) -> Job:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        running = Job.objects.filter(kind=VERIFY, status__in=OPEN).first()
        return running or enqueue(VERIFY, account_id=actor.account_id, subject=None, actor=actor)
