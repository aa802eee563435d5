"""Forgetting changes no figure, and a figure that changes is seen."""

import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from interactions.models import Interaction
from rtbf.models import Figures, State
from rtbf.proof.proving import changed_figures
from rtbf.proof.statistics import differences, measure
from tests.makers import make_interaction
from tests.rtbf.test_execution import run_all
from tests.rtbf.test_residue import forget

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_figures(house):
    found = measure(house.account, until=timezone.now())
    assert found["all"] == {"calls": 4, "talk_s": 247 + 60 + 247 + 30, "duration_s": 584, "callers": 2}
    assert sorted(each["callers"] for each in found["agent"].values()) == [2, 2]
    assert found["direction"]["inbound"]["calls"] == 4
    assert list(found["day"]) == ["2026-06-02"]
    assert found["queue"][""]["calls"] == 4


def test_a_day_is_a_day_of_the_account(house):
    late = house.alices[0].started_at.replace(hour=3)
    make_interaction(house.account, house.alice, started_at=late)
    assert "2026-06-01" in measure(house.account, until=timezone.now())["day"]


def test_forgetting_changes_nothing_and_new_calls_do_not_either(house, supervisor):
    request = forget(supervisor, house.account)
    make_interaction(house.account, house.bob)
    run_all()
    request.refresh_from_db()
    figures = Figures.objects.get(request=request)
    assert figures.before == figures.after
    assert figures.before["own"]["all"]["calls"] == 2
    assert request.state == State.COMPLETED


def test_a_call_that_came_in_meanwhile_is_not_counted(house):
    before = timezone.now()
    make_interaction(house.account, house.bob)
    assert measure(house.account, until=before)["all"]["calls"] == 4


def test_a_figure_that_changed_leaves_exceptions(house, supervisor, monkeypatch):
    request = forget(supervisor, house.account)
    with monkeypatch.context() as patch:
        patch.setattr("rtbf.proof.proving.take_sample", lambda *a, **k: spoil(house))
        run_all()
    request.refresh_from_db()
    assert changed_figures(request)["own"]
    assert request.state == State.EXCEPTIONS


def spoil(house):
    Interaction.objects.filter(pk=house.alices[0].pk).update(talk_s=1)


def test_differences_name_group_and_value(house):
    one = measure(house.account, until=timezone.now())
    other = copy.deepcopy(one)
    other["all"]["callers"] += 1
    other["day"]["2026-06-03"] = other["day"].pop("2026-06-02")
    assert differences(one, one) == []
    assert differences(one, other) == ["all callers", "day 2026-06-02", "day 2026-06-03"]
    assert measure(house.account, until=timezone.now() - timedelta(days=1))["all"]["calls"] == 0
