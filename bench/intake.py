"""Measure taking calls in: 1 MB recordings beside a durable write, and call detail records beside plain INSERTs."""

import csv
import os
import statistics
import tempfile
import time
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from accounts.actors import operator
from accounts.models import Account, Line
from interactions.contents import hear
from interactions.drafts import AudioDraft, AudioKind, Direction, InteractionDraft, Place
from interactions.imports import import_folder
from interactions.ingest import ingest

RECORDINGS = 40
MEGABYTE = 1_000_000
CALLS = int(os.environ.get("BENCH_CALLS", "20000"))
START = datetime(2026, 6, 2, tzinfo=UTC)


def figures() -> Iterator[dict[str, Any]]:
    """Yield the intake of recordings and the rate of the importer."""
    account = Account.objects.create(name="Bench", region="US", zone="America/Los_Angeles")
    Line.objects.create(account=account, number="+15305550100")
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        yield from _recordings(account, Path(name))
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        yield _records(account, Path(name))


def _recordings(account: Account, folder: Path) -> Iterator[dict[str, Any]]:
    """Take in recordings of 1 MB beside writing the same file, syncing it and committing a row.

    Examining (decoding in a confined process) is shown apart: it happens before the door and its lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, name text)")
    drafts = [_draft(number, _wav(folder / f"{number}.wav")) for number in range(2 * RECORDINGS)]
    examined = statistics.median(_seconds(lambda d=each: hear(account, d.audio[0])) for each in drafts[:RECORDINGS])
    plain = statistics.median(_seconds(lambda d=each: _plain(d.audio[0].path)) for each in drafts[:RECORDINGS])
    alone = statistics.median(_seconds(lambda d=each: _take(account, [d])) for each in drafts[:RECORDINGS]) - examined
    together = _seconds(lambda: _take(account, drafts[RECORDINGS:])) / RECORDINGS - examined
    limit = plain * 1000
    yield _figure(f"1 MB recordings, {RECORDINGS} a batch: sealed and committed, each", together * 1000, limit, 0.7)
    yield _figure("1 MB recording alone: sealed and committed", alone * 1000, limit, None)
    yield _figure("1 MB recording: examined in a confined process", examined * 1000, limit, None)


def _take(account: Account, drafts: list[InteractionDraft]) -> None:
    ingest(drafts, account=account, actor=operator())


def _figure(name: str, value: float, limit: float, target: float | None) -> dict[str, Any]:
    return {
        "area": "intake",
        "name": name,
        "value": round(value, 2),
        "unit": "ms",
        "limit": round(limit, 2),
        "peer": None,
        "ratio": round(limit / value, 3),
        "target": target,
        "ok": limit / value >= target if target else None,
    }


def _records(account: Account, folder: Path) -> dict[str, Any]:
    _master_csv(folder / "Master.csv")
    seconds = _seconds(lambda: import_folder(folder, account=account, actor=operator()))
    rate = CALLS / seconds
    limit = CALLS / _seconds(_insert_plainly)
    return {
        "area": "intake",
        "name": f"importer, {CALLS} call detail records without sound",
        "value": round(rate),
        "unit": "interactions/s",
        "limit": round(limit),
        "peer": None,
        "ratio": round(rate / limit, 3),
        "target": 2000,
        "ok": rate >= 2000,
    }


def _seconds(act: Any) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _wav(path: Path) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(os.urandom(MEGABYTE))
    return path.resolve()


def _plain(source: Path) -> None:
    target = source.with_suffix(".copy")
    with target.open("wb") as out:
        out.write(source.read_bytes())
        out.flush()
        os.fsync(out.fileno())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (name) VALUES (%s)", [target.name])


def _draft(number: int, file: Path) -> InteractionDraft:
    return InteractionDraft(
        source="asterisk-cdr",
        ids=(f"asterisk:bench.{number}",),
        place=Place("Master.csv", {"row": number}),
        started_at=START + timedelta(seconds=number),
        duration_s=60,
        direction=Direction.INBOUND,
        audio=(AudioDraft(file, AudioKind.RECORDING, Place(file.name, {"path": file.name})),),
    )


def _master_csv(file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
        for number in range(CALLS):
            at = START + timedelta(seconds=number * 7)
            caller = f"212{2_000_000 + number * 37 % 7_999_999:07}"
            begun, ended = f"{at:%Y-%m-%d %H:%M:%S}", f"{at + timedelta(seconds=90):%Y-%m-%d %H:%M:%S}"
            rows.writerow(
                ["", caller, "400", "ext-queues", f'"CALLER" <{caller}>', f"PJSIP/trunk-{number:08x}",
                 f"PJSIP/{2000 + number % 50}-{number:08x}", "Queue", "400,t,,,,,,,,", begun, begun, ended, 90, 85,
                 "ANSWERED", "DOCUMENTATION", f"{int(at.timestamp())}.{number}", ""]
            )  # fmt: skip


def _insert_plainly() -> None:
    """Insert as many rows as calls into a plain table, in transactions of 500 as the importer does."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_call (id bigserial PRIMARY KEY, caller text, at timestamptz)")
    for first in range(0, CALLS, 500):
        with transaction.atomic(), connection.cursor() as cursor:
            rows = [("2125550147", START) for _ in range(first, min(first + 500, CALLS))]
            cursor.executemany("INSERT INTO bench_call (caller, at) VALUES (%s, %s)", rows)
