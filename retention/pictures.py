"""Lay previews out as bars: what is due by day, what is kept by month of age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from retention.preview import Preview, Sum
from retention.words import KINDS, day

HEIGHT = 100
SHADES = 5
OTHERS = "other policies"
WIDTH = 10
MONTHS_SHOWN = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands (x), how high it is (of 100), and what it says."""

    x: int
    height: float
    label: str
    items: int

    @property
    def y(self) -> float:
        """Return where the bar begins from above."""
        return HEIGHT - self.height


def due_by_day(preview: Preview, days: int = 60) -> list[Bar]:
    """Return a bar for each day from the preview's on; days without anything due have one of no height."""
    sums = {each: _total(kinds) for each, kinds in preview.due_by_day.items()}
    shown = [preview.on + timedelta(days=number) for number in range(days)]
    return _bars([(day(each), sums.get(each, 0)) for each in shown])


@dataclass(frozen=True, slots=True)
class Part:
    """One policy's part of a bar: how high it begins and how high it is (of 100), its shade, and what it says."""

    y: float
    height: float
    shade: int
    label: str
    items: int


@dataclass(frozen=True, slots=True)
class Stack:
    """One month's bar, of parts that stand on each other."""

    x: int
    month: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Stacks:
    """What is kept, by month of the call and by policy. legend: shade, name and records of each policy, most first."""

    stacks: tuple[Stack, ...]
    legend: tuple[tuple[int, str, int], ...]


def kept_by_policy(preview: Preview, names: Mapping[str, str]) -> Stacks:
    """Return what is kept by month and by policy: the four that keep most, and the others together."""
    columns = _columns(preview.kept_by_month)
    sums: dict[str, int] = {}
    for _, column in columns:
        for rule, each in column.items():
            sums[rule] = sums.get(rule, 0) + each.items
    most = sorted(sums, key=lambda rule: (-sums[rule], rule))
    shades = {rule: min(number, SHADES - 1) for number, rule in enumerate(most)}
    titles = {shades[rule]: OTHERS if len(most) > SHADES and shades[rule] == SHADES - 1 else names.get(rule, "a policy")
              for rule in most}  # fmt: skip
    by_shade = [_by_shade(column, shades) for _, column in columns]
    highest = max((sum(counts.values()) for counts in by_shade), default=0) or 1
    stacks = [
        Stack(number * WIDTH, title, _parts(counts, titles, highest))
        for number, ((title, _), counts) in enumerate(zip(columns, by_shade, strict=True))
    ]
    legend = [(shade, title, sum(counts.get(shade, 0) for counts in by_shade)) for shade, title in titles.items()]
    return Stacks(tuple(stacks), tuple(legend))


def _columns(by_month: Mapping[str, Mapping[str, Sum]]) -> list[tuple[str, Mapping[str, Sum]]]:
    """Return each of the latest months, those without a call too, after one column of all that is older."""
    if not by_month:
        return []
    numbers = {_number(month): sums for month, sums in by_month.items()}
    first = max(min(numbers), max(numbers) - MONTHS_SHOWN + 1)
    older: dict[str, Sum] = {}
    for number in sorted(numbers):
        for rule, each in numbers[number].items() if number < first else ():
            older.setdefault(rule, Sum()).add(each)
    before = [(f"before {_month(first)}", older)] if older else []
    return [*before, *((_month(number), numbers.get(number, {})) for number in range(first, max(numbers) + 1))]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind in a run: how wide (of 100) what went, what had to stay, and what is still to come."""

    kind: str
    disposed: float
    deferred: float
    ahead: float

    @property
    def told(self) -> list[tuple[str, float, float]]:
        """Return shade, beginning and width of each part."""
        begins = self.disposed + self.deferred
        parts = [("0", 0.0, self.disposed), ("1", self.disposed, self.deferred), ("4", begins, self.ahead)]
        return [part for part in parts if part[2]]


def rows_of_run(counts: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return a row for each kind of a run, drawn on the scale of the largest."""
    most = max((max(each["due"], each["disposed"] + each["deferred"]) for each in counts), default=0) or 1
    return [
        Row(
            each["kind"],
            100 * each["disposed"] / most,
            100 * each["deferred"] / most,
            100 * max(0, each["due"] - each["disposed"] - each["deferred"]) / most,
        )
        for each in counts
    ]


def _by_shade(sums: Mapping[str, Sum], shades: Mapping[str, int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for rule, each in sums.items():
        counts[shades[rule]] = counts.get(shades[rule], 0) + each.items
    return dict(sorted(counts.items()))


def _parts(counts: Mapping[int, int], titles: Mapping[int, str], highest: int) -> tuple[Part, ...]:
    parts, top = [], float(HEIGHT)
    for shade, items in counts.items():
        height = HEIGHT * items / highest
        top -= height
        parts.append(Part(top, height, shade, titles[shade], items))
    return tuple(parts)


def table(
    preview: Preview, names: Mapping[str, str], samples: Mapping[tuple[str, str], Sequence[UUID]] | None = None
) -> list[dict[str, object]]:
    """Return what goes by kind and policy, for people who would rather read, with some records of each."""
    rows = sorted(preview.due.items(), key=lambda pair: -pair[1].items)
    return [
        {"kind": KINDS[kind], "policy": names.get(rule, "a draft"), "items": count.items, "size": count.size,
         "samples": (samples or {}).get((kind, rule), ())}
        for (kind, rule), count in rows
    ]  # fmt: skip


def days(preview: Preview, names: Mapping[str, str]) -> list[dict[str, object]]:
    """Return what goes from the preview's day on, by day, kind and policy."""
    rows = [
        (goes_on, KINDS[kind], names.get(rule, "a draft"), count)
        for goes_on, sums in preview.due_by_day.items()
        for (kind, rule), count in sums.items()
    ]
    rows.sort(key=lambda row: row[:3])
    return [
        {"day": goes_on, "kind": kind, "policy": policy, "items": count.items, "size": count.size}
        for goes_on, kind, policy, count in rows
    ]


def _bars(values: list[tuple[str, int]]) -> list[Bar]:
    most = max((items for _, items in values), default=0) or 1
    return [Bar(x * WIDTH, HEIGHT * items / most, label, items) for x, (label, items) in enumerate(values)]


def _total(sums: Mapping[Any, Sum]) -> int:
    return sum(each.items for each in sums.values())


def _number(month: str) -> int:
    return date.fromisoformat(f"{month}-01").year * 12 + date.fromisoformat(f"{month}-01").month - 1


def _month(number: int) -> str:
    return f"{date(number // 12, number % 12 + 1, 1):%b %Y}"
