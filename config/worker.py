"""The worker's entry, `dramatiq config.worker`: every task of every app, and a pulse that says it is alive.

The pulse stops when a thread that takes or does work has died, so a worker that only looks alive counts as gone.
"""

import os
import threading

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import dramatiq  # noqa: E402 - its actors need the broker that Django's settings name
from django.core.cache import cache  # noqa: E402 - needs settings
from django.utils.module_loading import autodiscover_modules  # noqa: E402 - needs apps
from redis.exceptions import RedisError  # noqa: E402 - with the others

from config.health import WORKER_PULSE, WORKER_PULSE_TIMEOUT_S  # noqa: E402 - needs settings

PULSE_EVERY_S = 5


class Pulse(dramatiq.Middleware):
    """Sets a key in the cache every few seconds that expires by itself."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Begin to beat when the threads of `worker` run."""
        threading.Thread(target=self._beat, args=[worker], name="pulse", daemon=True).start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Stop beating before the threads end."""
        self._stopped.set()

    def _beat(self, worker: dramatiq.Worker) -> None:
        while not self._stopped.is_set():
            if all(thread.is_alive() for thread in [*worker.consumers.values(), *worker.workers]):
                try:
                    cache.set(WORKER_PULSE, os.getpid(), WORKER_PULSE_TIMEOUT_S)
                except RedisError:
                    dramatiq.get_logger("config.worker").warning("The cache does not answer; the pulse is not noted.")
            self._stopped.wait(PULSE_EVERY_S)


autodiscover_modules("tasks")
dramatiq.get_broker().add_middleware(Pulse())
