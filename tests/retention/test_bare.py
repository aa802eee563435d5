"""With the last call goes the customer, unless more of the customer is kept; an old export brings nobody back."""

from datetime import timedelta

import pytest
from django.utils import timezone

import retention.tasks  # noqa: F401 - registers the job
from customers.identifiers import Kind
from customers.models import Identifier
from interactions.forgetting import mark_of_source
from jobs.runner import run_due
from privacy import ledger
from retention import nights
from retention.bare import dispose_of_bare
from retention.models import DisposalRules
from tests.looking import places_of
from tests.makers import make_customer, make_interaction
from trail.actor import Actor

pytestmark = pytest.mark.django_db(databases="__all__")
OLD = timezone.now() - timedelta(days=400)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_run_takes_the_customer_with_the_last_call(account, officer) -> None:
    DisposalRules.objects.create(account=account, from_hour=0, to_hour=24)
    alice = make_customer(account, phone="+12025550147", name="Alice Brown")
    bob = make_customer(account, phone="+12025550148")
    old = make_interaction(account, alice, phone="+12025550147", recording=b"RIFFold", started_at=OLD)
    make_interaction(account, bob, started_at=OLD)
    make_interaction(account, bob)
    mark = mark_of_source(account.pk, bytes(old.source_ids.get().digest))
    assert places_of("2025550147")

    run = nights.begin(account, actor=officer.actor)
    nights.confirm_run(actor=officer.actor, run=run, typed=str(sum(each["due"] for each in run.counts.values())))
    run_due()

    alice.refresh_from_db()
    assert alice.token
    assert list(Identifier.objects.values_list("customer_id", "kind")) == [(bob.pk, Kind.PHONE)]
    assert places_of("2025550147", "Alice Brown") == []
    assert mark in ledger.forgotten(account.pk, [mark])
    dispose_of_bare([old.pk], actor=Actor.shell("root"), ground="retention", case="again")
    bob.refresh_from_db()
    assert bob.is_living
