"""Ring for a worker: a message that holds a job's id and nothing else.

A lost message does not matter, because the sweep rings again; so a queue that does not answer never stops an act. Work
that goes on for hours rings in a queue of its own, heard by a worker of its own: what people wait for never stands
behind it.
"""

import logging
from uuid import UUID

import dramatiq
from dramatiq.errors import DramatiqError
from redis import RedisError

ACTOR = "run_job"
QUEUE = "default"
PATIENT = "patient"
"""The queue of what can wait while everything else goes first."""

_patient: set[str] = set()

logger = logging.getLogger(__name__)


def make_patient(kind: str) -> None:
    """Let jobs of a kind ring in the patient queue. To be said at start, in every process that may ask for them."""
    _patient.add(kind)


def queue_of(kind: str) -> str:
    """Return the name of the queue in which jobs of a kind ring."""
    return PATIENT if kind in _patient else QUEUE


def ring(job_id: UUID, queue_name: str = QUEUE) -> bool:
    """Send the doorbell message; returns False, with a log line, when the queue does not answer."""
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=queue_name, actor_name=ACTOR, args=(str(job_id),), kwargs={}, options={}
    )
    try:
        dramatiq.get_broker().enqueue(message)
    except (DramatiqError, RedisError, OSError) as problem:
        name = type(problem).__name__
        logger.warning("The queue does not answer (%s); the sweep will ring for job %s.", name, job_id)
        return False
    return True
