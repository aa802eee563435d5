"""The jobs of requests: search for whom one names, carry one out."""

from jobs.models import Job
from jobs.registry import Progress, job
from jobs.runner import actor_of
from rtbf.execution import execute
from rtbf.raising import DISCOVER, discover_request
from rtbf.requests import EXECUTE


@job(EXECUTE)
def execute_request(job: Job, progress: Progress) -> None:
    """Carry out the request the job names."""
    if job.subject is not None:
        execute(job.subject, actor=actor_of(job), progress=progress)


@job(DISCOVER)
def search_for_request(job: Job, progress: Progress) -> None:
    """Search for whom the request names and freeze its plan."""
    if job.subject is not None:
        discover_request(job.subject, actor=actor_of(job), progress=progress)
