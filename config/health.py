"""`/healthz`: 200 when every part works, otherwise 503 and the names of those that do not.

It tells names only: anybody may ask, and an address or an error's text would tell more. The databases are asked through
connections of their own, so that a busy pool is not mistaken for a dead server.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import dramatiq
import psycopg
from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from dramatiq.brokers.redis import RedisBroker

from jobs.health import patient_worker_alive, worker_alive
from privacy.keys import opened

PROBE = "health/probe"
PROBE_BYTES = 4096
DATABASE_TIMEOUT_S = 2

logger = logging.getLogger(__name__)


class NotWorking(Exception):
    """A part answers, but not as it should."""


class _EnoughWritten(Exception):
    """Ends the probe of the store before anything is stored."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer whether each part works, by name."""
    failing = [name for name, check in PARTS.items() if not _passes(name, check)]
    return JsonResponse({"ok": not failing, "failing": failing}, status=503 if failing else 200)


def check_database(alias: str) -> None:
    """Ask the database `alias` for an answer within seconds."""
    facts = settings.DATABASES[alias]
    with psycopg.connect(
        dbname=str(facts["NAME"]),
        user=str(facts["USER"]),
        password=str(facts["PASSWORD"]),
        host=str(facts["HOST"]),
        port=str(facts["PORT"]),
        connect_timeout=DATABASE_TIMEOUT_S,
    ) as connection:
        connection.execute("SELECT 1")


def check_queue() -> None:
    """Ask the broker for an answer."""
    broker = dramatiq.get_broker()
    if isinstance(broker, RedisBroker):
        broker.client.ping()
        return
    connection: Any = getattr(broker, "connection", None)  # RabbitMQ connects when asked for it.
    if connection is None or not connection.is_open:
        raise NotWorking


def check_worker() -> None:
    """See that a worker has told lately that it lives."""
    check_database("default")  # Without it the pool would wait for its own, longer time.
    if not worker_alive():
        raise NotWorking


def check_disposal() -> None:
    """See that a worker for disposal has told lately that it lives: nobody would miss it before a limit is broken."""
    check_database("default")
    if not patient_worker_alive():
        raise NotWorking


def check_store() -> None:
    """See that content can be written: a full disk or a folder that is gone shows here, not at the next recording."""
    storage = storages["content"]
    if not hasattr(storage, "writer"):
        storage.exists(PROBE)
        return
    with suppress(_EnoughWritten), storage.writer(PROBE) as file:
        file.write(bytes(PROBE_BYTES))
        raise _EnoughWritten


def check_keys() -> None:
    """See that the key directory is there, private and readable, and that its root can be used."""
    opened()


PARTS: Mapping[str, Callable[[], None]] = {
    "database": lambda: check_database("default"),
    "keyring": lambda: check_database("keyring"),
    "queue": check_queue,
    "worker": check_worker,
    "disposal": check_disposal,
    "store": check_store,
    "keys": check_keys,
}


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever is raised, the part does not work
        logger.warning("Health: %s does not work (%s).", name, type(error).__name__)
        return False
    return True
