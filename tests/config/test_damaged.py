"""A form or query with a NUL is refused as a whole, signed in or not, and nothing is done."""

import pytest
from django.test import Client

from accounts.models import Team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/dossiers/", "/interactions/", "/forget/", "/customers/"])
def test_a_nul_is_turned_away(path, supervisor, client_of):
    client = client_of(supervisor)
    for answer in (client.post(path, {"identifiers": "ann\0@example.com"}), client.get(path, {"queue\0": "1"})):
        assert answer.status_code == 400
        assert "Nothing was done" in answer.content.decode()


def test_nothing_is_saved(administrator, client_of):
    assert client_of(administrator).post("/accounts/team/add/", {"name": "Night\0"}).status_code == 400
    assert not Team.objects.exists()


def test_nobody_signs_in_with_one():
    assert Client().post("/account/login/", {"login": "a\0@example.com", "password": "x"}).status_code == 400
