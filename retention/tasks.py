"""The job that carries out a disposal run, and the clock's call that begins one every night."""

from jobs.clock import every
from jobs.models import Job
from jobs.registry import Progress, job
from jobs.runner import actor_of
from retention.disposal import dispose
from retention.nights import DISPOSE, begin_due_runs


@job(DISPOSE)
def carry_out_disposal(job: Job, progress: Progress) -> None:
    """Carry out the run the job names."""
    if job.subject is not None:
        dispose(job.subject, actor=actor_of(job), progress=progress)


@every(60)
def begin_nightly_disposal() -> None:
    """Begin the runs of accounts whose window has opened."""
    begin_due_runs()
