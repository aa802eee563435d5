"""What is due: for each kind and combination of circumstances the moment before which records no longer are kept.

A decision only gets later with the end of a call, so one day divides what is due from what is not: it is found once
for each combination, and an index on (circumstances, end) does the rest, however many records there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.models import Account, Circumstances
from privacy import map as data_map
from privacy.models import SealedModel
from retention.decision import Decision, Rule, contenders, decide
from retention.models import Policy

EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True)
class Handled:
    """Circumstances as the decision takes them."""

    id: UUID
    purposes: tuple[str, ...]
    direction: str
    line: str
    queue: str
    campaign: str
    team: str

    @classmethod
    def of(cls, row: Circumstances) -> "Handled":
        """Return what a row says."""
        facts = (row.direction, row.line, row.queue, row.campaign, str(row.team_id or ""))
        return cls(row.pk, tuple(row.purposes), *facts)

    @classmethod
    def without_call(cls, account: Account) -> "Handled":
        """Return what is known of records that came with no call: whose they are, so conditions never fit."""
        return cls(account.pk, (), "", "", "", "", "")


@dataclass(frozen=True)
class Portion:
    """The records of one kind under one combination of circumstances (or without a call) that ended before a moment."""

    kind: str
    call: Handled
    before: datetime

    @property
    def model(self) -> type[SealedModel]:
        """Return the model of the kind."""
        return cast("type[SealedModel]", data_map.kinds()[self.kind].model)

    def rows(self) -> "QuerySet[SealedModel]":
        """Return the records, oldest first."""
        past = Q(ended_at__lt=self.before, condemned_at=None, **{data_map.decided_by(self.kind): self.call.id})
        rows = self.model._default_manager.filter(past)
        return rows.order_by("ended_at", "pk")


@dataclass
class Schedule:
    """The policies of an account as they stand at one moment, asked what is due on a day of the account's zone."""

    account: Account
    rules: Sequence[Rule]
    paused: frozenset[str] = frozenset()
    _decided: dict[tuple[str, UUID, date], Decision] = field(default_factory=dict)
    _fitting: dict[UUID, list[Rule]] = field(default_factory=dict)
    _contending: dict[tuple[str, UUID], list[Rule]] = field(default_factory=dict)

    @classmethod
    def at(cls, account: Account, moment: datetime, *, drafts: Iterable[Policy] = ()) -> "Schedule":
        """Return the schedule in force at a moment, as it would be with `drafts` in place of what they replace."""
        drafts = list(drafts)
        replaced = {draft.replaces_id for draft in drafts if draft.replaces_id}
        today = moment.astimezone(ZoneInfo(account.zone)).date()
        policies = [*Policy.objects.filter(account=account).in_force(moment).exclude(pk__in=replaced), *drafts]
        paused = {str(each.pk) for each in policies if each.paused_until and each.paused_until >= today}
        return cls(account, [policy.rule for policy in policies], frozenset(paused))

    @cached_property
    def calls(self) -> list[Handled]:
        """Return every combination of circumstances the account has seen, in a fixed order."""
        rows = Circumstances.objects.filter(account=self.account).order_by("pk")
        return [Handled.of(row) for row in rows]

    def calls_of(self, kind: str) -> list[Handled]:
        """Return the combinations that records of a kind can be under."""
        return self.calls if data_map.decided_by(kind) == "circumstances_id" else [Handled.without_call(self.account)]

    def decide(self, kind: str, call: Handled, ended_on: date) -> Decision:
        """Return what becomes of records of a kind that ended on a day. Raises PolicyError without a default policy."""
        if (kind, call.id, ended_on) not in self._decided:
            rules = self.contenders(kind, call)
            self._decided[kind, call.id, ended_on] = decide(rules, kind=kind, call=call, ended_on=ended_on)
        return self._decided[kind, call.id, ended_on]

    def contenders(self, kind: str, call: Handled) -> list[Rule]:
        """Return the few of perhaps ten thousand rules that can decide over such records."""
        if call.id not in self._fitting:
            self._fitting[call.id] = [rule for rule in self.rules if rule.fits(call)]
        if (kind, call.id) not in self._contending:
            self._contending[kind, call.id] = contenders(self._fitting[call.id], kind=kind, call=call)
        return self._contending[kind, call.id]

    def portions(self, on: date, *, with_paused: bool = False) -> Iterator[Portion]:
        """Yield what is due on a day: what was kept until the day before. Raises PolicyError."""
        for kind in data_map.kinds():
            for call in self.calls_of(kind):
                last = self._last_due_end(kind, call, on)
                if last < EARLIEST:
                    continue
                if with_paused or self.decide(kind, call, last).rule.id not in self.paused:
                    yield Portion(kind, call, self.end_of(last))

    def end_of(self, day: date) -> datetime:
        """Return the moment a day ends in the account's zone; nights of 23 and 25 hours included."""
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.account.zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Return the day of the account's zone."""
        return moment.astimezone(ZoneInfo(self.account.zone)).date()

    def _last_due_end(self, kind: str, call: Handled, on: date) -> date:
        """Return the last day whose calls are due on `on`, the day before EARLIEST if there is none."""
        low, high = EARLIEST - timedelta(days=1), on
        while low < high:
            middle = low + (high - low + timedelta(days=1)) // 2
            if self.decide(kind, call, middle).last_day < on:
                low = middle
            else:
                high = middle - timedelta(days=1)
        return low
