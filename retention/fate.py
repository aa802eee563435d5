"""Explain one call: until when each kind of its records is kept, by which policy, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Account, Circumstances
from privacy import map as data_map
from retention.due import Handled, Schedule
from retention.errors import PolicyError
from retention.words import KINDS, day, explain


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one kind of record of a call."""

    kind: str
    last_day: date
    until: str
    policy: str
    why: str


def fates(account: Account, circumstances: Circumstances | None, ended_at: datetime) -> list[Fate]:
    """Return the fate of each kind of record of a call; none when nothing decides over it, so that it stays."""
    if circumstances is None:
        return []
    schedule = Schedule.at(account, timezone.now())
    call = Handled.of(circumstances)
    try:
        found = [(kind, schedule.decide(kind, call, schedule.day_of(ended_at))) for kind in data_map.kinds()]
    except PolicyError:
        return []
    return [
        Fate(KINDS[kind], each.last_day, day(each.last_day), each.rule.name, explain(each, schedule))
        for kind, each in found
    ]
