"""Measure forgetting: one person's calls erased among a million, beside raw SQL and what others need for the same.

Erasing is the whole of it: decision under lock, entries, ledger, keys, rows; each call has a key of its own.
The limit empties the same values of plain rows by one UPDATE. django-gdpr-assist works on those rows too, in an
environment of its own (build/gdpr-assist, made here); Fides was measured once, elsewhere, and is quoted. BENCH_ROWS
says among how many calls (a million), BENCH_FULL=1 goes up to ten million.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import connection

from accounts.actors import operator
from accounts.handling import Facts, Handling
from accounts.models import Account
from bench._figure import figure
from bench._gdpr_assist import GdprAssist, Missing
from bench._stock import filling, vacuum
from customers.models import Customer
from interactions.models import Interaction
from privacy.erasure import erase
from privacy.keyring.ring import create_keys, shred
from privacy.ledger import Memory
from privacy.sealing import seal

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
GROWTH = (ROWS // 10, ROWS, *((ROWS * 10,) if os.environ.get("BENCH_FULL") == "1" else ()))
ITEMS = (1, 10, 100, 1_000, 10_000)
USUAL = 1_000
ROUNDS = {1: 9, 10: 9, 100: 7, 1_000: 5, 10_000: 3}
FIDES_S = {1_000: 5.2, 10_000: 34.9}
"""Fides 2.78, measured on two processors like these with PostgreSQL 15; it is not run here."""
FLAT, TIMES_RAW, TIMES_ASSIST, TIMES_FIDES, KEY_MS = 1.5, 5.0, 5.0, 20.0, 10.0
START = datetime(2026, 6, 2, tzinfo=UTC)
PLAIN = """
    CREATE TABLE IF NOT EXISTS bench_plain (
        id bigserial PRIMARY KEY, customer bigint, phone text, name text, started_at timestamptz, duration_s int)
"""


def figures() -> Iterator[dict[str, Any]]:
    """Yield what forgetting costs by the number of items, beside others, and as the table grows."""
    account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
    first, there = 0.0, 0
    for rows in GROWTH:
        _fill(account, there, rows)
        there = rows
        if rows == ROWS:
            yield from _beside_others(account, rows)
        ms = _median(partial(_erasing, account, USUAL), USUAL)
        first = first or ms
        name = f"{USUAL:,} items erased among {rows:,}; ratio to the smallest table, at most target"
        yield figure("forgetting", name, ms, "ms", ratio=ms / first, target=FLAT, ok=ms / first <= FLAT)


def _beside_others(account: Account, rows: int) -> Iterator[dict[str, Any]]:
    try:
        assist: GdprAssist | None = GdprAssist.installed()
    except Missing as missing:
        assist, why = None, str(missing)
        yield figure("forgetting", f"django-gdpr-assist could not be measured: {why}", 0, "ms")
    for items in ITEMS:
        ms, raw = _median(partial(_erasing, account, items), items), _median(partial(_raw, items), items)
        among = f"{items:,} items erased among {rows:,}"
        ok = ms / raw <= TIMES_RAW if items == USUAL else None
        yield figure("forgetting", f"{among}; limit: raw UPDATE; ratio to it, at most target", ms, "ms", limit=raw,
                     ratio=ms / raw, target=TIMES_RAW if items == USUAL else None, ok=ok)  # fmt: skip
        yield _key_alone(account, items)
        if assist:
            yield _peer(f"{among}; peer: django-gdpr-assist", ms, _assisted(assist, items), TIMES_ASSIST, items)
        if items in FIDES_S:
            yield _peer(f"{among}; peer: Fides 2.78 as recorded", ms, FIDES_S[items] * 1000, TIMES_FIDES, items)


def _peer(name: str, ms: float, peer: float, target: float, items: int) -> dict[str, Any]:
    faster = peer / ms
    wanted = target if items == USUAL else None
    return figure("forgetting", f"{name}; ratio: times faster, at least target", ms, "ms", peer=peer, ratio=faster,
                  target=wanted, ok=faster >= target if wanted else None)  # fmt: skip


def _key_alone(account: Account, items: int) -> dict[str, Any]:
    """Return how long it takes from the decision until no code opens the values."""
    times = []
    for _ in range(ROUNDS[items]):
        ids = [new.id for new in create_keys(account.pk, items)]
        times.append(_ms(partial(shred, ids)))
    ms, told = statistics.median(times), items == USUAL
    name = f"{items:,} keys dead, of those; at most target"
    return figure("forgetting", name, ms, "ms", target=KEY_MS if told else None, ok=ms <= KEY_MS if told else None)


def _erasing(account: Account, items: int) -> float:
    rows = _calls(account, items)
    ms = _ms(lambda: erase(rows, actor=operator(), ground="bench", remember=Memory.PERSON))
    assert not Interaction.objects.filter(pk__in=[row.pk for row in rows], erased_at=None).exists()
    return ms


def _calls(account: Account, number: int) -> list[Any]:
    """Make the calls of one new customer, each sealed under its own key."""
    customer = Customer.objects.create(account=account)
    kept_for = Handling(account).of(Facts("inbound", "+15305550100"))
    rows = []
    for place, key in enumerate(create_keys(account.pk, number)):
        at = START + timedelta(seconds=place)
        row = Interaction(account=account, customer=customer, direction="inbound", line="+15305550100", started_at=at,
                          ended_at=at, duration_s=60, talk_s=60, circumstances=kept_for)  # fmt: skip
        seal(row, key, {"customer_address": "+12025550147", "customer_name": "Alice Brown"})
        rows.append(row)
    return Interaction.objects.bulk_create(rows, batch_size=1_000)


def _fill(account: Account, first: int, after: int) -> None:
    """Fill both tables with other people's calls, made by the database from one that was sealed."""
    (call,) = _calls(account, 1)
    copied = [str(field.column) for field in Interaction._meta.concrete_fields]
    # Ids grow as real ones do, so that their index is as packed.
    own = {"id": "lpad(to_hex(n), 32, '0')::uuid", "key_id": "gen_random_uuid()"}
    own |= {"started_at": "t.started_at - n * interval '1 s'"}
    values, table = ", ".join(own.get(name, f't."{name}"') for name in copied), Interaction._meta.db_table
    listed = ", ".join(f'"{name}"' for name in copied)
    with connection.cursor() as cursor:
        with filling(cursor, Interaction, after - first):
            cursor.execute(
                f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM generate_series(%s, %s) AS n, "{table}" t'
                " WHERE t.id = %s",
                [first, after - 1, call.pk],
            )
        cursor.execute("DROP INDEX IF EXISTS bench_plain_customer")
        _fill_plainly(cursor, first, after - 1, "n")
        cursor.execute("CREATE INDEX bench_plain_customer ON bench_plain (customer)")
    vacuum()


def _fill_plainly(cursor: Any, first: int, last: int, customer: str) -> None:
    cursor.execute(
        "INSERT INTO bench_plain (customer, phone, name, started_at, duration_s)"
        f" SELECT {customer}, '+12025550147', 'Alice Brown', now(), 60 FROM generate_series(%s, %s) AS n",
        [first, last],
    )


def _raw(items: int) -> float:
    """Empty the values of a customer's plain rows; returns milliseconds."""
    with connection.cursor() as cursor:
        _fill_plainly(cursor, 1, items, "-1")
        ms = _ms(lambda: cursor.execute("UPDATE bench_plain SET phone = '', name = '' WHERE customer = -1"))
        cursor.execute("DELETE FROM bench_plain WHERE customer = -1")
    return ms


def _assisted(assist: GdprAssist, items: int) -> float:
    times = []
    for _ in range(ROUNDS[items]):
        with connection.cursor() as cursor:
            _fill_plainly(cursor, 1, items, "-2")
        times.append(assist.anonymise(-2))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bench_plain WHERE customer = -2 AND phone = '' AND name = ''")
            assert cursor.fetchone() == (items,), "django-gdpr-assist emptied all of them"
            cursor.execute("DELETE FROM bench_plain WHERE customer = -2")
    return statistics.median(times)


def _median(act: Callable[[], float], items: int) -> float:
    return statistics.median(act() for _ in range(ROUNDS[items]))


def _ms(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
