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
        yield _recordings(account, Path(name))
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        yield _records(account, Path(name))


def _recordings(account: Account, folder: Path) -> dict[str, Any]:
    """Take in recordings of 1 MB one by one, in turn with writing the same file, syncing it and committing a row."""
    ours, limit = [], []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, name text)")
    for number in range(RECORDINGS):
        file = _wav(folder / f"{number}.wav")
        limit.append(_seconds(lambda file=file, number=number: _plain(file, folder / f"{number}.copy")))
        draft = _draft(number, file)
        ours.append(_seconds(lambda draft=draft: ingest([draft], account=account, actor=operator())))
    ours_ms, limit_ms = statistics.median(ours) * 1000, statistics.median(limit) * 1000
    return {
        "area": "intake",
        "name": "1 MB recording: examined, sealed, committed with its entry",
        "value": round(ours_ms, 2),
        "unit": "ms",
        "limit": round(limit_ms, 2),
        "peer": None,
        "ratio": round(limit_ms / ours_ms, 3),
        "target": 0.7,
        "ok": limit_ms / ours_ms >= 0.7,
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


def _plain(source: Path, target: Path) -> None:
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
