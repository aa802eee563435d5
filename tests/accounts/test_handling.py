"""What calls are kept for: rules, and the circumstances calls share."""

from typing import Any

import pytest

from accounts.errors import NotPossible
from accounts.handling import Facts, Handling, add_rule, remove_rule
from accounts.models import Account, Circumstances, PurposeRule
from tests.conftest import Person
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db


def under(account: Account, direction: str = "inbound", queue: str = "sales", campaign: str = "") -> list[str]:
    return list(Handling(account).of(Facts(direction, "+15305550100", queue, campaign)).purposes)


def test_without_a_rule_a_call_is_kept_for_quality(account: Account) -> None:
    assert under(account) == ["quality"]


def test_rules_that_fit_add_up_and_others_do_not_count(account: Account, officer: Person) -> None:
    add_rule(actor=officer.actor, account=account, purposes=["training"], direction="inbound")
    add_rule(actor=officer.actor, account=account, purposes=["contract", "evidence"], queue="sales")
    add_rule(actor=officer.actor, account=account, purposes=["legal_duty"], queue="brokers")
    assert under(account) == ["contract", "evidence", "training"]
    assert under(account, queue="support") == ["training"]
    assert under(account, direction="outbound", queue="support") == ["quality"]


def test_a_rule_names_a_campaign(account: Account, officer: Person) -> None:
    add_rule(actor=officer.actor, account=account, purposes=["contract"], direction="outbound", campaign=" spring ")
    assert under(account, direction="outbound", campaign="spring") == ["contract"]
    assert under(account, direction="outbound", campaign="autumn") == ["quality"]
    assert under(account, campaign="spring") == ["quality"]
    assert Event.objects.get(action="purpose_rule.added").told["facts"]["campaign"] == "spring"


def test_calls_of_one_combination_share_their_circumstances(account: Account) -> None:
    handling = Handling(account)
    facts = Facts("inbound")
    assert handling.of(facts) is handling.of(facts)
    assert Handling(account).of(facts).pk == handling.of(facts).pk
    assert Circumstances.objects.count() == 1
    assert handling.of(facts._replace(campaign="spring")).pk != handling.of(facts).pk


def test_the_same_rule_twice_is_one_rule_and_one_entry(account: Account, officer: Person) -> None:
    for _ in range(2):
        add_rule(actor=officer.actor, account=account, purposes=["training"])
    assert PurposeRule.objects.count() == 1
    assert Event.objects.filter(action="purpose_rule.added").count() == 1


def test_a_rule_taken_back_no_longer_counts(account: Account, officer: Person) -> None:
    remove_rule(actor=officer.actor, rule=add_rule(actor=officer.actor, account=account, purposes=["training"]))
    assert under(account) == ["quality"]
    assert Event.objects.filter(action="purpose_rule.removed").count() == 1


@pytest.mark.parametrize("typed", ["+1 530-555-0100", "(530) 555-0100", "tel:+15305550100", "15305550100"])
@pytest.mark.parametrize("written", ["+15305550100", "5305550100", "+1 (530) 555-0100"])
def test_a_line_is_the_same_in_any_spelling(account: Account, officer: Person, typed: str, written: str) -> None:
    add_rule(actor=officer.actor, account=account, purposes=["legal_duty"], line=typed)
    call = Handling(account).of(Facts("inbound", written))
    assert (call.purposes, call.line) == (["legal_duty"], "+15305550100")


@pytest.mark.parametrize("extension", ["400", "vmu2046", "0100", "5550100"])
def test_an_extension_is_no_telephone_number(account: Account, officer: Person, extension: str) -> None:
    add_rule(actor=officer.actor, account=account, purposes=["training"], line=extension)
    assert Handling(account).of(Facts("inbound", extension)).line == extension
    assert Handling(account).purposes_of(Facts("inbound", "+15305550100")) == ("quality",)


@pytest.mark.parametrize(
    "bad",
    [{"purposes": []}, {"purposes": ["fun"]}, {"direction": "sideways"}, {"queue": "q" * 65}, {"line": "l" * 21}],
)
def test_a_rule_nobody_could_apply_is_refused(account: Account, officer: Person, bad: dict[str, Any]) -> None:
    with pytest.raises(NotPossible, match="Nothing was saved"):
        add_rule(**{"actor": officer.actor, "account": account, "purposes": ["training"], **bad})
    assert not PurposeRule.objects.exists()


def test_only_officers_and_administrators_decide(account: Account, supervisor: Person) -> None:
    with pytest.raises(Refused):
        add_rule(actor=supervisor.actor, account=account, purposes=["training"])
