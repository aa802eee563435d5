"""Lengths of time as policies say them: so many days, months or years from the end of an interaction.

Months and years are calendar ones: what ended on 31 August is kept for six months until 28 (or 29) February. A term
ends with its last day in the account's zone, so a day is never cut short.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from retention.errors import PolicyError

LONGEST_YEARS = 100
_TERM = re.compile(r"\s*(\d{1,6})\s*(day|month|year)s?\s*")


class Unit(StrEnum):
    """What a term counts."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


MOST = {Unit.DAYS: LONGEST_YEARS * 366, Unit.MONTHS: LONGEST_YEARS * 12, Unit.YEARS: LONGEST_YEARS}


@dataclass(frozen=True, slots=True)
class Term:
    """So many days, months or years; at least one day, at most a hundred years."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        """Raise PolicyError when the amount is not positive or beyond any use."""
        if not 1 <= self.amount <= MOST[self.unit]:
            raise PolicyError(f"A term is at least 1 day and at most {LONGEST_YEARS} years. Nothing was saved.")

    def __str__(self) -> str:
        word = str(self.unit)[:-1] if self.amount == 1 else str(self.unit)
        return f"{self.amount} {word}"

    @classmethod
    def parse(cls, text: str) -> "Term":
        """Read `6 months`. Raises PolicyError."""
        found = _TERM.fullmatch(text.lower())
        if found is None:
            raise PolicyError("Write a term as a number and days, months or years: 6 months. Nothing was saved.")
        return cls(int(found[1]), Unit(f"{found[2]}s"))

    def last_day(self, ended_on: date) -> date:
        """Return the last day on which what ended on `ended_on` is kept; date.max beyond the calendar's end."""
        months = self._months()
        try:
            return ended_on + timedelta(days=self.amount) if months is None else add_months(ended_on, months)
        except (OverflowError, ValueError):
            return date.max

    def never_exceeds(self, other: "Term") -> bool:
        """Say whether this term ends no later than `other`, from whatever day both are counted."""
        mine, theirs = self._months(), other._months()
        if (mine is None) == (theirs is None):
            return (mine or self.amount) <= (theirs or other.amount)
        return self._days(max) <= other._days(min)

    @property
    def measure(self) -> tuple[bool, int]:
        """Return whether the term counts months, and how many months or days; of one sort, more end later."""
        months = self._months()
        return months is not None, months or self.amount

    def _months(self) -> int | None:
        """Return the months of a term that counts months or years."""
        if self.unit == Unit.DAYS:
            return None
        return self.amount * (12 if self.unit == Unit.YEARS else 1)

    def _days(self, extreme: Callable[[list[int]], int]) -> int:
        """Return the most or fewest days this term can have: which depends on months, leap years and the year 2100."""
        if self.unit == Unit.DAYS:
            return self.amount
        ends = [date(year, month, 1) for year in (2023, 2024, 2095, 2096, 2099, 2100) for month in range(1, 13)]
        days = [each for first in ends for each in (first, first - timedelta(days=1))]
        return extreme([(self.last_day(day) - day).days for day in days])


def add_months(day: date, months: int) -> date:
    """Return the same date `months` later, or that month's last day where it has no such date. Raises ValueError."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
