"""Plant, see, erase, look everywhere; and stop at every step."""

import pytest
from django.db.models import Count, Sum
from jobs import runner

from customers.models import Customer, Identifier
from interactions.models import Comment, Interaction, Mention, Recording, Transcription
from rtbf.models import PlanItem, Request, RequestedIdentifier, State
from rtbf.requests import confirm_request, plan_request
from tests.looking import CANARIES, opened_values, places_of

pytestmark = pytest.mark.django_db(transaction=True)


def forget(supervisor, account, *identifiers):
    request = plan_request(actor=supervisor.actor, account=account, identifiers=identifiers)
    return confirm_request(actor=supervisor.actor, request=request, typed="FORGET")


def statistics():
    per_agent = Interaction.objects.values("agent__extension").order_by("agent__extension")
    return list(per_agent.annotate(calls=Count("pk"), talk=Sum("talk_s"), callers=Count("customer", distinct=True)))


def test_nothing_of_alice_is_left_anywhere(house, supervisor):
    seen = places_of(*CANARIES)
    assert {"interactions.Transcription.segments", "customers.Identifier.value"} <= set(seen)
    assert any("alice canary" in value for _, value in opened_values())
    before = statistics()

    request = forget(supervisor, house.account, "phone:(202) 555-0147")
    assert "rtbf.RequestedIdentifier.typed" in places_of("(202) 555-0147")
    runner.run_due()

    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES, "(202) 555-0147") == []
    assert statistics() == before
    house.alice.refresh_from_db()
    assert house.alice.token is not None
    assert not RequestedIdentifier.objects.exists()
