"""What has not happened yet is taken back; what comes back must go together with what was proposed meanwhile."""

import pytest
from django.utils import timezone

from accounts.models import Account
from retention.errors import Conflict, PolicyError
from retention.models import DisposalRules, Policy
from retention.policies import end_policy
from retention.taking_back import keep_policy, withdraw_policy
from tests.conftest import Person
from tests.retention.test_policies import default_of, propose, terms
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty(account: Account, officer: Person) -> Policy:
    """A policy in force that keeps for at least five years."""
    policy = propose(officer, account, terms("5 years", name="Duty", minimum="5 years"))
    Policy.objects.filter(pk=policy.pk).update(effective_at=timezone.now())
    policy.refresh_from_db()
    return policy


@pytest.fixture
def limit(account: Account, officer: Person, duty: Policy) -> Policy:
    """A limit for a time when the duty has ended or given way."""
    end_policy(actor=officer.actor, policy=duty, typed="5 years")
    return propose(officer, account, terms("1 month", name="Limit", maximum="1 month"))


def test_what_is_in_force_can_not_be_withdrawn(account: Account, officer: Person) -> None:
    with pytest.raises(PolicyError, match="in force already"):
        withdraw_policy(actor=officer.actor, policy=default_of(account))


def test_an_end_is_taken_back(officer: Person, duty: Policy) -> None:
    end_policy(actor=officer.actor, policy=duty, typed="5 years")
    for _ in range(2):
        kept = keep_policy(actor=officer.actor, policy=duty)
        assert (kept.ends_at, kept.ended_by) == (None, None)
    assert Event.objects.filter(action="policy.restored").count() == 1


def test_what_comes_back_beside_a_shorter_limit_is_a_conflict(officer: Person, duty: Policy, limit: Policy) -> None:
    with pytest.raises(Conflict, match=r"“Limit” allows at most 1 month .* Nothing was changed"):
        keep_policy(actor=officer.actor, policy=duty)
    withdraw_policy(actor=officer.actor, policy=limit)
    assert keep_policy(actor=officer.actor, policy=duty).ends_at is None


def test_what_a_withdrawn_change_gives_back_is_no_silent_conflict(
    account: Account, officer: Person, duty: Policy
) -> None:
    change = propose(officer, account, terms("5 days", name="Change"), replaces=duty)
    limit = propose(officer, account, terms("1 month", name="Limit", maximum="1 month"))
    with pytest.raises(Conflict, match="“Duty” must keep"):
        withdraw_policy(actor=officer.actor, policy=change)
    assert Policy.objects.get(pk=change.pk).withdrawn_at is None
    withdraw_policy(actor=officer.actor, policy=limit)
    withdraw_policy(actor=officer.actor, policy=change)
    assert Policy.objects.get(pk=duty.pk).ends_at is None


def test_what_gives_way_or_has_ended_does_not_come_back(account: Account, officer: Person, duty: Policy) -> None:
    propose(officer, account, terms("5 years"), replaces=duty)
    with pytest.raises(PolicyError, match="Withdraw that one"):
        keep_policy(actor=officer.actor, policy=duty)
    DisposalRules.objects.create(account=account, pending_days=0)
    over = propose(officer, account, terms())
    end_policy(actor=officer.actor, policy=over, typed="6 months")
    with pytest.raises(PolicyError, match="has ended"):
        keep_policy(actor=officer.actor, policy=over)


def test_only_who_decides_takes_back(supervisor: Person, duty: Policy) -> None:
    for act in (withdraw_policy, keep_policy):
        with pytest.raises(Refused):
            act(actor=supervisor.actor, policy=duty)
