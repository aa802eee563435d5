"""Keep a lease alive while its job is in a step too long to tell its progress.

The beat runs in a thread of the worker's process and dies with it, so a killed worker's lease ends by itself.
"""

import logging
import threading
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.db import Error, connection
from django.utils import timezone

from jobs.models import Job, Status

logger = logging.getLogger(__name__)


class Beat:
    """Renews one attempt's lease three times in its length, while the `with` block runs."""

    def __init__(self, job: Job, lease: timedelta) -> None:
        """Take the job as claimed, and the length of its lease."""
        self._job = job
        self._lease = lease
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"beat-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._lease.total_seconds() / 3):
            try:
                self._renew()
            except Error as problem:
                logger.warning("The lease of job %s was not renewed (%s).", self._job.pk, type(problem).__name__)
            finally:
                connection.close()

    def _renew(self) -> None:
        Job.objects.filter(pk=self._job.pk, lease=self._job.lease, status=Status.RUNNING).update(
            lease_until=timezone.now() + self._lease
        )
