"""Say what a change of policies does to what is kept: what would go sooner, and what would be kept longer.

Both schedules are asked about the same stock, counted once: a change is judged by what it does to each record, not by
two totals that may hide that some go sooner while others stay.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from retention.due import Schedule
from retention.models import Policy
from retention.preview import Stock, Sum


@dataclass(frozen=True)
class Difference:
    """What goes sooner and what is kept longer, each by kind of record."""

    sooner: Mapping[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    longer: Mapping[str, Sum] = field(default_factory=lambda: defaultdict(Sum))

    @property
    def kinds(self) -> list[str]:
        """Return the kinds that the change touches."""
        return sorted({*self.sooner, *self.longer})


def compare(before: Schedule, after: Schedule, stock: Stock) -> Difference:
    """Return what changes for the records of a stock. Raises PolicyError without a default policy."""
    found = Difference()
    for aged in stock.aged:
        was = before.decide(aged.kind, aged.call, aged.day).last_day
        will_be = after.decide(aged.kind, aged.call, aged.day).last_day
        if will_be != was:
            (found.sooner if will_be < was else found.longer)[aged.kind].add(aged)
    return found


def with_draft(schedule: Schedule, draft: Policy) -> Schedule:
    """Return the schedule with a draft in place of what it replaces."""
    kept = [rule for rule in schedule.rules if rule.id != str(draft.replaces_id)]
    return Schedule(schedule.account, [*kept, draft.rule], schedule.paused)


def without(schedule: Schedule, policy: Policy) -> Schedule:
    """Return the schedule without a policy."""
    return Schedule(schedule.account, [rule for rule in schedule.rules if rule.id != str(policy.pk)], schedule.paused)
