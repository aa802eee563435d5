"""Count the days in which a request must be answered: calendar months from the day it came in.

GDPR Art. 12(3) gives one month, and two more with reasons. Regulation (EEC, Euratom) No 1182/71, Art. 3: the day of the
event does not count; a period in months ends on the same date of the last month, or on that month's last day where it
has no such date; an end on a Saturday, Sunday or public holiday moves to the next working day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from retention.terms import add_months

MONTHS: Final = 1
MONTHS_EXTENDED: Final = 3
SATURDAY: Final = 5
LONGEST_CALENDAR: Final = 200

_ONCE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEARLY = re.compile(r"(\d{2})-(\d{2})")
_EASTER = re.compile(r"easter([+-]\d{1,3})?", re.IGNORECASE)


class NoCalendar(ValueError):
    """A line of a list of holidays can't be read; the message names the line's number."""


@dataclass(frozen=True)
class Calendar:
    """Public holidays: single dates, dates of every year as (month, day), and days from Easter Sunday."""

    once: Mapping[date, str] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], str] = field(default_factory=dict)
    easter: Mapping[int, str] = field(default_factory=dict)

    def holiday(self, day: date) -> str:
        """Return the name of the public holiday on a day, or nothing."""
        from_easter = (day - easter_sunday(day.year)).days
        found = self.once.get(day) or self.yearly.get((day.month, day.day)) or self.easter.get(from_easter)
        return found or ""

    def is_working_day(self, day: date) -> bool:
        """Say whether a day is neither Saturday, Sunday nor a public holiday."""
        return day.weekday() < SATURDAY and not self.holiday(day)

    def working_day_from(self, day: date) -> date:
        """Return the day itself or, where that is none, the next working day."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


def calendar(text: str) -> Calendar:
    """Read a list of holidays, one a line: `2026-12-24 Name`, each year `12-25 Name`, or `easter+1 Name`.

    Raises NoCalendar, which says which line can't be read.
    """
    once: dict[date, str] = {}
    yearly: dict[tuple[int, int], str] = {}
    easter: dict[int, str] = {}
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) > LONGEST_CALENDAR:
        raise NoCalendar(f"More than {LONGEST_CALENDAR} lines of holidays. Nothing was changed.")
    for number, line in enumerate(lines, start=1):
        when, _, name = line.partition(" ")
        try:
            if single := _ONCE.fullmatch(when):
                once[date(*map(int, single.groups()))] = name.strip() or "holiday"
            elif each := _YEARLY.fullmatch(when):
                yearly[_month_and_day(int(each[1]), int(each[2]))] = name.strip() or "holiday"
            elif moving := _EASTER.fullmatch(when):
                easter[int(moving[1] or 0)] = name.strip() or "holiday"
            elif when:
                raise ValueError
        except ValueError:
            raise NoCalendar(
                f"Line {number} of the holidays can't be read. Nothing was changed. Write 2026-12-24 Name, 12-25 Name"
                " for every year, or easter+1 Name."
            ) from None
    return Calendar(once, yearly, easter)


def _month_and_day(month: int, day: int) -> tuple[int, int]:
    date(2024, month, day)  # a leap year, so that 29 February is a date
    return month, day


def due_on(received_on: date, holidays: Calendar, *, months: int = MONTHS) -> date:
    """Return the last day on which a request that came in on `received_on` is answered in time.

    Months are counted from the day it came in, also when extended: an end that moved does not move the next.
    """
    return holidays.working_day_from(add_months(received_on, months))


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, as Meeus prints it)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    n = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * n) // 451
    month, day = divmod(h + n - 7 * m + 114, 31)
    return date(year, month, day + 1)


def days_left(due: date, today: date) -> str:
    """Return in words how long until a day: "due in 3 days", "due today", "2 days overdue"."""
    left = (due - today).days
    if left == 0:
        return "due today"
    days = f"{abs(left)} {'day' if abs(left) == 1 else 'days'}"
    return f"due in {days}" if left > 0 else f"{days} overdue"
