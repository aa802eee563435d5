"""The job that verifies the log, and the clock's daily turn of it."""

from audit import verification
from jobs.clock import every
from jobs.models import Job
from jobs.registry import Progress, job


@job(verification.VERIFY)
def verify_log(job: Job, progress: Progress) -> None:
    """Verify the log."""
    verification.carry_out(job, progress)


@every(600)
def verify_daily() -> None:
    """Queue the daily verification when it is due."""
    verification.verify_daily()
