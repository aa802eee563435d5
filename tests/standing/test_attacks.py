"""Every page and form of every role, with hostile values in each name it reads: told in words, never an error page.

A sample: in CI always the same, elsewhere drawn by a seed that is printed when it fails; SWEEP_SEED repeats one,
SWEEP_ALL=1 tries every value in every name. Each request is rolled back, so that one attack does not spoil the next.
"""

import contextlib
import logging
import os
import random
import traceback
from collections.abc import Iterator, Sequence
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from config.logs import NoAddresses
from tests.conftest import ADDRESS, Person
from tests.standing.addresses import path_of
from tests.standing.hostile import MARK, TAG, VALUES, Form, Pairs, forms_of, mutated, noticing
from tests.standing.test_permission_matrix import GATE, PORTAL, ROLES, _no_bell, mine, theirs
from trail.models import Event

__all__ = ["_no_bell", "mine", "theirs"]

pytestmark = pytest.mark.django_db(databases="__all__")
ALL = os.environ.get("SWEEP_ALL") == "1"
SEED = int(os.environ.get("SWEEP_SEED") or (1 if os.environ.get("CI") else random.SystemRandom().randrange(10**9)))
ENOUGH = 150
"""Requests of one person in a sample; the page that is being attacked is finished."""
FORM = "application/x-www-form-urlencoded"
STRANGER = "stranger"
NAMES_THINGS = ("purpose_rule.added",)
"""Entries that name a line or a queue, as somebody who makes the rules of an account typed it."""

ENDS_A_VISIT = {"logout/", "account/logout/"}


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Roll back what the block does to either database."""
    blocks = [transaction.atomic(using=alias) for alias in ("default", "keyring")]
    with contextlib.ExitStack() as stack:
        for block in blocks:
            block._from_testcase = True  # type: ignore[attr-defined]  # lets durable blocks begin inside
            stack.enter_context(block)
        yield
        for alias in ("default", "keyring"):
            transaction.set_rollback(True, using=alias)


class Attacker:
    """Sends what it is told to as one person, and keeps what the product answered wrongly."""

    def __init__(self, person: Person | None, log: pytest.LogCaptureFixture) -> None:
        signed_in = Client()
        if person:
            signed_in.force_login(person.user, backend="accounts.backends.EmailBackend")
        self.cookies, self.log = signed_in.cookies.output(header="", sep=";"), log
        self.who = person.membership.role if person else STRANGER
        self.wrong: dict[str, str] = {}
        self.sent = 0

    def send(
        self, method: str, path: str, pairs: Pairs, files: Sequence[tuple[str, bytes]] = (), times: int = 1
    ) -> Any:
        """Send a form or query, once or again and again, in a transaction of its own; return the last answer."""
        client = Client(REMOTE_ADDR=ADDRESS, raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies)
        body, kind = urlencode(pairs).encode(), FORM
        if files:
            sent = {name: SimpleUploadedFile(f'{MARK}\r\n"<x>.pdf', value) for name, value in files}
            body, kind = encode_multipart(BOUNDARY, {**dict(pairs), **sent}), MULTIPART_CONTENT
        self.log.clear()
        with undone():
            for _ in range(times):
                self.sent += 1
                if method == "get":
                    answer = client.get(path, query_string=body.decode())
                else:
                    answer = client.post(path, body, content_type=kind)
                self.judge(f"{self.who} {method} {path} {body[:300]!r}", answer)
        return answer

    def judge(self, what: str, answer: Any) -> None:
        """Note what is wrong with an answer, once for each cause."""
        page = what.split(" b", maxsplit=1)[0]
        if answer.status_code >= 500:
            told = "".join(traceback.format_exception(*answer.exc_info)[-8:]) if hasattr(answer, "exc_info") else ""
            self.wrong.setdefault(told[-400:] or page, f"{what}: {answer.status_code}\n{told}")
        elif not answer.streaming and TAG.encode() in answer.content:
            self.wrong.setdefault(f"{page} echo", f"{what}: echoed as it is")
        if MARK in answer.cookies:
            self.wrong.setdefault(f"{page} cookie", f"{what}: set a cookie")
        if lines := [line for line in map(logging.LogRecord.getMessage, self.log.records) if MARK in line]:
            self.wrong.setdefault(f"{page} line", f"{what}: in a line of a log: {lines[0][:300]}")
        entries = Event.objects.filter(text__contains=MARK).exclude(action__in=NAMES_THINGS)
        if entry := entries.first():
            self.wrong.setdefault(f"{page} entry", f"{what}: in the access log: {entry.text[:400]}")


def attacks_on(attacker: Attacker, path: str) -> Iterator[tuple[str, str, Pairs, str, list[str]]]:
    """Yield (method, path, form, name, names of files) of everything this page reads or offers."""
    names: set[str] = set()
    with noticing(names):
        answer = attacker.send("get", path, [])
    shown = "" if answer.streaming else answer.content.decode(errors="replace")
    yield from (("get", path, [], name, []) for name in sorted(names))
    forms = forms_of(shown)
    if not any(form.method == "post" for form in forms):
        forms.append(Form("", "post"))
    for form in forms:
        target = form.action or path
        if target.startswith("/") and target[1:].split("?")[0] not in ENDS_A_VISIT:
            read = {name for name, _ in form.fields}
            with noticing(read):
                attacker.send(form.method, target, form.fields, times=2)
            yield from ((form.method, target, form.fields, name, sorted(form.files)) for name in sorted(read))


def attack(attacker: Attacker, paths: list[str], values: list[bytes], chance: random.Random) -> None:
    """Send hostile values to the pages in a random order: one in each name until it is enough, or all of them."""
    chance.shuffle(paths)
    for path in paths:
        for method, target, form, name, files in list(attacks_on(attacker, path)):
            for value in values if ALL else chance.sample(values, 1):
                attacker.send(method, target, mutated(form, name, value, chance=chance))
            for file in files:
                attacker.send("post", target, form, [(file, chance.choice(values))])
        if not ALL and attacker.sent > ENOUGH:
            break


@pytest.mark.parametrize("role", [*ROLES, STRANGER])
def test_no_page_breaks_on_what_is_sent(role, request, mine, theirs, caplog):
    caplog.set_level(logging.INFO)
    caplog.handler.addFilter(NoAddresses())
    person = None if role == STRANGER else request.getfixturevalue(role)
    attacker = Attacker(person, caplog)
    attacker.send("post", path_of("interactions/<uuid:pk>/purpose", mine), [("purpose", b"quality")])
    routes = [*GATE, *(route for route, line in PORTAL.items() if line.who.get(role) == "x")]
    paths = [path_of(route, mine) for route in routes if route not in ENDS_A_VISIT]
    foreign = [str(value).encode() for value in theirs.values()]
    attack(attacker, paths, [*VALUES, *foreign], random.Random(f"{SEED}{role}"))  # noqa: S311 - draws a sample
    assert attacker.sent >= min(ENOUGH, 2 * len(paths))
    assert not attacker.wrong, f"SWEEP_SEED={SEED}\n" + "\n\n".join(attacker.wrong.values())


@pytest.mark.parametrize("forged", [{}, {"csrfmiddlewaretoken": "b" * 32}])
def test_every_form_wants_its_own_token(forged, supervisor, officer, administrator, mine, client_of):
    asked: dict[str, Any] = {"supervisor": supervisor, "officer": officer, "administrator": administrator}
    before, answers = Event.objects.filter(outcome="done").count(), {}
    for role, person in asked.items():
        client = Client(enforce_csrf_checks=True)
        client.force_login(person.user, backend="accounts.backends.EmailBackend")
        client.cookies["csrftoken"] = "a" * 32
        for route, line in PORTAL.items():
            if line.who[role] == "x" and line.post != 405:
                answers[route] = client.post(path_of(route, mine), forged).status_code
    assert {route: status for route, status in answers.items() if status != 403} == {}
    assert len(answers) > 60
    assert Event.objects.filter(outcome="done").exclude(action="session.started").count() <= before
