"""The jobs that carry out a disposal run and remind of holds, and the clock's calls that begin them."""

from jobs.clock import every
from jobs.models import Job
from jobs.registry import Progress, job
from jobs.runner import actor_of
from retention.disposal import dispose
from retention.hold_reminders import REMIND, queue_hold_reminders, remind_of_holds
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


@job(REMIND)
def write_reminders_of_holds(job: Job, progress: Progress) -> None:
    """Remind the owners of an account's holds."""
    if job.subject is not None:
        remind_of_holds(job.subject, actor=actor_of(job))


@every(3_600)
def remind_of_reviews() -> None:
    """Queue reminders of holds that are due for another look."""
    queue_hold_reminders()
