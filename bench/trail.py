"""Measure the log: appending beside a plain INSERT, how long an entry waits for its seal, and verification.

Eight processes write at once; the contenders take turns, and each ratio is one of medians from the same run.
"""

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

WRITERS = 8
SECONDS = 3.0
ROUNDS = 3
VERIFIED = 300_000
ENOUGH_TO_VERIFY = 200_000
PLAIN_TABLE = "bench_plain"
LAG = """
    SELECT extract(epoch FROM percentile_cont(0.99) WITHIN GROUP (ORDER BY sealed.at - e.at))
    FROM trail_position p JOIN trail_event e ON e.id = p.event_id
    CROSS JOIN LATERAL (SELECT c.at FROM trail_checkpoint c WHERE c.size > p.seq ORDER BY c.size LIMIT 1) AS sealed
"""


def figures() -> Iterator[dict[str, Any]]:
    """Yield the figures of the log."""
    yield from _appending()
    yield from _verifying()


def _appending() -> Iterator[dict[str, Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {PLAIN_TABLE} (LIKE trail_event INCLUDING ALL)")
    rates: dict[str, list[float]] = {"plain": [], "append": []}
    for _ in range(ROUNDS):
        rates["plain"].append(_written("plain"))
        with _Sealing():
            rates["append"].append(_written("append"))
    plain, append = (statistics.median(rates[name]) for name in ("plain", "append"))
    yield _figure("append, 8 writers; limit: plain INSERT", append, "entries/s", limit=plain, target=0.8)
    with connection.cursor() as cursor:
        cursor.execute(LAG)
        lag = float(cursor.fetchone()[0])
    yield {**_figure("seal lag, p99, 8 writers", lag, "s", target=1.0), "ok": lag <= 1.0}


def _verifying() -> Iterator[dict[str, Any]]:
    """Compare verification with reading and hashing the texts alone."""
    from django.db import connection

    from trail.append import Draft, append_all
    from trail.models import Position
    from trail.sequence import seal_pending
    from trail.verify import verify

    while (missing := VERIFIED - Position.objects.count()) > 0:
        drafts = [Draft("recording.played", record=("interactions.Recording", str(uuid4()))) for _ in range(2_000)]
        for _ in range(min(missing // 2_000 + 1, 5)):
            append_all(drafts, actor=_actor())
        seal_pending()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE trail_event, trail_position, trail_checkpoint")
    rates: dict[str, list[float]] = {"limit": [], "proof": [], "proof and columns": []}
    for _ in range(ROUNDS):
        started = time.perf_counter()
        count = _hash_alone()
        rates["limit"].append(count / (time.perf_counter() - started))
        for name, columns in (("proof", False), ("proof and columns", True)):
            report = verify(columns=columns)
            if not report.ok:
                raise SystemExit("The log that was measured is not whole: " + " ".join(report.sentences()))
            rates[name].append(report.entries / report.seconds)
    limit = statistics.median(rates.pop("limit"))
    for name, measured in rates.items():
        rate = statistics.median(measured)
        title = f"verify, {name}; limit: COPY of the texts and SHA-256"
        figure = _figure(title, rate, "entries/s", limit=limit, target=0.5)
        yield {**figure, "ok": figure["ok"] or rate >= ENOUGH_TO_VERIFY}


def _hash_alone() -> int:
    from hashlib import sha256

    from django.db import connection

    count = 0
    with connection.cursor() as cursor, cursor.copy("COPY (SELECT text FROM trail_event) TO STDOUT") as copy:
        for line in copy:
            sha256(line).digest()
            count += 1
    return count


class _Sealing:
    """A sequencer at work meanwhile, as the clock runs it."""

    def __enter__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        from django.db import connection

        from trail.sequence import seal_recent

        while not self._ended.wait(0.5):
            seal_recent()
        seal_recent()
        connection.close()


def _written(how: str) -> float:
    """Return the entries a second that all writers reach together; each waits for the word to start."""
    command = [sys.executable, "-m", "bench.trail", how]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(WRITERS)
    ]
    for writer in writers:
        _line(writer)
    for writer in writers:
        _say_go(writer)
    total = sum(float(_line(writer)) for writer in writers)
    for writer in writers:
        writer.communicate()
    return total


def _say_go(writer: "subprocess.Popen[str]") -> None:
    if writer.stdin is None:
        raise ValueError("the writer has no pipe")
    writer.stdin.write("go\n")
    writer.stdin.flush()


def _line(writer: "subprocess.Popen[str]") -> str:
    if writer.stdout is None:
        raise ValueError("the writer has no pipe")
    return writer.stdout.readline()


def _write(how: str) -> None:
    """Be one writer: say so, wait for the word, write for some seconds, say how many a second."""
    import django

    django.setup()
    act = _plain() if how == "plain" else _append()
    for _ in range(20):
        act()
    print("ready", flush=True)
    sys.stdin.readline()
    count, started = 0, time.perf_counter()
    while (seconds := time.perf_counter() - started) < SECONDS:
        act()
        count += 1
    print(count / seconds, flush=True)


def _append() -> Callable[[], object]:
    from django.db import transaction

    from trail.append import append

    actor, record = _actor(), ("interactions.Recording", str(uuid4()))

    def act() -> None:
        with transaction.atomic():
            append("recording.played", actor=actor, record=record, purpose="quality", facts={"seconds": 12})

    return act


def _plain() -> Callable[[], object]:
    """Insert a row of the same shape that costs nothing to compose."""
    from django.db import connection, transaction
    from django.utils import timezone

    from privacy.ids import new_id
    from trail.append import INSERT, append
    from trail.models import Event

    with transaction.atomic():
        event = append("recording.played", actor=_actor(), record=("interactions.Recording", str(uuid4())))
        transaction.set_rollback(True)
    values = [getattr(event, field.attname) for field in Event._meta.concrete_fields]
    statement = INSERT.replace("trail_event", PLAIN_TABLE)

    def act() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [new_id(), timezone.now(), *values[2:]])

    return act


def _actor() -> Any:
    from trail.actor import Actor

    return Actor(user_id=uuid4(), role="supervisor", account_id=uuid4(), via="portal", request_id="bench")


def _figure(
    name: str, value: float, unit: str, *, target: float, limit: float | None = None, peer: float | None = None
) -> dict[str, Any]:
    beside = limit or peer
    ratio = value / beside if beside else None
    return {
        "area": "trail",
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "limit": round(limit, 2) if limit else None,
        "peer": round(peer, 2) if peer else None,
        "ratio": round(ratio, 3) if ratio else None,
        "target": target,
        "ok": ratio >= target if ratio else None,
    }


if __name__ == "__main__":
    _write(sys.argv[1])
