"""Jobs of made-up kinds, a broker that keeps messages in memory, and what was rung."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from jobs import doorbell, queue, registry, runner
from jobs.models import Job, Status
from jobs.queue import enqueue
from trail.actor import Actor

ACCOUNT = UUID("00000000-0000-4000-8000-00000000000a")
ALICE = Actor(user_id=UUID("00000000-0000-4000-8000-0000000000a1"), role="supervisor", account_id=ACCOUNT, via="portal")


@pytest.fixture
def rung(monkeypatch) -> list[UUID]:
    """The ids for which a worker was rung, instead of ringing."""
    heard: list[UUID] = []

    def hear(job_id: UUID, queue_name: str = "") -> bool:
        heard.append(job_id)
        return True

    monkeypatch.setattr(queue, "ring", hear)
    return heard


@pytest.fixture
def silent(monkeypatch) -> None:
    """A queue that does not answer."""

    class Dead:
        def enqueue(self, message: object) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr(doorbell.dramatiq, "get_broker", Dead)


@pytest.fixture
def work(monkeypatch) -> Callable:
    """Return a function that registers work of a kind for this test only."""
    monkeypatch.setattr(registry, "_kinds", {})
    return registry.job


def queued(kind: str = "test.work") -> Job:
    return enqueue(kind, account_id=ACCOUNT, subject=None, actor=ALICE)


def run_again(job: Job) -> None:
    """Run a job that waits for its next attempt, as if the pause were over."""
    Job.objects.filter(pk=job.pk, status=Status.QUEUED).update(not_before=timezone.now())
    runner.run(job.pk)


def let_lease_end(job: Job) -> None:
    """Do as time does to a worker that was killed."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
