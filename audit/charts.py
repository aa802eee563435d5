"""Count entries by day and by hour of the week, in one bounded statement, and lay them out as pictures.

At most the newest hundred thousand entries of the period are counted, and the page says so when there are more.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from trail.models import Event

MOST: Final = 100_000
SPANS: Final = (14, 30)
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HEIGHT: Final = 100
LEVELS: Final = 5

BY_HOUR = """
    SELECT date_trunc('hour', at AT TIME ZONE %s) AS hour, outcome <> 'done' AS amiss, count(*)
    FROM ({newest}) AS newest GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `height` and `amiss_height` are parts of 100; `amiss`: refused or failed."""

    day: date
    count: int
    amiss: int
    x: int
    height: float
    amiss_height: float

    @property
    def y(self) -> float:
        """Return where the bar begins from above."""
        return HEIGHT - self.height

    @property
    def amiss_y(self) -> float:
        """Return where its part of refusals and failures begins from above."""
        return HEIGHT - self.amiss_height


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week; `level` 0 to 5 is its shade."""

    x: int
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Charts:
    """Both pictures. `is_cut`: there are more entries than were counted, and the oldest of them are left out."""

    days: list[Bar]
    week: list[tuple[str, list[Cell]]]
    total: int
    amiss: int
    highest: int
    is_cut: bool

    @property
    def width(self) -> int:
        """Return the width of the picture of days, ten parts a day."""
        return 10 * len(self.days)

    @property
    def busiest(self) -> Bar | None:
        """Return the day with most entries."""
        return max(self.days, key=lambda bar: bar.count, default=None) if self.total else None


def charts(rows: QuerySet[Event], last: date, span: int, zone: str) -> Charts:
    """Return the pictures of `rows` over the `span` days that end with `last`, in `zone`."""
    counted = _count(rows, last, span, zone)
    by_day: Counter[date] = Counter()
    amiss: Counter[date] = Counter()
    by_hour: Counter[tuple[int, int]] = Counter()
    for hour, is_amiss, number in counted:
        by_day[hour.date()] += number
        amiss[hour.date()] += number if is_amiss else 0
        by_hour[hour.weekday(), hour.hour] += number
    total = sum(by_day.values())
    highest = max(by_day.values(), default=0)
    days = [last - timedelta(days=back) for back in reversed(range(span))]
    bars = [_bar(place, day, by_day[day], amiss[day], highest) for place, day in enumerate(days)]
    return Charts(bars, _week(by_hour), total, sum(amiss.values()), highest, is_cut=total >= MOST)


def _count(rows: QuerySet[Event], last: date, span: int, zone: str) -> list[tuple[datetime, bool, int]]:
    here = ZoneInfo(zone)
    first = datetime.combine(last - timedelta(days=span - 1), time(), here)
    end = datetime.combine(last + timedelta(days=1), time(), here)
    within = rows.filter(at__gte=first, at__lt=end).order_by("-at", "-id").values("at", "outcome")[:MOST]
    newest, values = within.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(BY_HOUR.format(newest=newest), [zone, *values])
        return list(cursor.fetchall())


def _bar(place: int, day: date, count: int, amiss: int, highest: int) -> Bar:
    scale = HEIGHT / highest if highest else 0
    return Bar(day, count, amiss, 10 * place, round(count * scale, 2), round(amiss * scale, 2))


def _week(by_hour: Counter[tuple[int, int]]) -> list[tuple[str, list[Cell]]]:
    highest = max(by_hour.values(), default=0)
    return [
        (name, [_cell(hour, by_hour[weekday, hour], highest) for hour in range(24)])
        for weekday, name in enumerate(WEEKDAYS)
    ]


def _cell(hour: int, count: int, highest: int) -> Cell:
    level = -(-count * LEVELS // highest) if highest else 0
    return Cell(hour, count, level)
