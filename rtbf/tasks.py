"""The job that carries out a request."""

from jobs.models import Job
from jobs.registry import Progress, job
from jobs.runner import actor_of
from rtbf.execution import execute
from rtbf.requests import EXECUTE


@job(EXECUTE)
def execute_request(job: Job, progress: Progress) -> None:
    """Carry out the request the job names."""
    if job.subject is not None:
        execute(job.subject, actor=actor_of(job), progress=progress)
