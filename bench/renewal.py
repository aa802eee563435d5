"""Measure renewal: after 100 erasures spread over all keys, and all keys renewed; with BENCH_FULL=1 over a million."""

import os
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connections

from privacy.keyring.renewal import renew_blocks
from privacy.keyring.ring import ALIAS, create_keys, shred

MILLION = 1_000_000
KEYS = MILLION if os.environ.get("BENCH_FULL") == "1" else 200_000
ERASED = 100
ACCOUNT = UUID(int=8)


def figures() -> Iterator[dict[str, Any]]:
    """Yield how long it takes until what was shredded opens from no copy, and how long to renew everything."""
    ids = [new.id for _ in range(KEYS // 10_000) for new in create_keys(ACCOUNT, 10_000)]
    shred(ids[:: len(ids) // ERASED][:ERASED])
    begun, position = time.perf_counter(), _position()
    renewed = renew_blocks()
    seconds = time.perf_counter() - begun
    assert renewed.destroyed == ERASED, "each erased key stood in a block of its own"
    yield _figure(f"{ERASED} keys shredded among {KEYS:,}, their blocks renewed", seconds, "s", 5.0)
    yield _figure("write-ahead log of that", (_position() - position) / 1e6, "MB", None)
    begun = time.perf_counter()
    renewed = renew_blocks(everything=True)
    seconds = (time.perf_counter() - begun) * MILLION / renewed.keys
    yield _figure(f"all keys renewed, for each million (of {renewed.keys:,})", seconds, "s", 60.0)


def _position() -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


def _figure(name: str, value: float, unit: str, target: float | None) -> dict[str, Any]:
    return {
        "area": "renewal",
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "limit": None,
        "peer": None,
        "ratio": None,
        "target": target,
        "ok": target is None or value <= target,
    }
