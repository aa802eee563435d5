"""Proposing, withdrawing, ending and pausing policies; bad ones are refused with a sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.days import today_in
from accounts.models import Account, Team
from privacy import map as data_map
from retention.errors import Conflict, PolicyError
from retention.models import DisposalRules, Policy
from retention.policies import (
    MOST_POLICIES,
    Terms,
    change_rules,
    end_policy,
    pause_policy,
    propose_policy,
    resume_policy,
)
from retention.taking_back import withdraw_policy
from tests.conftest import Person
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db


def terms(keep: str = "6 months", **more: Any) -> Terms:
    return Terms(**{"name": "Quality", "kinds": ["recording"], "keep": keep, **more})


def propose(officer: Person, account: Account, said: Terms, **more: Any) -> Policy:
    return propose_policy(actor=officer.actor, account=account, terms=said, typed=said.keep, **more)


def default_of(account: Account) -> Policy:
    return Policy.objects.get(account=account, is_default=True)


def test_every_account_has_a_default_that_speaks_of_every_kind(account: Account) -> None:
    assert set(default_of(account).kinds) == set(data_map.kinds())
    assert default_of(account).effective_at <= timezone.now()


def test_a_proposed_policy_waits(account: Account, officer: Person) -> None:
    policy = propose(officer, account, terms())
    now = timezone.now()
    assert policy.effective_at - now > timedelta(days=29)
    assert policy not in Policy.objects.in_force(now)
    assert policy in Policy.objects.in_force(now + timedelta(days=31))
    assert Event.objects.get(action="policy.proposed").record_id == str(policy.pk)


def test_a_change_takes_the_place_of_the_old_one_and_withdrawing_gives_it_back(
    account: Account, officer: Person
) -> None:
    old = default_of(account)
    new = propose(officer, account, terms("2 years", kinds=list(data_map.kinds())), replaces=old)
    later = timezone.now() + timedelta(days=31)
    assert list(Policy.objects.in_force(later).filter(is_default=True)) == [new]
    withdraw_policy(actor=officer.actor, policy=new)
    assert list(Policy.objects.in_force(later).filter(is_default=True)) == [old]
    assert withdraw_policy(actor=officer.actor, policy=new).withdrawn_at
    assert Event.objects.filter(action="policy.withdrawn").count() == 1


def test_one_change_at_a_time(account: Account, officer: Person) -> None:
    everything = terms("2 years", kinds=list(data_map.kinds()))
    old = default_of(account)
    propose(officer, account, everything, replaces=old)
    with pytest.raises(PolicyError, match="Another change of this policy is pending"):
        propose(officer, account, everything, replaces=old)


def test_the_default_never_ends(account: Account, officer: Person) -> None:
    with pytest.raises(PolicyError, match="always has a default policy"):
        end_policy(actor=officer.actor, policy=default_of(account), typed="1 year")


def test_an_ended_policy_stays_in_force_for_the_pending_days(account: Account, officer: Person) -> None:
    policy = propose(officer, account, terms())
    Policy.objects.filter(pk=policy.pk).update(effective_at=timezone.now() - timedelta(days=1))
    with pytest.raises(PolicyError, match="Type 6 months once more"):
        end_policy(actor=officer.actor, policy=policy, typed="6 years")
    end_policy(actor=officer.actor, policy=policy, typed="6 months")
    assert policy in Policy.objects.in_force(timezone.now() + timedelta(days=29))
    assert policy not in Policy.objects.in_force(timezone.now() + timedelta(days=31))


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"kinds": []},
        {"kinds": ["diary"]},
        {"keep": "0 days"},
        {"keep": "-5 days"},
        {"keep": "soon"},
        {"minimum": "1 year"},
        {"maximum": "5 months"},
        {"maximum": "180 days"},
        {"conditions": {"purposes": ["fun"]}},
        {"conditions": {"directions": ["sideways"]}},
        {"conditions": {"queues": ["q" * 65]}},
        {"conditions": {"campaigns": ["c" * 65]}},
        {"conditions": {"queues": [str(number) for number in range(101)]}},
        {"conditions": {"teams": ["'; DROP TABLE"]}},
        {"conditions": {"teams": ["6b0f8f9e-0000-4000-8000-000000000000"]}},
    ],
)
def test_a_policy_nobody_could_follow_is_refused(account: Account, officer: Person, bad: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="Nothing was saved"):
        propose(officer, account, terms(**bad))
    assert Policy.objects.count() == 4


def test_the_term_is_typed_once_more(account: Account, officer: Person) -> None:
    with pytest.raises(PolicyError, match="Type 6 months once more"):
        propose_policy(actor=officer.actor, account=account, terms=terms(), typed="60 months")


def test_a_duty_that_meets_a_shorter_limit_is_refused(account: Account, officer: Person) -> None:
    propose(officer, account, terms("6 months", maximum="6 months", name="CNIL"))
    duty = terms("5 years", minimum="5 years", name="MiFID II", conditions={"queues": ["brokers"]})
    with pytest.raises(Conflict, match=r"“MiFID II” must keep for at least 5 years.*“CNIL” allows at most 6 months"):
        propose(officer, account, duty)
    elsewhere = terms("5 years", minimum="5 years", name="MiFID II", kinds=["transcript"])
    assert propose(officer, account, elsewhere).pk


def test_policies_for_different_lines_never_conflict(account: Account, officer: Person) -> None:
    propose(officer, account, terms(maximum="6 months", conditions={"lines": ["+15305550100"]}))
    duty = terms("5 years", minimum="5 years", conditions={"lines": ["+15305550101"]})
    assert propose(officer, account, duty).pk


def test_a_line_is_the_same_in_any_spelling(account: Account, officer: Person) -> None:
    policy = propose(officer, account, terms(conditions={"lines": ["(530) 555-0100", "+1 530-555-0100", "400"]}))
    assert policy.lines == ["+15305550100", "400"]


def test_policies_for_different_campaigns_never_conflict(account: Account, officer: Person) -> None:
    propose(officer, account, terms(maximum="6 months", conditions={"campaigns": ["spring"]}))
    duty = terms("5 years", minimum="5 years", conditions={"campaigns": [" autumn"]})
    assert propose(officer, account, duty).campaigns == ["autumn"]
    with pytest.raises(Conflict):
        propose(officer, account, terms("5 years", minimum="5 years", conditions={"campaigns": ["autumn", "spring"]}))


def test_another_accounts_policy_or_team_is_none_of_ours(
    account: Account, other_account: Account, officer: Person
) -> None:
    team = Team.objects.create(account=other_account, name="Theirs")
    with pytest.raises(PolicyError, match="Choose the teams"):
        propose(officer, account, terms(conditions={"teams": [str(team.pk)]}))
    with pytest.raises(PolicyError, match="another account"):
        propose(officer, account, terms(kinds=list(data_map.kinds())), replaces=default_of(other_account))
    with pytest.raises(Refused):
        withdraw_policy(actor=officer.actor, policy=default_of(other_account))


def test_there_is_an_end_to_policies(account: Account, officer: Person) -> None:
    some = {"account": account, "kinds": ["recording"], "keep": "1 year", "effective_at": timezone.now()}
    Policy.objects.bulk_create(Policy(name=str(number), **some) for number in range(MOST_POLICIES))
    with pytest.raises(PolicyError, match="at most 10,000 policies"):
        propose(officer, account, terms())


def test_a_pause_has_a_reason_and_an_end(account: Account, officer: Person) -> None:
    policy, today = default_of(account), today_in(account)
    for until, because in [(today - timedelta(days=1), "why"), (today + timedelta(days=400), "why"), (today, " ")]:
        with pytest.raises(PolicyError, match="Nothing was changed"):
            pause_policy(actor=officer.actor, policy=policy, until=until, because=because)
    paused = pause_policy(actor=officer.actor, policy=policy, until=today, because="Audit of the regulator")
    assert paused.paused_until == today
    assert resume_policy(actor=officer.actor, policy=policy).paused_until is None
    assert Event.objects.filter(action__in=["policy.paused", "policy.resumed"]).count() == 2


def test_only_who_may_decides(account: Account, supervisor: Person, auditor: Person) -> None:
    for person in (supervisor, auditor):
        with pytest.raises(Refused):
            propose(person, account, terms())


def test_the_rules_of_disposal_are_checked(account: Account, officer: Person) -> None:
    change_rules(actor=officer.actor, account=account, pending_days=7, from_hour=2, to_hour=5, pause_ms=10)
    assert DisposalRules.objects.get(account=account).pending_days == 7
    with pytest.raises(PolicyError, match="Nothing was changed"):
        change_rules(actor=officer.actor, account=account, pending_days=7, from_hour=5, to_hour=5, pause_ms=10)
