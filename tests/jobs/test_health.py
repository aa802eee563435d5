from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import health
from jobs.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_a_part_lives_as_long_as_it_says_so():
    assert not health.worker_alive()
    health.beat(health.WORKER)
    health.beat(health.WORKER)
    assert health.worker_alive()
    assert not health.clock_alive()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=1))
    assert not health.worker_alive()
