"""Do what must happen every so often, in one process of the whole installation.

The clock holds a lock in the database for as long as it runs; a second clock waits as a stand-in. When the database
goes away it says so, waits, and goes on by itself. What takes long is a job; the clock only starts it.
"""

import heapq
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from jobs import health, queue
from trail import sequence
from trail.checkpoint_file import KeyChanged
from vault.errors import VaultError

LOCK = 0x4C65_7468_6502
PAUSE_S = 1.0
NAP_S = 0.25

logger = logging.getLogger(__name__)

Periodic = Callable[[], object]


@dataclass(order=True, slots=True)
class Turn:
    """When a function's turn comes (monotonic seconds), and how often."""

    at: float
    number: int
    every_s: float = field(compare=False)
    function: Periodic = field(compare=False)


_periodic: list[tuple[float, Periodic]] = []


def every(seconds: float) -> Callable[[Periodic], Periodic]:
    """Let the clock call the decorated function every so many seconds. It must be short: enqueue a job for more."""

    def register(function: Periodic) -> Periodic:
        if (seconds, function) not in _periodic:
            _periodic.append((seconds, function))
        return function

    return register


every(0.5)(sequence.seal_recent)
every(30)(sequence.seal_late)
every(1_800)(sequence.seal_pending)
every(5)(queue.sweep)


@every(health.EVERY_S)
def clock_beat() -> None:
    """Write the clock's heartbeat."""
    health.beat(health.CLOCK)


class Clock:
    """The loop. `stop` ends it after the function under way."""

    def __init__(self) -> None:
        """Take every function registered so far; each has its first turn at once."""
        # A plain flag: a signal may interrupt whoever holds the lock of an Event, and its handler would wait for ever.
        self._stopped = False
        now = time.monotonic()
        self._turns = [Turn(now, number, seconds, call) for number, (seconds, call) in enumerate(_periodic)]
        self._lock: BaseDatabaseWrapper = connections["default"]

    def stop(self) -> None:
        """Ask the clock to end."""
        self._stopped = True

    def run(self) -> None:
        """Tick until stopped; survives databases that come and go."""
        # A connection of its own, since whoever closes the thread's connection would give the lock away.
        self._lock = connections["default"].copy()
        while not self._stopped:
            try:
                self._hold_and_tick()
            except Error as problem:
                logger.error("The database does not answer (%s); the clock waits for it.", type(problem).__name__)
                self._let_go()
                self._wait(PAUSE_S)
        self._let_go()
        logger.info("The clock has stopped.")

    def _hold_and_tick(self) -> None:
        while not self._stopped and not self._take_lock():
            logger.info("Another clock runs; this one stands by.")
            self._wait(10 * PAUSE_S)
        logger.info("The clock runs.")
        while not self._stopped:
            self._tick()

    def _tick(self) -> None:
        turn = self._turns[0]
        self._wait(turn.at - time.monotonic())
        if self._stopped:
            return
        self._prove_lock()
        late = max(turn.at + turn.every_s, time.monotonic())
        heapq.heapreplace(self._turns, Turn(late, turn.number, turn.every_s, turn.function))
        call(turn.function)

    def _wait(self, seconds: float) -> None:
        """Sleep in short naps, since a sleeper does not hear `stop`."""
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, NAP_S))

    def _take_lock(self) -> bool:
        with self._lock.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            return bool(cursor.fetchone()[0])

    def _prove_lock(self) -> None:
        # The lock lives as long as its connection: a connection that answers still holds it.
        with self._lock.cursor() as cursor:
            cursor.execute("SELECT 1")

    def _let_go(self) -> None:
        """Give the lock back before the connection returns to its pool, where it would live on."""
        try:
            with self._lock.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
        except Error:
            logger.info("The clock's connection was gone already, and its lock with it.")
        self._lock.close()
        connections["default"].close()
        connections["keyring"].close()


def call(function: Periodic) -> None:
    """Call one periodic function. Its failure is told and does not stop the others; a lost database does."""
    try:
        function()
    except Error:
        raise
    except Exception as problem:  # noqa: BLE001 - one function's failure must not end the sealing of the log
        name = getattr(function, "__name__", type(function).__name__)
        logger.error("The clock's %s failed (%s): %s", name, type(problem).__name__, _sentence(problem))


def _sentence(problem: Exception) -> str:
    """Return what our own errors say; the text of others may hold values."""
    return str(problem) if isinstance(problem, sequence.LogCut | KeyChanged | VaultError) else "see its type"
