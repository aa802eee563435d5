"""Ring for a worker: a message that holds a job's id and nothing else.

A lost message does not matter, because the sweep rings again; so a queue that does not answer never stops an act.
"""

import logging
from uuid import UUID

import dramatiq
from dramatiq.errors import DramatiqError
from redis import RedisError

ACTOR = "run_job"
QUEUE = "default"

logger = logging.getLogger(__name__)


def ring(job_id: UUID) -> bool:
    """Send the doorbell message; returns False, with a log line, when the queue does not answer."""
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=QUEUE, actor_name=ACTOR, args=(str(job_id),), kwargs={}, options={}
    )
    try:
        dramatiq.get_broker().enqueue(message)
    except (DramatiqError, RedisError, OSError) as problem:
        name = type(problem).__name__
        logger.warning("The queue does not answer (%s); the sweep will ring for job %s.", name, job_id)
        return False
    return True
