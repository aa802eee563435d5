from collections.abc import Callable

import pytest
from django.test import Client

from tests.conftest import Person


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "officer", "administrator"])
def test_each_role_has_a_first_page_that_says_who_and_where(
    role: str, request: pytest.FixtureRequest, client_of: Callable[[Person], Client]
):
    person: Person = request.getfixturevalue(role)
    page = client_of(person).get("/").content.decode()

    assert person.user.name in page
    assert "Harper Valley" in page
    assert person.membership.get_role_display() in page
    assert "What you can do in Harper Valley" in page
