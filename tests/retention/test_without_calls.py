"""Records that came with no call: policies decide over them as over calls, and they go by the same run."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

import retention.tasks  # noqa: F401 - registers the job
from accounts.models import Account
from jobs.runner import run_due
from privacy import map as data_map
from retention import nights
from retention.due import Handled, Schedule
from retention.errors import PolicyError
from retention.fate import explain_record
from retention.models import DisposalRules, Policy, Run
from retention.policies import Terms, draft
from retention.preview import count_stock, preview
from tests.conftest import Person
from trail.actor import Actor
from trail.append import append
from trail.details import remove_detail
from trail.models import Detail, Event
from trail.sequence import seal_pending
from trail.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)
YEAR = Terms("Log", ["detail"], "1 year")


@pytest.fixture(autouse=True)
def always_open(account: Account) -> None:
    DisposalRules.objects.create(account=account, from_hour=0, to_hour=24)
    Policy.objects.filter(account=account, kinds=["detail"]).update(keep="1 year")


def noted(account: Account, monkeypatch: pytest.MonkeyPatch, *, days: int) -> Detail:
    """Append an entry of some days ago whose detail holds an address."""
    then = timezone.now() - timedelta(days=days)
    actor = Actor.job(on_behalf_of=None, account_id=account.pk)
    with monkeypatch.context() as past:
        past.setattr("django.utils.timezone.now", lambda: then)
        event = append("calls.opened", actor=actor, account_id=account.pk, detail={"searched": "canary"})
    return Detail.objects.get(pk=event.pk)


def disposed(account: Account, officer: Person) -> Run:
    run = nights.begin(account, actor=officer.actor)
    due = sum(each["due"] for each in run.counts.values())
    nights.confirm_run(actor=officer.actor, run=run, typed=str(due))
    run_due()
    run.refresh_from_db()
    return run


def test_details_of_the_log_go_by_policy_and_the_log_proves_it(
    account: Account, other_account: Account, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = noted(account, monkeypatch, days=400), noted(account, monkeypatch, days=300)
    elsewhere = noted(other_account, monkeypatch, days=400)
    run = disposed(account, officer)
    assert run.counts == {"detail": {"due": 1, "disposed": 1, "deferred": 0}}
    living = Detail.objects.filter(sealed__isnull=False).values_list("pk", flat=True)
    assert old.pk not in living
    assert {young.pk, elsewhere.pk} <= set(living)
    entries = Event.objects.filter(case=run.reference, record_id=str(old.pk))
    assert set(entries.values_list("action", flat=True)) == {"detail.removed", "record.erased"}
    seal_pending()
    assert verify().findings == []
    found = explain_record(account, str(old.pk))
    assert found is not None
    assert (found.kind, found.went_by) == ("Personal details of the log", run.reference)


def test_a_duty_to_keep_binds_the_hand_as_well(
    account: Account, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    young, old = noted(account, monkeypatch, days=100), noted(account, monkeypatch, days=200)
    Policy.objects.filter(account=account, kinds=["detail"]).update(minimum="150 days")
    assert not remove_detail(young.pk, actor=officer.actor, ground="mistake")
    assert remove_detail(old.pk, actor=officer.actor, ground="mistake")


def test_what_decides_over_one_is_counted_and_explained(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    young = noted(account, monkeypatch, days=300)
    schedule = Schedule.at(account, timezone.now())
    policy = Policy.objects.get(account=account, kinds=["detail"])
    stock = [each for each in count_stock(schedule).aged if each.day == schedule.day_of(young.ended_at)]
    assert [(each.kind, each.items) for each in stock] == [("detail", 1)]
    last = schedule.decide("detail", Handled.without_call(account), schedule.day_of(young.ended_at)).last_day
    assert preview(schedule, last + timedelta(days=1)).due["detail", str(policy.pk)].items == 1
    found = explain_record(account, str(young.pk))
    assert found is not None
    assert [(each.policy, each.last_day) for each in found.fates] == [(policy.name, last)]
    assert not found.of_call


def test_what_new_accounts_begin_with(account: Account, other_account: Account) -> None:
    begun = Policy.objects.filter(account=other_account, is_default=False)
    assert sorted(begun.values_list("name", "kinds", "keep")) == [
        ("Case files", ["case"], "36 months"),
        ("Copies for customers", ["dossier"], "14 days"),
        ("Personal details of the log", ["detail"], "3 years"),
    ]
    assert set(Policy.objects.get(account=account, is_default=True).kinds) == set(data_map.kinds())


@pytest.mark.parametrize(
    "conditions",
    [{"purposes": ["quality"]}, {"lines": ["+12025550100"]}, {"queues": ["a"]}, {"directions": ["inbound"]}],
)
def test_a_policy_for_them_names_nothing_of_a_call(account: Account, conditions: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="belong to no call"):
        draft(account, Terms("Log", ["detail", "recording"], "1 year", conditions=conditions))
