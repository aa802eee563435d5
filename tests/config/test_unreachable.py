"""What people see when a part does not answer, and that it passes."""

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from privacy.keyring.ring import KeyLost
from vault.errors import KeyMissing

SECRET = "connection failed for user Alice +12025550147"


@pytest.fixture
def patient(client_of, supervisor) -> Client:
    client = client_of(supervisor)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("problem", [OperationalError, KeyLost, KeyMissing])
def test_a_part_that_does_not_answer_is_503(problem, patient, monkeypatch):
    def fail(*args, **kwargs):
        raise problem(SECRET)

    monkeypatch.setattr("rtbf.views.requests.raise_in_accounts", fail)
    answer = patient.post("/forget/", {"identifiers": "+12025550147"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "nothing was done, and nothing is lost" in answer.content.decode()
    assert "Alice" not in answer.content.decode()


def test_what_fails_before_a_view_is_503_too(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError(SECRET)

    monkeypatch.setattr("accounts.middleware.actor_of", fail)
    assert Client(raise_request_exception=False).get("/account/login/").status_code == 503


def test_a_mistake_of_ours_is_500(patient, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("rtbf.views.requests.raise_in_accounts", fail)
    answer = patient.post("/forget/", {"identifiers": "+12025550147"})
    assert answer.status_code == 500
    assert "Alice" not in answer.content.decode()


def test_a_form_that_is_too_large_gets_a_sentence(patient):
    answer = patient.post("/forget/", {"identifiers": "9" * 3_000_000})
    assert answer.status_code == 400
    assert "Nothing was done" in answer.content.decode()


@pytest.mark.parametrize("alias", ["default", "keyring"])
def test_the_pool_tries_anew_with_every_request(alias):
    assert settings.DATABASES[alias]["OPTIONS"]["pool"]["reconnect_timeout"] < 10
