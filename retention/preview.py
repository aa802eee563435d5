"""Count what is kept and what would go: by kind, policy and day, without opening or locking anything.

One pass over an index for each kind. Beyond a million records of a kind a sample is counted instead and multiplied, and
says so: a preview that takes minutes is not looked at. What was counted once can be asked of several schedules.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from privacy import map as data_map
from retention.due import Handled, Schedule

EXACT_UP_TO = 1_000_000
SAMPLED = 500_000


@dataclass(frozen=True, slots=True)
class Aged:
    """How many records of a kind ended on one day under one combination of circumstances. size: bytes of sound."""

    kind: str
    call: Handled
    day: date
    items: int
    size: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What an account keeps, by kind, circumstances and day; `is_estimate` when a sample of some kind was counted."""

    aged: tuple[Aged, ...]
    is_estimate: bool


@dataclass(slots=True)
class Sum:
    """So many records and bytes."""

    items: int = 0
    size: int = 0

    def add(self, other: "Aged | Sum") -> None:
        """Add what another counts."""
        self.items += other.items
        self.size += other.size


@dataclass(frozen=True)
class Preview:
    """What goes on a day, and what is kept. Policies are named by id; `is_estimate` when a sample was counted."""

    on: date
    due: dict[tuple[str, str], Sum]
    due_by_day: dict[date, dict[tuple[str, str], Sum]]
    kept: dict[tuple[str, str], Sum]
    kept_by_month: dict[str, dict[str, Sum]]
    is_estimate: bool

    @property
    def total(self) -> Sum:
        """Return what goes on the day altogether."""
        total = Sum()
        for each in self.due.values():
            total.add(each)
        return total


def count_stock(schedule: Schedule) -> Stock:
    """Count what the account of a schedule keeps."""
    sampled = {kind: is_sampled(kind) for kind in data_map.kinds()}
    aged = [each for kind, sample in sampled.items() for each in ages(schedule, kind, sampled=sample)]
    return Stock(tuple(aged), any(sampled.values()))


def preview(schedule: Schedule, on: date, *, days_ahead: int = 60, stock: Stock | None = None) -> Preview:
    """Return what would be disposed of on `on`, what follows on the days after, and what is kept, by age.

    `stock`: what was counted already, for another schedule of the same account. Raises PolicyError without a default
    policy.
    """
    stock = stock or count_stock(schedule)
    due: dict[tuple[str, str], Sum] = defaultdict(Sum)
    kept: dict[tuple[str, str], Sum] = defaultdict(Sum)
    by_day: dict[date, dict[tuple[str, str], Sum]] = defaultdict(lambda: defaultdict(Sum))
    by_month: dict[str, dict[str, Sum]] = defaultdict(lambda: defaultdict(Sum))
    for aged in stock.aged:
        decision = schedule.decide(aged.kind, aged.call, aged.day)
        goes_on = max(on, decision.last_day + timedelta(days=1)) if decision.last_day < date.max else date.max
        key = (aged.kind, decision.rule.id)
        (due if goes_on == on and decision.rule.id not in schedule.paused else kept)[key].add(aged)
        by_month[f"{aged.day:%Y-%m}"][decision.rule.id].add(aged)
        if goes_on <= on + timedelta(days=days_ahead) and decision.rule.id not in schedule.paused:
            by_day[goes_on][key].add(aged)
    return Preview(on, dict(due), dict(by_day), dict(kept), dict(by_month), stock.is_estimate)


def ages(schedule: Schedule, kind: str, *, sampled: bool = False) -> Iterator[Aged]:
    """Yield the living records of a kind by circumstances and day of their end."""
    model = data_map.kinds()[kind].model
    fields = {field.name for field in model._meta.concrete_fields}
    calls = {call.id: call for call in schedule.calls_of(kind)}
    share = min(100.0, 100.0 * SAMPLED / max(1, known_rows(kind))) if sampled else 100.0
    query = sql.SQL(
        "SELECT {by}, (ended_at AT TIME ZONE %(zone)s)::date, count(*), {size} FROM {table} {sample}"
        " WHERE {by} = ANY(%(calls)s) AND ended_at IS NOT NULL AND condemned_at IS NULL GROUP BY 1, 2"
    ).format(
        by=sql.Identifier(data_map.decided_by(kind)),
        table=sql.Identifier(model._meta.db_table),
        size=sql.SQL("coalesce(sum(size_bytes), 0)::bigint" if "size_bytes" in fields else "0"),
        sample=sql.SQL("TABLESAMPLE SYSTEM (%(share)s)" if sampled else ""),
    )
    values: dict[str, Any] = {"zone": schedule.account.zone, "calls": list(calls), "share": share}
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(), values)
        for call_id, day, items, size in cursor.fetchall():
            yield Aged(kind, calls[_id(call_id)], day, round(items * 100 / share), round(size * 100 / share))


def is_sampled(kind: str) -> bool:
    """Say whether there are so many records of a kind that a sample is counted."""
    return known_rows(kind) > EXACT_UP_TO


def known_rows(kind: str) -> int:
    """Return about how many records of a kind there are in all accounts, as PostgreSQL last counted."""
    with connection.cursor() as cursor:
        table = data_map.kinds()[kind].model._meta.db_table
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])


def count_due(schedule: Schedule, on: date) -> dict[str, int]:
    """Return exactly how many records of each kind are due on a day. Raises PolicyError."""
    counts = dict.fromkeys(data_map.kinds(), 0)
    for portion in schedule.portions(on):
        counts[portion.kind] += portion.rows().count()
    return {kind: number for kind, number in counts.items() if number}


def _id(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
