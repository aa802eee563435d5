"""What the worker loads: the doorbell's other end, the worker's heartbeat, and the jobs of the layers below."""

import logging
import os
import threading
from uuid import UUID

import dramatiq
from django.db import Error, connection

from jobs import key_care, restores
from jobs.clock import every
from jobs.doorbell import ACTOR, PATIENT, QUEUE
from jobs.health import EVERY_S, PATIENT_WORKER, WORKER, beat
from jobs.models import Job
from jobs.receivers import FINISH_ERASURE
from jobs.registry import Progress, job
from jobs.runner import actor_of, run
from privacy import erasure

DAY_MS = 24 * 3_600 * 1_000
NICE = 10

logger = logging.getLogger(__name__)


@dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, max_retries=0, time_limit=DAY_MS)
def run_job(job_id: str) -> None:
    """Do the job the doorbell rang for; the row decides whether there is anything to do."""
    run(UUID(job_id))


@job(FINISH_ERASURE)
def finish_erasure(job: Job, progress: Progress) -> None:
    """Finish an erasure whose process died between its steps."""
    if job.subject is not None:
        erasure.resume(job.subject, actor=actor_of(job))


@job(key_care.RENEW)
def renew_blocks(job: Job, progress: Progress) -> None:
    """Renew the blocks that lost a key."""
    key_care.renew(actor=actor_of(job), progress=progress)


@every(180)
def renew_blocks_when_due() -> None:
    """Queue a renewal when a block lost a key."""
    key_care.renew_when_due()


@every(60)
def look_for_restores() -> None:
    """Move the mark on that data and keyring share, and notice where one of them was put back."""
    restores.look()


class WorkerHeartbeat(dramatiq.Middleware):
    """Writes the worker's heartbeat from a thread of each worker process, for each queue that it hears."""

    def __init__(self) -> None:
        """Make ready; the thread starts with the worker."""
        self._ended = threading.Event()
        self._names: list[str] = []

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Start the beat. Whoever hears the patient queue alone leaves the processor to the others."""
        heard = worker.consumer_whitelist or {QUEUE, PATIENT}
        self._names = [name for queue, name in ((QUEUE, WORKER), (PATIENT, PATIENT_WORKER)) if queue in heard]
        if heard == {PATIENT}:
            os.nice(NICE)
        threading.Thread(target=self._run, name="worker-heartbeat", daemon=True).start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """End the beat."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                for name in self._names:
                    beat(name)
            except Error as problem:
                logger.warning("The worker's heartbeat was not written (%s).", type(problem).__name__)
            finally:
                connection.close()
            self._ended.wait(EVERY_S)


dramatiq.get_broker().declare_queue(PATIENT)
dramatiq.get_broker().add_middleware(WorkerHeartbeat())
