import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from jobs import clock, health
from jobs.clock import Clock, every
from tests.trail.conftest import hear
from trail.models import Position

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, settings) -> None:
    settings.CHECKPOINT_DIRECTORY = tmp_path / "checkpoints"


@pytest.fixture
def alone(monkeypatch) -> None:
    """Only what the test registers."""
    monkeypatch.setattr(clock, "_periodic", [])


@contextmanager
def ticking() -> Iterator[Clock]:
    running = Clock()
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        yield running
    finally:
        running.stop()
        thread.join(10)
        assert not thread.is_alive()


def wait_for(question: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.02)
    return False


def test_it_seals_what_is_written_and_tells_that_it_lives():
    assert not health.clock_alive()
    with ticking():
        hear(3)
        assert wait_for(lambda: Position.objects.count() == 3)
        assert wait_for(health.clock_alive)


def test_a_function_comes_back_at_its_pace(alone: None):
    calls: list[float] = []
    every(0.1)(lambda: calls.append(time.monotonic()))
    begun = time.monotonic()
    with ticking():
        assert wait_for(lambda: len(calls) >= 4)
    # Each may come late on a busy machine, none early: counted from the first call, a late first one looks like haste.
    assert [at for number, at in enumerate(calls) if at < begun + number * 0.1] == []


def test_a_failing_function_stops_no_other_and_tells_no_values(alone: None, caplog):
    calls: list[int] = []

    @every(0.05)
    def failing() -> None:
        raise ValueError("Bob, +15305550101")

    every(0.05)(lambda: calls.append(1))
    with ticking():
        assert wait_for(lambda: len(calls) >= 3)
    assert "failing failed (ValueError)" in caplog.text
    assert "+1530" not in caplog.text


def test_a_second_clock_stands_by(alone: None, monkeypatch, caplog):
    monkeypatch.setattr(clock, "PAUSE_S", 0.02)
    caplog.set_level(logging.INFO)
    calls: list[str] = []
    every(0.05)(lambda: calls.append(threading.current_thread().name))
    with ticking() as first:
        assert wait_for(lambda: len(calls) > 0)
        with ticking():
            assert wait_for(lambda: "stands by" in caplog.text)
            time.sleep(0.3)
            assert len(set(calls)) == 1
            first.stop()
            assert wait_for(lambda: len(set(calls)) == 2)


def test_it_survives_the_loss_of_the_database(alone: None, monkeypatch, caplog):
    monkeypatch.setattr(clock, "PAUSE_S", 0.1)
    calls: list[int] = []
    every(0.05)(lambda: calls.append(1))
    with ticking():
        assert wait_for(lambda: len(calls) > 0)
        end_other_connections()
        assert wait_for(lambda: "The database does not answer" in caplog.text)
        before = len(calls)
        assert wait_for(lambda: len(calls) > before + 2)


def end_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
