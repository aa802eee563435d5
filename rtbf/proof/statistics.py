"""Measure what an account's statistics say, so that an erasure can be shown to have changed none of it.

A fixed set: calls, talk time, length and distinct callers, in all and by agent, queue, direction and day.
A distinct caller is a customer's row, which outlives its erasure (docs/statistics.md). Only calls that were known when
the first figures were taken are counted, so that work which goes on meanwhile changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.models import Account
from interactions.models import Interaction

FIGURES: dict[str, Any] = {
    "calls": Count("pk"),
    "talk_s": Sum("talk_s"),
    "duration_s": Sum("duration_s"),
    "callers": Count("customer", distinct=True),
}
Measured = dict[str, Any]


def measure(account: Account, *, until: datetime, calls: Iterable[UUID] | None = None) -> Measured:
    """Return the figures of an account's calls taken in before `until`, or of those `calls` alone.

    `all` holds the four figures; `agent`, `queue`, `direction` and `day` hold them by value, "" for none.
    """
    rows: QuerySet[Interaction] = Interaction.objects.filter(account_id=account.pk, created_at__lt=until)
    if calls is not None:
        rows = rows.filter(pk__in=list(calls))
    day = TruncDate("started_at", tzinfo=ZoneInfo(account.zone))
    return {
        "all": _plain(rows.aggregate(**FIGURES)),
        "agent": _by(rows, F("agent_id")),
        "queue": _by(rows, F("queue")),
        "direction": _by(rows, F("direction")),
        "day": _by(rows, day),
    }


def differences(before: Measured, after: Measured) -> list[str]:
    """Return which figures differ, as `group value figure`; nothing when all are equal to the last digit."""
    found: list[str] = []
    for group in before:
        one, other = before[group], after.get(group, {})
        if group == "all":
            found += [f"all {name}" for name in one if one[name] != other.get(name)]
            continue
        found += [
            f"{group} {value}" for value in sorted(one.keys() | other.keys()) if one.get(value) != other.get(value)
        ]
    return found


def _by(rows: "QuerySet[Interaction]", expression: Any) -> dict[str, dict[str, int]]:
    figures = {f"_{name}": figure for name, figure in FIGURES.items()}
    grouped: Any = rows.annotate(_value=expression).order_by().values("_value").annotate(**figures)
    return {
        str(row["_value"] if row["_value"] is not None else ""): _plain({name: row[f"_{name}"] for name in FIGURES})
        for row in grouped
    }


def _plain(figures: dict[str, Any]) -> dict[str, int]:
    return {name: int(value or 0) for name, value in figures.items()}
