"""The guard of duties to keep: what a policy in force demands to be kept *at least* until a day stays until then.

It binds whoever erases: age (which never asks earlier), a hand, and the right to erasure, which gives way to a duty by
law (GDPR Art. 17(3)(b)). Accounts without such a policy cost one short query.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from accounts.models import Account, Circumstances
from privacy import map as data_map
from privacy.guards import Refusal, Target
from retention.decision import Decision, at_least
from retention.due import Handled, Schedule
from retention.models import Policy
from retention.words import day

GROUND = "duty_to_keep"


def duties_to_keep(targets: Sequence[Target]) -> Mapping[UUID, Refusal]:
    """Return a refusal for each target that a policy demands to be kept today."""
    bound = _bound({target.record.account_id for target in targets if target.record.account_id})
    kinds = {entry.label: kind for kind, entry in data_map.kinds().items()} if bound else {}
    asked: dict[UUID, dict[str, list[UUID]]] = {}
    for target in targets:
        ref = target.record
        if ref.label in kinds and ref.account_id is not None:
            asked.setdefault(ref.account_id, {}).setdefault(kinds[ref.label], []).append(ref.id)
    return {
        record_id: refusal
        for account in bound
        for kind, ids in asked.get(account.pk, {}).items()
        for record_id, refusal in _refusals(account, kind, ids).items()
    }


def last_duty(account: Account) -> date | None:
    """Return until which day some policy demands that records of the account are kept; None if none does today."""
    schedule = Schedule.at(account, timezone.now())
    days = []
    for kind, entry in data_map.kinds().items():
        for call in schedule.calls_of(kind) if _bound([account.pk]) else ():
            rows = entry.model._default_manager.filter(condemned_at=None, **{data_map.decided_by(kind): call.id})
            ended_at = rows.exclude(ended_at=None).order_by("-ended_at").values_list("ended_at", flat=True).first()
            if ended_at is not None:
                duty = at_least(schedule.rules, kind=kind, call=call, ended_on=schedule.day_of(ended_at))
                days += [duty.last_day] if duty else []
    last = max(days, default=None)
    return last if last is not None and last >= schedule.day_of(timezone.now()) else None


def _bound(account_ids: Collection[UUID]) -> list[Account]:
    """Return those of the accounts that have a policy with a duty in force."""
    in_force = Policy.objects.in_force(timezone.now()).exclude(minimum="").filter(account_id__in=account_ids)
    return list(Account.objects.filter(pk__in=in_force.values("account_id")))


def _refusals(account: Account, kind: str, ids: Sequence[UUID]) -> dict[UUID, Refusal]:
    schedule = Schedule.at(account, timezone.now())
    today = schedule.day_of(timezone.now())
    by = data_map.decided_by(kind)
    rows = data_map.kinds()[kind].model._default_manager.filter(pk__in=ids)
    found = list(rows.exclude(ended_at=None).values_list("pk", by, "ended_at"))
    calls = {row.pk: Handled.of(row) for row in Circumstances.objects.filter(pk__in={each[1] for each in found})}
    calls[account.pk] = Handled.without_call(account)
    refused = {}
    for pk, circumstances_id, ended_at in found:
        duty = _duty(schedule, kind, calls[circumstances_id], schedule.day_of(ended_at))
        if duty is not None and duty.last_day >= today:
            says = f"The policy “{duty.rule.name}” demands that it is kept until {day(duty.last_day)}."
            refused[pk] = Refusal(GROUND, says)
    return refused


def _duty(schedule: Schedule, kind: str, call: Handled, ended_on: date) -> Decision | None:
    return at_least(schedule.contenders(kind, call), kind=kind, call=call, ended_on=ended_on)
