"""Know whether worker and clock live: each writes the moment into its row every few seconds."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from jobs.models import Heartbeat

WORKER = "worker"
PATIENT_WORKER = "disposal"
CLOCK = "clock"
EVERY_S = 5
ALIVE_FOR = timedelta(seconds=20)


def beat(name: str) -> None:
    """Write down that the part `name` lives, by the database's clock."""
    if not Heartbeat.objects.filter(name=name).update(at=Now()):
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, at=timezone.now())],
            update_conflicts=True,
            update_fields=["at"],
            unique_fields=["name"],
        )


def worker_alive() -> bool:
    """Say whether a worker has told within the last 20 seconds that it lives."""
    return _alive(WORKER)


def patient_worker_alive() -> bool:
    """Say whether a worker of the patient queue has told within the last 20 seconds that it lives."""
    return _alive(PATIENT_WORKER)


def clock_alive() -> bool:
    """Say whether the clock has told within the last 20 seconds that it lives."""
    return _alive(CLOCK)


def _alive(name: str) -> bool:
    return Heartbeat.objects.filter(name=name, at__gte=Now() - ALIVE_FOR).exists()
