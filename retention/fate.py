"""Explain one call or record: until when it is kept, by which policy and why, what holds it, or when it went."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Account, Circumstances
from privacy import lineage
from privacy import map as data_map
from retention.due import Handled, Schedule
from retention.errors import PolicyError
from retention.explaining import Held, why_held
from retention.models import Deferral
from retention.words import KINDS, day, explain
from trail.models import Event

CALL = "metadata"
"""What the call itself is to policies; everything else belongs to one."""


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


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of one record without opening it. `record`: its label and id; `went_by`: the case it went by."""

    kind: str
    record: tuple[str, str] | None
    ended_on: date | None = None
    fates: tuple[Fate, ...] = ()
    held: tuple[Held, ...] = ()
    deferral: Deferral | None = None
    went_at: datetime | None = None
    went_by: str = ""


def explain_record(account: Account, text: str) -> Explained | None:
    """Explain the record of an account whose id is `text`; None when there is and was none."""
    try:
        record_id = UUID(text)
    except ValueError:
        return None
    for kind, entry in data_map.kinds().items():
        gone = _gone(account, kind, entry.label, record_id)
        if gone is not None:
            return gone
        row = entry.model._default_manager.filter(account_id=account.pk, pk=record_id).first()
        if row is not None:
            return _living(account, kind, row)
    return None


def _gone(account: Account, kind: str, label: str, record_id: UUID) -> Explained | None:
    entries = Event.objects.filter(record_label=label, record_id=str(record_id), account_id=account.pk)
    entry = entries.filter(action="record.erased").order_by("at").first()
    if entry is None:
        return None
    return Explained(KINDS[kind], (label, str(record_id)), went_at=entry.at, went_by=entry.case)


def _living(account: Account, kind: str, row: Any) -> Explained:
    """Explain a record that stands; of a call also what belongs to it."""
    label = row._meta.label
    found = fates(account, row.circumstances, row.ended_at)
    if kind != CALL:
        found = [each for each in found if each.kind == KINDS[kind]]
    held = why_held(lineage.targets([row])[0].lineage)
    deferral = Deferral.objects.filter(account=account, label=label, record_id=row.pk, resolved_at=None).first()
    ended_on = Schedule(account, []).day_of(row.ended_at)
    return Explained(KINDS[kind], (label, str(row.pk)), ended_on, tuple(found), tuple(held), deferral)
