"""The house itself acts in one account, may import there, and may nothing else anywhere."""

import pytest

from accounts import roles
from accounts.actors import house
from accounts.rights import may
from trail.actor import Actor

INGEST = "interactions.ingest_interaction"
pytestmark = pytest.mark.django_db


def test_it_imports_into_its_account_alone(account, other_account):
    assert may(house(account), INGEST, account)
    assert not may(house(account), INGEST, other_account)


def test_it_may_nothing_else(account):
    assert [right for right in roles.RIGHTS if may(house(account), right, account)] == [INGEST]


def test_it_survives_the_queue_as_itself(account):
    assert may(Actor.from_facts(house(account).as_facts(), request_id="job"), INGEST, account)


def test_nobody_becomes_the_house_by_saying_so(account, supervisor):
    for claimed in (
        Actor(user_id=supervisor.user.pk, role=roles.HOUSE, account_id=account.pk, via="portal"),
        Actor.job(on_behalf_of=supervisor.user.pk, account_id=account.pk, role=roles.HOUSE),
        Actor.job(on_behalf_of=None, account_id=None, role=roles.HOUSE),
        Actor.shell("root", role=roles.HOUSE, account_id=account.pk),
    ):
        assert not may(claimed, INGEST, account)
