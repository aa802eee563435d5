"""A log with all kinds of entries in it, and a hand that writes more at any time of day."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from unittest.mock import patch
from uuid import UUID

import pytest

import audit.tasks  # noqa: F401 - registers the job
from audit.filters import Filters
from audit.log import Page, page
from interactions.models import Recording
from privacy.ids import new_id
from tests.conftest import Person
from tests.makers import make_agent, make_customer, make_interaction
from trail.append import append
from trail.models import Event
from trail.sequence import seal_pending

ZONE = "America/Los_Angeles"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
DESK = "10.2.0.17"
RECORDING = "interactions.Recording"

Write = Callable[..., Event]


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    """No queue runs here; the rows alone decide what is done."""
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.fixture(autouse=True)
def checkpoints(tmp_path, settings):
    settings.CHECKPOINT_DIRECTORY = tmp_path / "checkpoints"
    return settings.CHECKPOINT_DIRECTORY


def act(person: Person, action: str = "recording.played", *, at: datetime | None = None, **said) -> Event:
    """Write an entry of a person at a desk, at a moment if given."""
    address, device = said.pop("address", DESK), said.pop("device", CHROME)
    actor = dataclasses.replace(person.actor, address=address, user_agent=device, **said.pop("as_", {}))
    if at is None:
        return append(action, actor=actor, **said)
    with patch("trail.append.timezone.now", return_value=at):
        return append(action, actor=actor, **said)


def seen(person: Person, /, **filters) -> list[UUID]:
    """Return the ids of the entries a person's first page would show."""
    return [event.pk for event in look(person, **filters).events]


def look(person: Person, /, place=None, way="older", size=50, **filters) -> Page:
    return page(person.actor, Filters(**filters), ZONE, place, way, size)


def recording_of(account) -> Recording:
    call = make_interaction(
        account,
        make_customer(account, phone="+12025550147", name="Alice Brown"),
        agent=make_agent(account),
        phone="+12025550147",
        name="Alice Brown",
        recording=b"sound",
    )
    return Recording.objects.get(interaction=call)


def some_id() -> str:
    return str(new_id())


def seal() -> None:
    """Seal the log; outside a transaction, so only in tests with a database of their own."""
    seal_pending()
