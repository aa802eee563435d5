from datetime import UTC, date, datetime

import pytest

from audit import charts as module
from audit.charts import charts
from audit.log import visible_to
from tests.audit.conftest import ZONE, act

pytestmark = pytest.mark.django_db

LAST = date(2026, 6, 14)


def test_days_and_hours_are_those_of_the_account(auditor, agent):
    # Sunday 14 June 23:30 in Los Angeles, twice; Monday 15 June 00:30; 1 June 09:00; 31 May, before the span
    for at, outcome in (
        (datetime(2026, 6, 15, 6, 30, tzinfo=UTC), "done"),
        (datetime(2026, 6, 15, 6, 31, tzinfo=UTC), "refused"),
        (datetime(2026, 6, 15, 7, 30, tzinfo=UTC), "done"),
        (datetime(2026, 6, 1, 16, 0, tzinfo=UTC), "failed"),
        (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), "done"),
    ):
        act(agent, at=at, outcome=outcome)
    found = charts(visible_to(auditor.actor), LAST, 14, ZONE)
    assert [bar.day for bar in found.days][:: len(found.days) - 1] == [date(2026, 6, 1), LAST]
    assert [(bar.count, bar.amiss) for bar in found.days] == [(1, 1), *[(0, 0)] * 12, (2, 1)]
    assert (found.total, found.amiss, found.is_cut) == (3, 2, False)
    assert found.busiest.day == LAST
    assert [bar.height for bar in found.days][-1] == 100
    week = {name: [cell.count for cell in cells] for name, cells in found.week}
    assert (week["Sun"][23], week["Mon"][9], week["Mon"][0]) == (2, 1, 0)
    assert dict(found.week)["Sun"][23].level == 5


def test_nothing_is_a_picture_too(auditor):
    found = charts(visible_to(auditor.actor), LAST, 30, ZONE)
    assert (found.total, found.busiest, len(found.days)) == (0, None, 30)


def test_more_than_are_counted_is_said(auditor, agent, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    for hour in range(5):
        act(agent, at=datetime(2026, 6, 14, 8 + hour, tzinfo=UTC))
    found = charts(visible_to(auditor.actor), LAST, 14, ZONE)
    assert (found.total, found.is_cut) == (3, True)
    assert [cell.count for cell in dict(found.week)["Sun"]][1:6] == [0, 0, 1, 1, 1]
