from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from jobs import health
from jobs.models import Heartbeat
from jobs.tasks import WorkerHeartbeat

pytestmark = pytest.mark.django_db


def test_a_part_lives_as_long_as_it_says_so():
    assert not health.worker_alive()
    health.beat(health.WORKER)
    health.beat(health.WORKER)
    assert health.worker_alive()
    assert not health.clock_alive()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=1))
    assert not health.worker_alive()


@pytest.mark.parametrize(
    ("hears", "alive", "nice"),
    [({"default"}, (True, False), 0), ({"patient"}, (False, True), 10), (None, (True, True), 0)],
)
def test_a_worker_lives_for_the_queues_it_hears_and_disposal_gives_way(hears, alive, nice, monkeypatch):
    given: list[int] = []
    monkeypatch.setattr("jobs.tasks.os.nice", given.append)
    monkeypatch.setattr("jobs.tasks.threading.Thread", lambda target, **_: SimpleNamespace(start=target))
    monkeypatch.setattr("jobs.tasks.connection.close", lambda: None)
    heartbeat = WorkerHeartbeat()
    monkeypatch.setattr(heartbeat._ended, "wait", lambda seconds: heartbeat._ended.set())
    heartbeat.after_worker_boot(None, SimpleNamespace(consumer_whitelist=hears))
    assert (health.worker_alive(), health.patient_worker_alive()) == alive
    assert sum(given) == nice
