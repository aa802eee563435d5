"""The exports in `samples/`, one customer forgotten, and the same folder imported again."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, Sum

from accounts import roles
from accounts.actors import operator
from customers.models import Customer, Note, RegisterEntry
from interactions.imports import import_folder
from interactions.models import CONTENTS, Interaction
from tests.conftest import make_person
from tests.looking import opened_values, places_of
from tests.makers import make_account, make_customer
from tests.rtbf.test_samples_forgotten import PATRICIA

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+12025550147"


def statistics():
    per_agent = Interaction.objects.values("agent__extension", "queue", "direction").order_by("agent__extension")
    sums = per_agent.annotate(calls=Count("pk"), talk=Sum("talk_s"), callers=Count("customer", distinct=True))
    return [Interaction.objects.count(), Interaction.objects.values("customer").distinct().count(), *sums]


def rows():
    return {model.__name__: model.objects.count() for model in (*CONTENTS, Customer, RegisterEntry, Note)}


def values():
    """Return every sealed value that opens, but for what imports leave about themselves."""
    return sorted(value for place, value in opened_values() if not place.startswith("interactions.Import"))


def forget(account, *identifiers):
    call_command(
        "forget",
        account=account.name,
        identifier=list(identifiers),
        actor="susan@example.com",
        confirm="FORGET",
        wait=True,
    )


def test_an_export_that_comes_again_brings_nobody_back(capsys):
    account = make_account("Harper Valley", grace_hours=0)
    make_person("Susan", account, roles.SUPERVISOR)
    import_folder(settings.SAMPLES, account=account, actor=operator())
    before = statistics()
    forget(account, "(202) 555-0147", "customer-id:CUST-1001")
    assert places_of(*PATRICIA) == []
    assert statistics() == before
    left, others = rows(), values()

    report = import_folder(settings.SAMPLES, account=account, actor=operator())

    assert places_of(*PATRICIA) == []
    assert statistics() == before
    assert rows() == left
    assert values() == others
    forgotten = [each for each in report.rejected if each.code == "forgotten"]
    assert report.counts["forgotten"] == len(forgotten) > 10
    assert {"pbx/asterisk/cdr-csv/Master.csv", "pbx/crm/contacts.csv"} <= {each.file for each in forgotten}

    make_customer(account, phone=PHONE)
    known = places_of(*PATRICIA)
    report = import_folder(settings.SAMPLES / "pbx" / "crm", account=account, actor=operator())
    assert {each.file for each in report.rejected if each.code == "forgotten"} >= {"contacts.csv", "notes.csv"}
    assert places_of(*PATRICIA) == known
