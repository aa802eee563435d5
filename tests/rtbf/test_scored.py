"""Every customer of the samples is found in every place the data is known to be, and nobody else is touched."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts import roles
from accounts.models import Account
from tests.conftest import make_person
from tests.makers import make_account
from tests.rtbf import scoring

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bank(capsys: pytest.CaptureFixture[str]) -> Account:
    account = make_account("Harper Valley", grace_hours=0)
    for number in ("+442079460000", "+33199000000"):
        account.lines.create(number=number)
    make_person("Susan", account, roles.SUPERVISOR)
    call_command("import_interactions", str(settings.SAMPLES), account=account.name)
    capsys.readouterr()
    return account


def identifiers(customer: dict[str, Any]) -> list[str]:
    return [
        *(f"phone:{number}" for number in customer["phones"]),
        *(f"email:{address}" for address in customer["emails"]),
        f"customer-id:{customer['customer_id']}",
        f"name:{customer['name']}",
    ]


def search(account: Account, customer: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> list[scoring.Item]:
    call_command("find_customer", "--json", account=account.name, identifier=identifiers(customer))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_customer_is_found_everywhere_and_no_look_alike_is_touched(bank, capsys):
    customers = scoring.customers()
    found = {each["customer_id"]: search(bank, each, capsys) for each in customers}
    places = [(each, place) for each in customers for place in each["occurrences"]]
    assert len(places) == 293
    assert sum(len(each["lookalikes"]) for each in customers) == 13
    assert [scoring.missed(found[each["customer_id"]], [place]) for each, place in places] == [[]] * 293
    assert {each["customer_id"]: scoring.hit(found[each["customer_id"]], each) for each in customers} == {
        each["customer_id"]: [] for each in customers
    }


def test_who_is_forgotten_is_found_nowhere_and_the_others_still_everywhere(bank, capsys):
    left, went_along = scoring.customers(), []
    while left:
        gone = left.pop(0)
        # Who is mentioned in a record of the forgotten goes from there with the record.
        went_along += [{**record, "field": None} for record in gone["about"]]
        call_command(
            "forget",
            account=bank.name,
            identifier=identifiers(gone),
            actor="susan@example.com",
            confirm="FORGET",
            wait=True,
        )
        capsys.readouterr()
        with pytest.raises(CommandError, match="Nobody and nothing here"):
            search(bank, gone, capsys)
        for other in left:
            items = search(bank, other, capsys)
            kept = [o for o in other["occurrences"] if not any(scoring.covers(each, o) for each in went_along)]
            assert len(kept) >= len(other["occurrences"]) - 2
            assert scoring.missed(items, kept) == []
            assert scoring.hit(items, other) == []


def test_a_deep_scan_touches_no_look_alike_either(bank, capsys):
    call_command("deep_scan", "--wait", account=bank.name, actor="susan@example.com")
    capsys.readouterr()
    for each in scoring.customers():
        items = search(bank, each, capsys)
        assert scoring.missed(items, each["occurrences"]) == []
        assert scoring.hit(items, each) == []
