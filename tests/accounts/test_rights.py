import dataclasses

import pytest
from django.db import transaction

from accounts.models import Account, Agent, Membership, User
from accounts.rights import may, one_request, require
from accounts.roles import OPERATOR
from tests.conftest import Person
from trail.actor import Actor, NoActor
from trail.models import Event
from trail.refusal import Refused, record_refusal

HEAR = "interactions.listen_recording"
CHANGE = "accounts.change_agent"


def test_no_actor_no_act(account: Account) -> None:
    with pytest.raises(NoActor):
        require(None, HEAR)  # type: ignore[arg-type]  # callers without types exist


def test_a_role_may_what_its_row_says(supervisor: Person, auditor: Person) -> None:
    require(supervisor.actor, HEAR)
    with pytest.raises(Refused):
        require(auditor.actor, HEAR)


def test_a_record_of_another_account_is_refused(
    administrator: Person, account: Account, other_account: Account
) -> None:
    own = Agent.objects.create(account=account, extension="1")
    foreign = Agent.objects.create(account=other_account, extension="1")

    assert may(administrator.actor, CHANGE, own)
    assert not may(administrator.actor, CHANGE, foreign)


def test_the_account_itself_is_a_record(administrator: Person, account: Account, other_account: Account) -> None:
    assert may(administrator.actor, "accounts.change_account", account)
    assert not may(administrator.actor, "accounts.change_account", other_account)


def test_a_claimed_role_or_account_does_not_count(auditor: Person, other_account: Account) -> None:
    assert not may(dataclasses.replace(auditor.actor, role="supervisor"), HEAR)
    assert not may(dataclasses.replace(auditor.actor, account_id=other_account.pk), "trail.view_event")


def test_a_member_deactivated_meanwhile_is_refused(supervisor: Person) -> None:
    actor = supervisor.actor
    assert may(actor, HEAR)
    Membership.objects.filter(pk=supervisor.membership.pk).update(active=False)
    assert not may(actor, HEAR)


def test_a_person_deactivated_meanwhile_is_refused(supervisor: Person) -> None:
    User.objects.filter(pk=supervisor.user.pk).update(is_active=False)
    assert not may(supervisor.actor, HEAR)


def test_one_request_asks_once_and_the_next_asks_again(
    supervisor: Person, other_account: Account, django_assert_num_queries
) -> None:
    elsewhere = dataclasses.replace(supervisor.actor, account_id=other_account.pk)
    with one_request(None):
        with django_assert_num_queries(2):
            assert [may(supervisor.actor, "rtbf.raise_request") for _ in range(3)] == [True] * 3
            assert [may(elsewhere, "rtbf.raise_request") for _ in range(3)] == [False] * 3
        Membership.objects.filter(user=supervisor.user).update(active=False)
    with one_request(None):
        assert not may(supervisor.actor, "rtbf.raise_request")


def test_what_a_request_knows_of_one_person_says_nothing_of_another(supervisor: Person, auditor: Person) -> None:
    with one_request(Membership.objects.get(user=supervisor.user)):
        assert not may(auditor.actor, "rtbf.raise_request")
        claimed = dataclasses.replace(auditor.actor, role="supervisor")
        assert not may(claimed, "rtbf.raise_request")


def test_a_job_has_the_rights_of_whom_it_works_for(supervisor: Person, account: Account) -> None:
    job = Actor.job(on_behalf_of=supervisor.user.pk, account_id=account.pk)
    assert may(job, "rtbf.raise_request")
    assert not may(job, "trail.view_event")
    assert not may(Actor.job(on_behalf_of=None, account_id=account.pk), "rtbf.raise_request")


def test_the_operator_sets_up_and_hears_nothing(account: Account) -> None:
    operator = Actor.shell("root")
    assert may(operator, "accounts.add_account")
    assert may(operator, "accounts.add_membership", account)
    assert not may(operator, HEAR)
    assert not may(operator, "rtbf.raise_request")


def test_nobody_is_operator_through_the_portal(supervisor: Person) -> None:
    assert not may(dataclasses.replace(supervisor.actor, role=OPERATOR), "accounts.add_account")
    assert not may(dataclasses.replace(Actor.shell("root"), via="portal"), "accounts.add_account")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_names_who_what_and_which_and_outlives_its_rollback(auditor: Person, account: Account) -> None:
    record = Agent.objects.create(account=account, extension="2046")
    with pytest.raises(Refused) as caught, transaction.atomic():
        require(auditor.actor, CHANGE, record, action="agent.changed")
    record_refusal(caught.value)

    entry = Event.objects.get(action="agent.changed")
    assert (entry.outcome, entry.user_id, entry.told["how"]["role"]) == ("refused", auditor.user.pk, "auditor")
    assert (entry.account_id, entry.record_id) == (account.pk, str(record.pk))
    assert CHANGE in entry.text
