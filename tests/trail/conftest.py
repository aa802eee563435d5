"""A log of its own for each test, people who write it, and hands that tamper with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from privacy.ids import new_id
from trail.actor import Actor
from trail.append import append
from trail.models import Event
from trail.sequence import seal_pending

ACCOUNT = UUID("00000000-0000-4000-8000-00000000000a")
ALICE = Actor(user_id=UUID("00000000-0000-4000-8000-0000000000a1"), role="supervisor", account_id=ACCOUNT, via="portal")


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, settings) -> Path:
    settings.CHECKPOINT_DIRECTORY = tmp_path / "checkpoints"
    return settings.CHECKPOINT_DIRECTORY


@pytest.fixture
def alice() -> Actor:
    return ALICE


def hear(count: int = 1) -> list[Event]:
    """Append `count` entries of Alice hearing a recording."""
    return [
        append("recording.played", actor=ALICE, record=("interactions.Recording", str(new_id())), purpose="quality")
        for _ in range(count)
    ]


@pytest.fixture
def sealed_log(transactional_db: None) -> list[Event]:
    """Nine entries under three checkpoints."""
    events = []
    for _ in range(3):
        events += hear(3)
        seal_pending()
    return events


@pytest.fixture
def tamper() -> Callable[..., int]:
    """Return a function that runs SQL as somebody who owns the tables and has switched their triggers off."""

    def run(statement: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            try:
                cursor.execute(statement, values)
                return cursor.rowcount
            finally:
                cursor.execute("RESET session_replication_role")

    return run
