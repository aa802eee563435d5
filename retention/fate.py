"""Explain one call or record: until when it is kept, by which policy and why, what holds it, or when it went."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.days import today_in
from accounts.models import Account, Circumstances
from privacy import lineage
from privacy import map as data_map
from retention.case_files import in_cases
from retention.decision import Decision
from retention.due import Handled, Schedule
from retention.errors import PolicyError
from retention.explaining import Held, why_held
from retention.models import Deferral, Policy
from retention.policies import CONDITIONS
from retention.words import KINDS, day, explain
from trail.models import Event

CALL = "metadata"
"""What the call itself is to policies; everything else belongs to one."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one kind of record of a call. `is_due`: its last day is past, so the next run takes it."""

    kind: str
    last_day: date
    until: str
    policy: str
    why: str
    is_paused: bool = False
    is_due: bool = False


def fates(account: Account, circumstances: Circumstances, ended_at: datetime) -> list[Fate]:
    """Return the fate of each kind of record of a call; none without a default policy: then all of it stays."""
    call = Handled.of(circumstances)
    schedule = _schedule(account, call)
    try:
        of_calls = [kind for kind in KINDS if data_map.decided_by(kind) == "circumstances_id"]
        found = [(kind, schedule.decide(kind, call, schedule.day_of(ended_at))) for kind in of_calls]
    except PolicyError:
        return []
    return [_fate(kind, each, schedule) for kind, each in found]


def fate_without_call(account: Account, kind: str, ended_at: datetime | None) -> Fate | None:
    """Return the fate of a record that came with no call; None as long as it does not age, or without a policy."""
    if ended_at is None:
        return None
    call = Handled.without_call(account)
    schedule = _schedule(account, call)
    try:
        decision = schedule.decide(kind, call, schedule.day_of(ended_at))
    except PolicyError:
        return None
    return _fate(kind, decision, schedule)


def is_over(account: Account, kind: str, ended_at: datetime) -> bool:
    """Say whether no policy keeps a record without a call any more: its last day is past and nothing is paused."""
    fate = fate_without_call(account, kind, ended_at)
    return fate is not None and fate.is_due


def _schedule(account: Account, call: Handled) -> Schedule:
    """Return the schedule of the policies that can fit one call: a few, where an account has ten thousand."""
    can_fit = Q(purposes=[]) | Q(purposes__overlap=list(call.purposes))
    for name in CONDITIONS[1:]:
        value = getattr(call, name.removesuffix("s"))
        can_fit &= Q(**{name: []}) | Q(**{f"{name}__contains": [value]}) if value else Q(**{name: []})
    policies = Policy.objects.filter(can_fit, account=account).in_force(timezone.now())
    today = today_in(account)
    paused = frozenset(str(each.pk) for each in policies if each.paused_until and each.paused_until >= today)
    return Schedule(account, [each.rule for each in policies], paused)


def _fate(kind: str, decision: Decision, schedule: Schedule) -> Fate:
    until, paused = day(decision.last_day), decision.rule.id in schedule.paused
    is_due = decision.last_day < schedule.day_of(timezone.now()) and not paused
    why = explain(decision, schedule)
    return Fate(KINDS[kind], decision.last_day, until, decision.rule.name, why, paused, is_due)


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
    of_call: bool = True


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
    if data_map.decided_by(kind) == "account_id":
        own = fate_without_call(account, kind, row.ended_at)
        found = [own] if own else []
    else:
        found = fates(account, row.circumstances, row.ended_at)
    if kind != CALL:
        found = [each for each in found if each.kind == KINDS[kind]]
    held = why_held(in_cases(lineage.targets([row]))[0].lineage)
    deferral = Deferral.objects.filter(account=account, label=label, record_id=row.pk, resolved_at=None).first()
    ended_on = Schedule(account, []).day_of(row.ended_at) if row.ended_at else None
    of_call = data_map.decided_by(kind) == "circumstances_id"
    return Explained(KINDS[kind], (label, str(row.pk)), ended_on, tuple(found), tuple(held), deferral, of_call=of_call)
