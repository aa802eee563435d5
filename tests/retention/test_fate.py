"""Any call's page says until when it is kept, by which policy, and why."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from interactions.models import Interaction
from retention.due import Handled, Schedule
from retention.fate import _schedule, fates
from retention.holds import Covered, place_hold
from retention.models import Policy
from tests.conftest import Person
from tests.makers import make_interaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(account: Account) -> Interaction:
    return make_interaction(account, started_at=datetime(2026, 6, 2, 17, 14, tzinfo=UTC), purposes=["evidence"])


def until(call: Interaction) -> dict[str, str]:
    return {each.kind: each.until for each in fates(call.account, call.circumstances, call.ended_at)}


def test_the_default_decides(call: Interaction) -> None:
    assert set(until(call).values()) == {"2 Jun 2027"}


def test_a_policy_for_its_purpose_decides_and_says_so(account: Account, call: Interaction) -> None:
    Policy.objects.create(
        account=account, name="Disputes", kinds=["recording"], purposes=["evidence"], keep="3 years",
        effective_at=timezone.now(),
    )  # fmt: skip
    assert until(call)["Recordings"] == "2 Jun 2029"
    assert until(call)["Transcripts"] == "2 Jun 2027"
    told = {each.kind: each.why for each in fates(account, call.circumstances, call.ended_at)}
    assert told["Recordings"] == "The term of “Disputes” decides: 3 years."


def test_without_a_default_nothing_is_said_and_nothing_goes(account: Account, call: Interaction) -> None:
    Policy.objects.all().delete()
    assert until(call) == {}


def test_the_page_of_a_call_shows_it(
    call: Interaction, supervisor: Person, client_of: Callable[[Person], Client]
) -> None:
    text = client_of(supervisor).get(f"/interactions/{call.pk}/").content.decode()
    assert "Kept until" in text
    assert "2 Jun 2027" in text
    assert "The term of “Default” decides: 1 year." in text


def test_what_is_due_says_that_the_next_run_takes_it(
    account: Account, officer: Person, supervisor: Person, client_of: Callable[[Person], Client]
) -> None:
    old = make_interaction(account, started_at=datetime(2020, 6, 2, 17, 14, tzinfo=UTC), recording=b"RIFF")
    new = make_interaction(account, started_at=timezone.now(), recording=b"RIFF")
    page, calls = client_of(officer), client_of(supervisor)
    told = [page.get("/disposal/record/", {"id": str(each.pk)}).content.decode() for each in (old, new)]
    assert ["goes in the next run" in text for text in told] == [True, False]
    shown = [calls.get(f"/interactions/{each.pk}/").content.decode() for each in (old, new)]
    assert ["so the next run takes" in text for text in shown] == [True, False]
    whole = [Covered(Interaction._meta.label, old.pk)]
    place_hold(actor=officer.actor, account=account, covers=whole, matter="A suit", reason="It was announced")
    assert "goes in the next run" not in page.get("/disposal/record/", {"id": str(old.pk)}).content.decode()
    held = calls.get(f"/interactions/{old.pk}/").content.decode()
    assert "On legal hold" in held
    assert "so the next run takes" not in held


def test_recordings_come_first_of_what_goes_together(call: Interaction) -> None:
    assert next(iter(until(call))) == "Recordings"


PAIRS = [("queues", "Sales", "Service"), ("lines", "+15305550100", "400"), ("campaigns", "Spring", "Autumn")]


@pytest.mark.parametrize(("condition", "fitting", "other"), PAIRS)
def test_of_many_policies_only_those_that_can_fit_are_read(
    account: Account, condition: str, fitting: str, other: str
) -> None:
    call = make_interaction(account, queue="Sales", campaign="Spring", purposes=["evidence"])
    for value in (fitting, other):
        Policy.objects.create(
            account=account, name=value, kinds=["recording"], keep="3 years", effective_at=timezone.now(),
            **{condition: [value]},
        )  # fmt: skip
    read = _schedule(account, Handled.of(call.circumstances))
    assert {rule.name for rule in read.rules} >= {fitting, "Default"}
    assert other not in {rule.name for rule in read.rules}
    whole = Schedule.at(account, timezone.now())
    for kind in ("recording", "transcript", "metadata"):
        ended = whole.day_of(call.ended_at)
        handled = Handled.of(call.circumstances)
        assert read.decide(kind, handled, ended) == whole.decide(kind, handled, ended)
