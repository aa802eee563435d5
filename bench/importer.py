"""Measure the importer on call detail records: calls a second beside plain INSERTs, and memory while it goes on.

Every call is of a caller never seen before, which costs most: a customer, two identifiers and their keys each. The
last figure has callers who call again, as a contact centre has.
"""

import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from accounts.actors import operator
from accounts.models import Account, Line
from bench._figure import figure
from interactions.imports import import_folder

CALLS = int(os.environ.get("BENCH_CALLS", "100000"))
EARLY = CALLS // 4
CALLS_A_CALLER = 5
ENOUGH = 2_000
FLAT = 1.1
START = datetime(2026, 6, 2, tzinfo=UTC)
MIB_OF_PEAK = 1024 if sys.platform != "darwin" else 1024 * 1024


def figures() -> Iterator[dict[str, Any]]:
    """Yield the rate with new callers and its memory, the rate when nothing is new, and the rate with known callers."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        file = Path(name) / "Master.csv"
        _master_csv(file, CALLS, callers=CALLS)
        early: list[float] = []
        worked = time.process_time()
        rate = CALLS / _seconds(lambda: _import(account, file, lambda read: _note_peak(early, read)))
        worked, late = time.process_time() - worked, _peak_mib()
        limit = CALLS / _seconds(_insert_plainly)
        yield _rate(f"{CALLS} call detail records, each a new caller; limit: plain INSERT", rate, limit)
        yield _work(worked)
        yield _memory(early[0], late)
        _master_csv(file, EARLY, callers=CALLS)
        again = EARLY / _seconds(lambda: _import(account, file))
        yield figure("importer", f"the first {EARLY} again: nothing new", again, "interactions/s")
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        file = Path(name) / "Master.csv"
        _master_csv(file, EARLY, callers=EARLY // CALLS_A_CALLER)
        rate = EARLY / _seconds(lambda: _import(_account(), file))
        yield _rate(f"{EARLY} call detail records, {CALLS_A_CALLER} of each caller; limit: plain INSERT", rate, limit)


def _rate(name: str, rate: float, limit: float) -> dict[str, Any]:
    return figure(
        "importer", name, rate, "interactions/s", limit=limit, ratio=rate / limit, target=ENOUGH, ok=rate >= ENOUGH
    )


def _work(seconds: float) -> dict[str, Any]:
    """Say what a call costs this process: the rate of a machine that has other things to do says little."""
    most = 1_000_000 / ENOUGH
    each = seconds * 1_000_000 / CALLS
    name = "processor time of a call, the databases' own left out; at most target"
    return figure("importer", name, each, "µs", target=most, ok=each <= most)


def _memory(early: float, late: float) -> dict[str, Any]:
    name = f"most memory until {CALLS} calls were in; limit: until {EARLY} were; ratio late to early, at most target"
    return figure("importer", name, late, "MiB", limit=early, ratio=late / early, target=FLAT, ok=late / early <= FLAT)


def _account() -> Account:
    account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
    Line.objects.create(account=account, number="+15305550100")
    return account


def _import(account: Account, file: Path, progress: Callable[[int], None] = lambda read: None) -> None:
    report = import_folder(file.parent, account=account, actor=operator(), progress=progress)
    if report.rejected:
        raise SystemExit("Calls were rejected, so the importer was not measured: " + report.rejected[0].reason)


def _note_peak(early: list[float], read: int) -> None:
    if read >= EARLY and not early:
        early.append(_peak_mib())


def _peak_mib() -> float:
    """Return the most memory this process ever had in use at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB_OF_PEAK


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _master_csv(file: Path, calls: int, *, callers: int) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
        for number in range(calls):
            at = START + timedelta(seconds=number * 7)
            caller = f"212{2_000_000 + number % callers * 37 % 7_999_999:07}"
            begun, ended = f"{at:%Y-%m-%d %H:%M:%S}", f"{at + timedelta(seconds=90):%Y-%m-%d %H:%M:%S}"
            rows.writerow(
                ["", caller, "400", "ext-queues", f'"CALLER" <{caller}>', f"PJSIP/trunk-{number:08x}",
                 f"PJSIP/{2000 + number % 50}-{number:08x}", "Queue", "400,t,,,,,,,,", begun, begun, ended, 90, 85,
                 "ANSWERED", "DOCUMENTATION", f"{int(at.timestamp())}.{number}", ""]
            )  # fmt: skip


def _insert_plainly() -> None:
    """Insert as many rows as calls into a plain table, in transactions of 1,000 as the importer does."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_call (id bigserial PRIMARY KEY, caller text, at timestamptz)")
    for first in range(0, CALLS, 1_000):
        with transaction.atomic(), connection.cursor() as cursor:
            rows = [("2125550147", START) for _ in range(first, min(first + 1_000, CALLS))]
            cursor.executemany("INSERT INTO bench_call (caller, at) VALUES (%s, %s)", rows)
