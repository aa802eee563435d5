"""Lay previews out as bars: what is due by day, what is kept by month of age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from retention.preview import Preview, Sum
from retention.words import KINDS, day

HEIGHT = 100
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


def kept_by_month(preview: Preview) -> list[Bar]:
    """Return a bar for each month in which calls ended that are still kept, the last three years at most."""
    months = sorted(preview.kept_by_month)[-MONTHS_SHOWN:]
    return _bars([(_month(each), _total(preview.kept_by_month[each])) for each in months])


def table(preview: Preview, names: Mapping[str, str]) -> list[dict[str, object]]:
    """Return what goes by kind and policy, for people who would rather read."""
    rows = sorted(preview.due.items(), key=lambda pair: -pair[1].items)
    return [
        {"kind": KINDS[kind], "policy": names.get(rule, "a draft"), "items": count.items, "size": count.size}
        for (kind, rule), count in rows
    ]


def _bars(values: list[tuple[str, int]]) -> list[Bar]:
    most = max((items for _, items in values), default=0) or 1
    return [Bar(x * WIDTH, HEIGHT * items / most, label, items) for x, (label, items) in enumerate(values)]


def _total(sums: Mapping[str, Sum]) -> int:
    return sum(each.items for each in sums.values())


def _month(text: str) -> str:
    return f"{date.fromisoformat(f'{text}-01'):%b %Y}"
