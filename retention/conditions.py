"""The calls a hold covers by what they are, as a person chooses them: agent, queue, period, and the list's filters.

What a list can't understand narrows nothing; here it is refused, because a hold that means something else than was
typed is worse than none. Days are those of the account's zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange

from accounts.models import Account, Agent
from retention.errors import Incomplete, NotCoverable
from retention.models import HoldCondition
from retention.models.scopes import CONTENTS, DIRECTIONS, key_of

FIELDS: Final = ("since", "until", "agent", "queue", "direction", "kind", "length")
LENGTHS: Final[dict[str, tuple[str, int, int | None]]] = {
    "short": ("under 1 minute", 0, 60),
    "middle": ("of 1 to 5 minutes", 60, 300),
    "long": ("of 5 to 15 minutes", 300, 900),
    "longest": ("of 15 minutes and more", 900, None),
}
LONGEST_QUEUE: Final = 64
NOT_HELD: Final = "Nothing is held yet."


@dataclass(frozen=True, slots=True)
class Condition:
    """Calls that are held: all that is given must fit. until: the last day, included."""

    since: date | None = None
    until: date | None = None
    agent: UUID | None = None
    queue: str = ""
    direction: str = ""
    kind: str = ""
    length: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self | None:
        """Return what a form asks for, nothing if it names nothing. Raises Incomplete."""
        given = {name: asked.get(name, "").strip() for name in FIELDS}
        if not any(given.values()):
            return None
        return cls(
            since=_day(given["since"]),
            until=_day(given["until"]),
            agent=_id(given["agent"]),
            queue=given["queue"],
            direction=given["direction"],
            kind=given["kind"],
            length=given["length"],
        )

    def checked(self, account: Account) -> Self:
        """Return the condition if it makes sense in this account. Raises Incomplete, NotCoverable."""
        if self == type(self)():
            raise Incomplete(f"Name at least an agent, a queue or a period. {NOT_HELD}")
        if self.since and self.until and self.until < self.since:
            raise Incomplete(f"The period ends before it begins. {NOT_HELD}")
        if len(self.queue) > LONGEST_QUEUE or not self.queue.isprintable():
            raise Incomplete(f"A queue is named in at most {LONGEST_QUEUE} characters. {NOT_HELD}")
        for value, known in ((self.direction, DIRECTIONS), (self.kind, CONTENTS), (self.length, LENGTHS)):
            if value and value not in known:
                raise Incomplete(f"Choose direction, contents and length from the lists. {NOT_HELD}")
        if self.agent and not Agent.objects.filter(pk=self.agent, account=account).exists():
            raise NotCoverable(f"This account has no such agent. {NOT_HELD}")
        return self

    def as_row(self, account: Account) -> HoldCondition:
        """Return the row that keeps the condition, not saved and of no hold yet."""
        _, shortest, longest = LENGTHS.get(self.length, ("", 0, None))
        key = key_of(account.pk, self.agent, self.queue)
        begin = _midnight(self.since, account.zone) if self.since else None
        # The last day of all is followed by none.
        ends = self.until is not None and self.until < date.max
        end = _midnight(self.until + timedelta(days=1), account.zone) if self.until and ends else None
        return HoldCondition(
            account=account, agent_id=self.agent, queue=self.queue, direction=self.direction, content=self.kind,
            period=DateTimeTZRange(begin, end), seconds=NumericRange(shortest, longest),
            key=NumericRange(key, key, "[]"),
        )  # fmt: skip


def in_words(row: HoldCondition) -> str:
    """Return what a condition covers, such as “calls of Linda (2046), queue Service, 1 Jan 2026 to 31 Mar 2026”."""
    seconds = (row.seconds.lower or 0, row.seconds.upper)
    length = next((title for title, *limits in LENGTHS.values() if tuple(limits) == seconds), "")
    what = [row.direction, "calls", length, row.content and f"with {row.content}", row.agent and f"of {row.agent}"]
    limits = [" ".join(word for word in what if word), row.queue and f"queue {row.queue}", _period(row)]
    return ", ".join(limit for limit in limits if limit)


def _period(row: HoldCondition) -> str:
    zone = ZoneInfo(row.account.zone)
    first = row.period.lower.astimezone(zone).date() if row.period.lower else None
    last = (row.period.upper.astimezone(zone) - timedelta(microseconds=1)).date() if row.period.upper else None
    if first and last:
        return _written(first) if first == last else f"{_written(first)} to {_written(last)}"
    if first:
        return f"from {_written(first)} on"
    return f"until {_written(last)}" if last else ""


def _written(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Incomplete(f"Write days as YYYY-MM-DD. {NOT_HELD}") from None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Incomplete(f"Choose the agent from the list. {NOT_HELD}") from None
