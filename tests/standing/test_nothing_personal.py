"""Nothing about a person stands outside the sealed values: not in logs, job rows, messages, caches or errors.

Everything is done at the most talkative level of logging; first it is shown that the person is there at all.
"""

import io
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.core.management import CommandError, call_command
from django.db import DataError, OperationalError
from django.template import VariableDoesNotExist
from django.test import Client

from accounts import roles
from config.logs import LEFT_OUT, Line, NoAddresses
from jobs.models import Job
from tests.conftest import make_person
from tests.looking import places_of
from tests.makers import make_account

pytestmark = pytest.mark.django_db(transaction=True)
# Patricia's number in the spellings of the exports, her names, and names of files that hold a number.
CANARIES = (
    "2025550147", "202 555 0147", "202-555-0147", "202.555.0147", "(202) 555", "Patricia", "patricia.brown",
    "CUST-1001", "in-5305550100-2025550147", "out-912025550147",
)  # fmt: skip
TYPED = "(202) 555-0147"


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@pytest.fixture
def talkative():
    """Log all that the settings let through, as the program prints it."""
    handler = logging.StreamHandler(io.StringIO())
    line = settings.LOGGING["formatters"]["line"]
    handler.setFormatter(Line(line["format"]))
    handler.addFilter(NoAddresses())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def bank():
    account = make_account("Harper Valley Bank", grace_hours=0)
    make_person("Susan", account, roles.SUPERVISOR)
    return account


def imported(account) -> str:
    said = io.StringIO()
    call_command("import_interactions", str(settings.SAMPLES), account=account.name, stdout=said, stderr=said)
    return said.getvalue()


def forgotten(account, typed: str = TYPED, **more) -> str:
    said = io.StringIO()
    call_command("forget", account=account.name, identifier=[typed], actor="susan@example.com", confirm="FORGET",
                 stdout=said, stderr=said, **more)  # fmt: skip
    return said.getvalue()


def test_import_and_forgetting_log_nobody(bank, talkative):
    said = imported(bank)
    assert places_of(*CANARIES) != []
    said += forgotten(bank, wait=True)
    assert places_of(*CANARIES) == []
    assert talkative.getvalue()
    assert found_in(talkative.getvalue()) == []
    assert found_in(said) == []


@pytest.mark.parametrize("role", [roles.AGENT, roles.SUPERVISOR, roles.AUDITOR])
def test_requests_that_fail_or_are_refused_log_nobody(role, bank, talkative, client_of, monkeypatch):
    client = client_of(make_person("Pat", bank, role, extension="2046"))
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise OperationalError("the database went away")

    monkeypatch.setattr("rtbf.requests.lifecycle.discover", fail)
    answers = [
        client.post("/forget/", {"identifiers": f"{TYPED}\nname:Patricia Brown"}),
        client.post("/forget/", {"identifiers": "name:Patricia"}),
        client.get("/interactions/", {"customer": TYPED, "queue": "CUST-1001", "since": TYPED}),
        client.get("/log/", {"person": TYPED, "since": "202-555-0147", "record": "Patricia"}),
        client.post("/log/filter/", {"address": "Patricia", "record": TYPED}),
        client.get("/customers/202-555-0147/Patricia"),
        client.post("/account/login/", {"login": "patricia.brown@example.com", "password": "Patricia"}),
    ]
    assert {answer.status_code for answer in answers} & {403, 503, 422, 400}
    assert "django.request" in talkative.getvalue()
    assert found_in(talkative.getvalue()) == []


@pytest.mark.parametrize("problem", [DataError, KeyError, VariableDoesNotExist, ValueError])
def test_the_text_of_a_foreign_error_is_not_logged(problem, bank, talkative, client_of, monkeypatch):
    text = f"Key (email)=({CANARIES[6]}@example.com) already exists"
    client = client_of(make_person("Pat", bank, roles.SUPERVISOR))
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        try:
            raise problem(text)
        except problem as cause:
            raise ZeroDivisionError(text) from cause

    monkeypatch.setattr("rtbf.requests.lifecycle.discover", fail)
    assert client.post("/forget/", {"identifiers": TYPED}).status_code == 500
    told = talkative.getvalue()
    assert f"{problem.__name__}: {LEFT_OUT}" in told
    assert f"builtins.ZeroDivisionError: {LEFT_OUT}" in told
    assert "rtbf/requests/lifecycle.py" in told
    assert "/forget/, request " in told
    assert found_in(told) == []


def test_what_was_turned_away_is_not_quoted(bank, talkative, client_of):
    client = client_of(make_person("Pat", bank, roles.ADMINISTRATOR))
    forged = Client(enforce_csrf_checks=True, headers={"origin": f"https://{CANARIES[6]}.example.com"})
    answers = [
        client.get("/accounts/team/add/", {"_to_field": "Patricia"}),
        client.get("/", headers={"host": f"{CANARIES[6]}.example.com"}),
        forged.post("/account/login/", {"login": TYPED}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 403]
    assert "turned away: DisallowedHost" in talkative.getvalue()
    assert "Origin checking failed" in talkative.getvalue()
    assert found_in(talkative.getvalue()) == []


def test_an_error_in_the_middle_of_forgetting_tells_nobody(bank, talkative, monkeypatch):
    imported(bank)

    def fail(*args, **kwargs):
        raise OperationalError("the keyring went away")

    monkeypatch.setattr("rtbf.requests.lifecycle.create_keys", fail)
    with pytest.raises(OperationalError) as failed:
        forgotten(bank)
    told = "".join(traceback.format_exception(failed.value))
    assert found_in(told) == []
    with pytest.raises(CommandError) as refused:
        forgotten(bank, "name:Patricia Brown")
    assert found_in(str(refused.value)) == []


def test_jobs_messages_and_caches_hold_ids_alone(bank, valkey, services):
    imported(bank)
    forgotten(bank)
    jobs = [str(values) for values in Job.objects.values()]
    assert len(jobs) == 1
    assert found_in("".join(jobs)) == []
    queued = everything_in(services.valkey.url(0)) + everything_in(services.valkey.url(1))
    assert str(Job.objects.get().pk) in queued
    assert found_in(queued) == []


def test_what_a_cache_holds_is_looked_at(services, valkey):
    """The look itself: a planted name is found, as key, as value and pickled."""
    cache = RedisCache(services.valkey.url(1), {})
    cache.set("Patricia", {"number": "2025550147"})
    try:
        assert {"Patricia", "2025550147"} <= set(found_in(everything_in(services.valkey.url(1))))
    finally:
        services.empty_valkey()


def everything_in(url: str) -> str:
    """Return every key and value of a Valkey database as text, pickled values as they read."""
    client: Any = redis.from_url(url)
    readers: dict[str, Callable[[bytes], list[bytes]]] = {
        "string": lambda key: [client.get(key)],
        "list": lambda key: client.lrange(key, 0, -1),
        "hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        "set": lambda key: list(client.smembers(key)),
        "zset": lambda key: client.zrange(key, 0, -1),
    }
    dumped: list[bytes] = []
    for key in client.scan_iter():
        dumped += [key, *readers[client.type(key).decode()](key)]
    return "\n".join(part.decode(errors="replace") for part in dumped if part)


def test_a_row_says_nothing_of_itself(bank):
    """`str` and `repr` of every row, which is what ends up in tracebacks and log lines."""
    from django.apps import apps

    from tests.standing.source import APPS

    imported(bank)
    told = [
        f"{row!s} {row!r}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in APPS and model._meta.app_label != "keyring"
        for row in model._default_manager.all()[:200]
    ]
    assert len(told) > 100
    assert found_in("\n".join(told)) == []
