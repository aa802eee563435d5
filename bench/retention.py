"""Measure disposal beside raw DELETE, its memory, previews, and how fast files go; BENCH_FULL=1 for the large sizes.

The raw way takes the same rows away with the same number of commits, writes as many plain rows into a copy of the log
and deletes as many keys: it asks no guard, decides over nothing, and could not go on after a kill. Memory is that of a
process that disposes of so many records among more and more that are due.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import Account
from bench._figure import figure
from bench._object_store import Missing, Place, object_store
from bench._run import CHILD, actor_of, begun
from bench._stock import ITEMS_A_CALL, PARTS, Stock, vacuum
from interactions.models import Interaction, Recording
from privacy import files
from privacy.keyring.ring import ALIAS
from privacy.models import DoomedFile
from retention.beginnings import make_default
from retention.disposal import dispose
from retention.due import Schedule
from retention.models import RunState
from retention.policies import Terms, draft
from retention.preview import count_stock, preview
from trail.models import Event
from vault.store import Store

FULL = os.environ.get("BENCH_FULL") == "1"
DUE, KEPT = (125_000, 250_000) if FULL else (1_000, 2_000)
SIZES = (100_000, 1_000_000, 10_000_000) if FULL else (10_000, 50_000)
FILES = 20_000 if FULL else 1_000
OBJECTS = 10_000 if FULL else 1_000
FILE_BYTES = 100_000
FLAT = 1.2
QUICK_S = 5.0
WORST_S = 1.0
TIMES_RAW = 0.3
RAW_CHUNK = 500
ROUNDS = 3


def figures() -> Iterator[dict[str, Any]]:
    """Yield the rate and the worst chunk of disposal, previews and memory at each size, and files a second."""
    now = timezone.now()
    stock = Stock.new(1)
    stock.fill(0, DUE, ended_from=now - timedelta(days=700))
    stock.fill(DUE, 2 * DUE, ended_from=now - timedelta(days=600))
    stock.fill(2 * DUE, 2 * DUE + KEPT, ended_from=now - timedelta(days=100))
    vacuum()
    yield from _disposing(stock)
    yield from _looking_ahead(now)
    yield from _unlinking()


def _disposing(stock: Stock) -> Iterator[dict[str, Any]]:
    """Dispose of the older half of what is due; the raw way takes the other half."""
    run = begun(stock.account, keep="650 days")
    ticks: list[float] = []
    begun_at = time.perf_counter()
    dispose(run.pk, actor=actor_of(stock.account), progress=lambda done, total=None: ticks.append(time.perf_counter()))
    seconds = time.perf_counter() - begun_at
    run.refresh_from_db()
    items = sum(each["disposed"] for each in run.counts.values())
    if run.state != RunState.COMPLETED or items != DUE * ITEMS_A_CALL:
        raise SystemExit(f"{items} records were disposed of instead of {DUE * ITEMS_A_CALL}, so nothing was measured.")
    worst = max(later - earlier for earlier, later in pairwise(ticks))
    raw = _raw(stock)
    total = (2 * DUE + KEPT) * ITEMS_A_CALL
    name = f"{items:,} of {total:,} records disposed of, a log row and a key each; limit: raw DELETE"
    rate, limit = items / seconds, DUE * ITEMS_A_CALL / raw
    ratio = rate / limit
    yield figure(
        "retention", name, rate, "records/s", limit=limit, ratio=ratio, target=TIMES_RAW, ok=ratio >= TIMES_RAW
    )
    yield figure("retention", "worst chunk of that", worst, "s", target=WORST_S, ok=worst <= WORST_S)


def _raw(stock: Stock) -> float:
    """Take what is left of the oldest half of the calls away; return the seconds."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_log (LIKE trail_event INCLUDING ALL)")
    event = Event.objects.filter(action="record.erased").values_list().first()
    ids = list(Interaction.objects.filter(account=stock.account, condemned_at=None).order_by("ended_at")[:DUE])
    begun_at = time.perf_counter()
    for start in range(0, len(ids), RAW_CHUNK // ITEMS_A_CALL):
        _raw_chunk([row.pk for row in ids[start : start + RAW_CHUNK // ITEMS_A_CALL]], event)
    return time.perf_counter() - begun_at


def _raw_chunk(calls: list[UUID], event: Any) -> None:
    keys: list[UUID] = []
    with transaction.atomic(), connection.cursor() as cursor:
        for model in reversed(PARTS[1:]):
            more = ", content_key_id" if model is Recording else ""
            statement = f"DELETE FROM {model._meta.db_table} WHERE interaction_id = ANY(%s) RETURNING key_id{more}"
            cursor.execute(statement, [calls])
            keys += [key for row in cursor.fetchall() for key in row if key]
        cursor.execute(
            "UPDATE interactions_interaction SET customer_address = NULL, customer_name = NULL, erased_at = now(),"
            " condemned_at = now() WHERE id = ANY(%s) RETURNING key_id",
            [calls],
        )
        keys += [key for (key,) in cursor.fetchall() if key]
        marks = ", ".join(["gen_random_uuid()", *["%s"] * (len(event) - 1)])
        cursor.execute(f"INSERT INTO bench_log SELECT {marks} FROM generate_series(1, %s)", [*event[1:], len(keys)])
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("DELETE FROM keyring_key WHERE id = ANY(%s)", [keys])


def _looking_ahead(now: datetime) -> Iterator[dict[str, Any]]:
    """Fill another account to each size; preview it, try a policy on it, and dispose of some of it elsewhere."""
    stock, there, first_mib = Stock.new(2), 0, 0.0
    for size in SIZES:
        calls = size // ITEMS_A_CALL
        begun_at = time.perf_counter()
        stock.fill(there, calls, ended_from=now - timedelta(days=1_500) + timedelta(seconds=there), keys=False)
        there = calls
        vacuum()
        yield figure("retention", f"to fill up to {size:,} records", time.perf_counter() - begun_at, "s")
        yield from _previews(stock.account, size)
        told = _in_a_process_of_its_own(stock.account)
        first_mib = first_mib or told["mib"]
        ratio = told["mib"] / first_mib
        name = f"most memory of a run among {size:,} due; ratio to the first size, at most target"
        yield figure("retention", name, told["mib"], "MiB", limit=first_mib, ratio=ratio, target=FLAT, ok=ratio <= FLAT)
        name = f"to count {size:,} due exactly, before a run"
        yield figure("retention", name, told["begin_s"], "s")


def _previews(account: Account, size: int) -> Iterator[dict[str, Any]]:
    make_default(account)
    now = timezone.now()
    terms = Terms("Shorter", ["recording", "comment"], "90 days", conditions={"directions": ["inbound"]})
    looked, tried, about = [], [], ""
    for _ in range(ROUNDS):
        begun_at = time.perf_counter()
        found = preview(Schedule.at(account, now), now.date())
        looked.append(time.perf_counter() - begun_at)
        about = "a sample" if found.is_estimate else "exact"
        begun_at = time.perf_counter()
        schedule = Schedule.at(account, now)
        stock = count_stock(schedule)
        preview(schedule, now.date(), stock=stock)
        preview(Schedule.at(account, now, drafts=[draft(account, terms)]), now.date(), stock=stock)
        tried.append(time.perf_counter() - begun_at)
    for name, times in (("preview", looked), ("policy tried, before and after", tried)):
        seconds = statistics.median(times)
        title = f"{name}, {size:,} records ({about})"
        yield figure("retention", title, seconds, "s", target=QUICK_S, ok=seconds <= QUICK_S)


def _in_a_process_of_its_own(account: Account) -> dict[str, float]:
    command = [sys.executable, "-c", CHILD, str(account.pk)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _unlinking() -> Iterator[dict[str, Any]]:
    """Remove files as disposal does after its keys, on disk and on an object store."""
    yield from _unlinking_on_disk()
    try:
        with object_store() as place:
            yield from _unlinking_on(place)
    except Missing as reason:
        yield figure("retention", f"files removed on an object store: not measured, {reason}", 0, "files/s")


def _unlinking_on_disk() -> Iterator[dict[str, Any]]:
    folder = settings.LETHE_HOME / "bench-files"
    folder.mkdir()
    bare = [folder / str(number) for number in range(FILES)]
    for path in bare:
        path.write_bytes(bytes(FILE_BYTES))
    storage: Any = storages["content"]
    names = [f"{number:032x}" for number in range(FILES)]
    for name in names:
        with storage.writer(name) as file:
            file.write(bytes(FILE_BYTES))
    begun_at = time.perf_counter()
    for path in bare:
        path.unlink()
    limit = FILES / (time.perf_counter() - begun_at)
    rate = _lazily(names)
    name = f"{FILES:,} sealed files removed lazily on disk, each noted; limit: bare unlink"
    yield figure("retention", name, rate, "files/s", limit=limit, ratio=rate / limit)


def _unlinking_on(place: Place) -> Iterator[dict[str, Any]]:
    """Remove objects as disposal does; the limit is one DeleteObject each on one connection."""
    client, bucket = place.store.connection.meta.client, place.store.bucket_name
    names = [f"{number:032x}" for number in range(OBJECTS)]
    singly = [f"single-{number}" for number in range(OBJECTS // 10)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: client.put_object(Bucket=bucket, Key=key, Body=bytes(FILE_BYTES)), [*names, *singly]))
    begun_at = time.perf_counter()
    for key in singly:
        client.delete_object(Bucket=bucket, Key=key)
    limit = len(singly) / (time.perf_counter() - begun_at)
    DoomedFile.objects.all().delete()
    with patch.object(files, "store", lambda: Store(place.store)):
        rate = _lazily(names)
    if place.store.exists(names[0]) or place.store.exists(names[-1]):
        raise SystemExit("Files are still in the object store, so nothing was measured.")
    name = f"{OBJECTS:,} sealed files removed lazily on {place.name}, each noted; limit: one request a file"
    yield figure("retention", name, rate, "files/s", limit=limit, ratio=rate / limit)


def _lazily(names: list[str]) -> float:
    """Doom files and remove them; returns how many a second."""
    DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names])
    begun_at, gone = time.perf_counter(), 0
    while number := files.unlink_doomed():
        gone += number
    if gone < len(names):
        raise SystemExit(f"{gone} of {len(names)} files were removed, so nothing was measured.")
    return gone / (time.perf_counter() - begun_at)
