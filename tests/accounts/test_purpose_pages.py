"""The page of what calls are kept for: names that no call has had are told, in any spelling of a number."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.handling import Facts, Handling
from accounts.models import Account, PurposeRule
from tests.conftest import Person

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
NEVER = "No call so far has"


@pytest.fixture
def page(client_of: ClientOf, officer: Person) -> Client:
    return client_of(officer)


def test_a_rule_for_a_queue_no_call_has_had_says_so(page: Client, account: Account) -> None:
    Handling(account).of(Facts("inbound", "+15305550100", "Service"))
    for queue in ("Service", "Servcie"):
        page.post("/purposes/add/", {"purposes": "training", "queue": queue})
    shown = page.get("/purposes/").content.decode()
    assert shown.count(NEVER) == 1
    assert f"{NEVER} queue Servcie" in shown
    assert '<option value="Service">' in shown


def test_an_own_number_is_known_before_the_first_call_in_any_spelling(page: Client, account: Account) -> None:
    page.post("/purposes/add/", {"purposes": "legal_duty", "line": "(530) 555-0100"})
    assert PurposeRule.objects.get().line == "+15305550100"
    assert NEVER not in page.get("/purposes/").content.decode()
