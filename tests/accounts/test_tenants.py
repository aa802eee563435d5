from typing import Any

import pytest

from accounts.errors import NotPossible
from accounts.models import Account, Line
from accounts.tenants import add_line, change_account, create_account, e164, rename_line
from tests.conftest import Person
from trail.actor import Actor
from trail.models import Event
from trail.refusal import Refused

OPERATOR = Actor.shell("root")
SETTINGS: dict[str, Any] = {"name": "Harper", "region": "US", "zone": "America/Los_Angeles"}


def test_an_account_comes_with_its_numbers_and_entries(db: None) -> None:
    opened = create_account(actor=OPERATOR, own_numbers=["(530) 555-0100", "+15305550101"], **SETTINGS)

    assert opened.new
    assert [line.number for line in opened.account.lines.all()] == ["+15305550100", "+15305550101"]
    assert opened.account.grace_hours == 180
    actions = list(Event.objects.filter(account_id=opened.account.pk).values_list("action", flat=True))
    assert sorted(actions) == ["account.created", "line.added", "line.added"]


def test_creating_it_again_only_adds_what_lacks(db: None) -> None:
    first = create_account(actor=OPERATOR, own_numbers=["+15305550100"], **SETTINGS)
    again = create_account(actor=OPERATOR, own_numbers=["530-555-0100", "+15305550101"], **SETTINGS)
    assert (again.new, again.account) == (False, first.account)
    assert first.account.lines.count() == 2


def test_other_settings_for_the_same_name_are_refused(db: None) -> None:
    create_account(actor=OPERATOR, **SETTINGS)
    with pytest.raises(NotPossible, match="180 hours"):
        create_account(actor=OPERATOR, grace_hours=1, **SETTINGS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("region", "XX"),
        ("region", "USA"),
        ("name", ""),
        ("name", "x" * 101),
        ("own_numbers", ["12"]),
        ("own_numbers", ["+15305550100", "hello"]),
        ("grace_hours", 100_000),
        ("grace_hours", -1),
    ],
)
def test_a_wrong_value_creates_nothing(db: None, field: str, value: object) -> None:
    with pytest.raises(NotPossible):
        create_account(actor=OPERATOR, **{**SETTINGS, field: value})
    assert not Account.objects.exists()
    assert not Event.objects.exists()


def test_an_administrator_creates_no_accounts(administrator: Person) -> None:
    with pytest.raises(Refused):
        create_account(actor=administrator.actor, **SETTINGS)


def test_settings_change_with_an_entry(administrator: Person, account: Account) -> None:
    change_account(actor=administrator.actor, account=account, zone="Europe/Paris", grace_hours=24)
    account.refresh_from_db()
    assert (account.zone, account.grace_hours) == ("Europe/Paris", 24)
    assert '"grace_hours":24' in Event.objects.get(action="account.changed").text
    with pytest.raises(NotPossible):
        change_account(actor=administrator.actor, account=account, zone="Nowhere", grace_hours=24)


def test_own_numbers_are_added_and_named_by_administrators(
    administrator: Person, supervisor: Person, account: Account, other_account: Account
) -> None:
    line = add_line(actor=administrator.actor, account=account, number="530 555 0199", label="Sales")
    rename_line(actor=administrator.actor, line=line, label="Sales 2")
    assert Line.objects.get(pk=line.pk).label == "Sales 2"
    with pytest.raises(Refused):
        add_line(actor=supervisor.actor, account=account, number="530 555 0198")
    with pytest.raises(Refused):
        add_line(actor=administrator.actor, account=other_account, number="530 555 0198")


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [("03 31 99 90 00 00", "FR", None), ("0199000000", "FR", "+33199000000"), ("0033199000000", "FR", "+33199000000")],
)
def test_numbers_are_read_as_in_their_region(typed: str, region: str, stored: str | None) -> None:
    if stored is None:
        with pytest.raises(NotPossible):
            e164(typed, region)
    else:
        assert e164(typed, region) == stored
