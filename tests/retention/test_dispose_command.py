"""`dispose`: a preview that changes nothing, and a run in the shell under the same rules."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Account
from interactions.models import Recording
from retention.models import Run
from tests.conftest import Person
from tests.makers import make_customer, make_interaction
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(account: Account) -> None:
    customer = make_customer(account, phone="+12025550147")
    for days in (400, 10):
        make_interaction(account, customer, started_at=timezone.now() - timedelta(days=days), recording=b"RIFF")


def run(*arguments: str) -> dict[str, Any]:
    said = StringIO()
    call_command("dispose", "--json", *arguments, stdout=said)
    return dict(json.loads(said.getvalue()))


def test_a_preview_changes_nothing(account: Account, old: None) -> None:
    facts = run("--preview", "--account", account.name)
    assert facts["kinds"] == {"metadata": 1, "recording": 1}
    assert {each["policy"] for each in facts["policies"]} == {"Default"}
    assert Recording.objects.count() == 2
    assert not Run.objects.exists()


def test_another_day_shows_what_will_go_then(account: Account, old: None) -> None:
    later = (timezone.now() + timedelta(days=400)).date().isoformat()
    assert run("--preview", "--on", later)["kinds"]["recording"] == 2


def test_the_first_run_is_confirmed_by_an_officer(account: Account, officer: Person, old: None) -> None:
    with pytest.raises(CommandError, match="Not everything"):
        call_command("dispose", stdout=StringIO())
    assert Recording.objects.count() == 2
    facts = run("--actor", officer.user.email, "--confirm", "2")
    assert facts["state"] == "completed"
    assert facts["kinds"]["recording"] == 1
    assert Recording.objects.count() == 1
    assert Event.objects.filter(action="disposal.finished").exists()


@pytest.mark.parametrize("wrong", ["3", "all", ""])
def test_a_wrong_number_begins_nothing(account: Account, officer: Person, old: None, wrong: str) -> None:
    with pytest.raises(CommandError, match="Type 2"):
        call_command("dispose", "--actor", officer.user.email, "--confirm", wrong, stdout=StringIO())
    assert Recording.objects.count() == 2


def test_who_may_not_is_refused(account: Account, supervisor: Person, old: None) -> None:
    with pytest.raises(CommandError, match="Your role"):
        call_command("dispose", "--actor", supervisor.user.email, "--confirm", "2", stdout=StringIO())
    assert Recording.objects.count() == 2


def test_an_unknown_account_is_a_sentence(account: Account) -> None:
    with pytest.raises(CommandError, match="no account of this name"):
        call_command("dispose", "--account", "Nowhere", stdout=StringIO())
