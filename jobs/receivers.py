"""Witness decisions to erase: each leaves a job that finishes it even if this process dies at once."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from jobs.queue import enqueue
from trail.actor import Actor

FINISH_ERASURE = "privacy.finish_erasure"
GRACE = timedelta(seconds=30)
"""The eraser finishes by itself; the job only finds work when it could not."""


class QueueWitness:
    """The job queue, as `privacy` knows it."""

    def condemned(self, condemnation_id: UUID, *, actor: Actor) -> None:
        """Leave a job that finishes the condemnation."""
        enqueue(
            FINISH_ERASURE,
            account_id=actor.account_id,
            subject=condemnation_id,
            actor=actor,
            not_before=timezone.now() + GRACE,
        )
