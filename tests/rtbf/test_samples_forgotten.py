"""The exports in `samples/`, one customer forgotten by one spelling of the number."""

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts import roles
from interactions.models import Interaction
from tests.conftest import make_person
from tests.looking import opened_values, places_of
from tests.makers import make_account

pytestmark = pytest.mark.django_db(transaction=True)
PATRICIA = ("2025550147", "202 555 0147", "202.555.0147", "patricia", "Patricia", "PATRICIA", "CUST-1001")


def test_one_customer_of_the_samples_is_forgotten_and_the_others_are_not(capsys):
    account = make_account("Harper Valley", grace_hours=0)
    make_person("Susan", account, roles.SUPERVISOR)
    call_command("import_interactions", str(settings.SAMPLES), account=account.name)
    calls = Interaction.objects.count()
    assert {"interactions.Transcription.segments", "interactions.SourceRecord.place"} <= set(places_of(*PATRICIA))

    call_command(
        "forget",
        account=account.name,
        identifier=["(202) 555-0147"],
        actor="susan@example.com",
        confirm="FORGET",
        wait=True,
    )

    assert places_of(*PATRICIA) == []
    assert Interaction.objects.count() == calls > 10
    assert any("CUST-1002" in value for _, value in opened_values())
