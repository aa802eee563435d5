"""Measure the keyring: making keys, and looking up the 50 of a page among a million."""

import random
import statistics
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import connections

from privacy.keyring.models import Block
from privacy.keyring.ring import ALIAS, create_keys, load_keys

KEYS = 1_000_000
PAGE = 50
ROUNDS = 200
ACCOUNT = UUID(int=7)
FILL = """
    INSERT INTO keyring_key (id, block, version, wrapped)
    SELECT gen_random_uuid(), %s, 1, decode(repeat('00', 60), 'hex') FROM generate_series(1, %s)
"""


def figures() -> Iterator[dict[str, Any]]:
    """Yield the rate of making keys and the time of a look-up among a million."""
    yield _making()
    yield _looking_up()


def _making() -> dict[str, Any]:
    begun = time.perf_counter()
    create_keys(ACCOUNT, 20_000)
    rate = 20_000 / (time.perf_counter() - begun)
    return _figure("keys made in batches of 1,000", rate, "keys/s", None, None, None, ok=True)


def _looking_up() -> dict[str, Any]:
    ids = [new.id for new in create_keys(ACCOUNT, 5_000)]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(FILL, [Block.objects.earliest("id").pk, KEYS])
        cursor.execute("VACUUM ANALYZE keyring_key")
    ours = [_milliseconds(lambda: load_keys(random.sample(ids, PAGE))) for _ in range(ROUNDS)]
    limit = [_milliseconds(_select_nothing) for _ in range(ROUNDS)]
    value, bare = statistics.median(ours), statistics.median(limit)
    return _figure(f"{PAGE} keys among {KEYS:,}, unwrapped", value, "ms", bare, bare / value, 2.0, ok=value <= 2.0)


def _select_nothing() -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1 FROM keyring_key WHERE id = %s", [uuid4()])


def _milliseconds(act: Any) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def _figure(
    name: str, value: float, unit: str, limit: float | None, ratio: float | None, target: float | None, *, ok: bool
) -> dict[str, Any]:
    return {
        "area": "keyring",
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "limit": round(limit, 3) if limit else None,
        "peer": None,
        "ratio": round(ratio, 3) if ratio else None,
        "target": target,
        "ok": ok,
    }
