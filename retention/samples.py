"""Pick a few records behind each line of a preview, so that a person can look whether a policy means them.

Ids alone: what becomes of each stands on a page of its own, and opens nothing. The stock that was counted says where
to look, so there are as many queries as lines, however many records there are.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from retention.due import Portion, Schedule
from retention.preview import Stock

MOST = 3


def samples_of(
    schedule: Schedule, stock: Stock, on: date, *, most: int = MOST
) -> Mapping[tuple[str, str], Sequence[UUID]]:
    """Return up to `most` ids of what goes on a day, by kind and id of the policy. Raises PolicyError."""
    found: dict[tuple[str, str], list[UUID]] = {}
    for aged in stock.aged:
        decision = schedule.decide(aged.kind, aged.call, aged.day)
        picked = found.setdefault((aged.kind, decision.rule.id), [])
        if decision.last_day < on and decision.rule.id not in schedule.paused and len(picked) < most:
            rows = Portion(aged.kind, aged.call, schedule.end_of(aged.day)).rows()
            that_day = rows.filter(Q(ended_at__gte=schedule.end_of(aged.day - timedelta(days=1))))
            picked += that_day.values_list("pk", flat=True)[: most - len(picked)]
    return found
