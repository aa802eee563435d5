"""What an auditor may look for, read from an address and written back into one.

An address holds ids, codes and dates, never a person's name and never an internet address: that stands in it as its
blind index. Whatever is not one of ours is refused with a sentence and never reaches the database.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.roles import ROLES
from audit.entry import as_id
from audit.vocabulary import GROUPS
from trail.canonical import Fact
from trail.models import Outcome

OUTCOMES: Final = {
    Outcome.DONE.value: "Done",
    Outcome.REFUSED.value: "Refused",
    Outcome.FAILED.value: "Failed",
}
VIA_JOB: Final = "job"
ACTORS: Final = {**ROLES, "operator": "Somebody in a shell", VIA_JOB: "The house itself"}
_DIGEST = re.compile(r"[0-9a-f]{66}")
_CODE = re.compile(r"[a-z][a-z_]{0,39}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
FIRST_YEAR, LAST_YEAR = 2000, 2200


class BadFilter(ValueError):
    """A filter that is none; the sentence says which and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means everything. `until` is included. `reads`: show reading of the log."""

    person: UUID | None = None
    role: str = ""
    what: str = ""
    purpose: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    record: UUID | None = None
    workstation: str = ""
    reads: bool = False

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Read filters from an address; names that are none of ours are passed over. Raises BadFilter."""
        found = {name: _READERS[name](str(given[name])) for name in _READERS if given.get(name)}
        filters = cls(**found)
        if filters.since and filters.until and filters.since > filters.until:
            raise BadFilter("The period ends before it begins.")
        return filters

    def query(self) -> str:
        """Return the filters as the query of an address, "" for none."""
        return urlencode(self.codes())

    def codes(self) -> dict[str, str]:
        """Return the filters that are set, as text."""
        pairs = {name: getattr(self, name) for name in _READERS}
        return {name: "1" if value is True else str(value) for name, value in pairs.items() if value}

    def facts(self) -> dict[str, Fact]:
        """Return what an entry says about a look at the log: codes only, no trace of the workstation's address."""
        codes: dict[str, Fact] = {**self.codes()}
        codes.pop("reads", None)
        return {**codes, "workstation": True} if self.workstation else codes

    def without(self, *names: str) -> Self:
        """Return the filters with some of them left out."""
        empty = {name: getattr(type(self)(), name) for name in names}
        return replace(self, **empty)

    @property
    def hides_reads(self) -> bool:
        """Say whether looks at the log are left out, as they are unless somebody asks for them; refused ones never."""
        return not self.reads and not self.what and self.outcome in ("", Outcome.DONE)

    def window(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """Return the first moment of the period and the first one after it, in the account's zone."""
        here = ZoneInfo(zone)
        start = datetime.combine(self.since, time(), here) if self.since else None
        end = datetime.combine(self.until + timedelta(days=1), time(), here) if self.until else None
        return start, end


def _one_of(known: Mapping[str, Any], what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise BadFilter(f"There is no such {what}.")
        return text

    return read


def _id(what: str) -> Callable[[str], UUID]:
    def read(text: str) -> UUID:
        found = as_id(text.strip()) if len(text) <= 45 else None
        if found is None:
            raise BadFilter(f"The {what} is not an id. Copy it from its page or from an entry.")
        return found

    return read


def _matching(pattern: re.Pattern[str], sentence: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise BadFilter(sentence)
        return text

    return read


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadFilter("A day is written as year-month-day, such as 2026-06-02.")
    return found


def _flag(text: str) -> bool:
    return text == "1"


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "person": _id("person"),
    "role": _one_of(ACTORS, "role"),
    "what": _one_of(GROUPS, "kind of action"),
    "purpose": _matching(_CODE, "There is no such purpose."),
    "outcome": _one_of(OUTCOMES, "outcome"),
    "since": _date,
    "until": _date,
    "record": _id("call or other record"),
    "workstation": _matching(_DIGEST, "The workstation is not one of ours. Enter its address again."),
    "reads": _flag,
}
