"""Closing an account: two people and a waiting time before, nothing of it left after, and the neighbours untouched."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

import rtbf.tasks  # noqa: F401 - registers the job
from accounts.errors import UnknownAccount
from accounts.models import Account, Membership
from customers.models import Restriction
from interactions.models import Interaction
from jobs.models import Job
from jobs.runner import run_due
from privacy import erasure
from privacy import map as data_map
from privacy.keyring.models import Key
from retention.holds import Covered, place_hold, release_hold
from retention.models import LegalHold, Policy
from rtbf.closing.asking import agree_to_close, ask_to_close, cancel_closing
from rtbf.closing.carrying_out import close_down
from rtbf.errors import RequestError
from rtbf.models import Closing, Closure, Request, State
from rtbf.verify_certificate import check
from tests.conftest import Person, make_person
from tests.looking import places_of
from tests.makers import make_customer, make_interaction
from tests.standing.addresses import make_rows
from trail.actor import NoActor
from trail.models import Event
from trail.refusal import Refused
from trail.sequence import seal_pending
from trail.verify import verify

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def agreed(account: Account, administrator: Person, officer: Person) -> Closure:
    closure = ask_to_close(actor=administrator.actor, account=account, typed=account.name)
    return agree_to_close(actor=officer.actor, closure=closure)


def when_due(closure: Closure) -> Closure:
    """Let the waiting time be over, and the work be done."""
    Closure.objects.filter(pk=closure.pk).update(due_at=timezone.now())
    Job.objects.filter(kind="rtbf.carry_out_closing").update(not_before=timezone.now())
    run_due()
    closure.refresh_from_db()
    return closure


def living(account: Account) -> dict[str, int]:
    found = {
        each.label: each.model._default_manager.filter(account_id=account.pk, condemned_at=None).count()
        for each in data_map.erasable()
    }
    return {label: number for label, number in found.items() if number}


def test_everything_goes_and_the_neighbours_stay(account, other_account, agreed, supervisor, officer, tmp_path) -> None:
    make_rows(account, supervisor, officer)
    release_hold(actor=officer.actor, hold=LegalHold.objects.get(), reason="Settled")
    Request.objects.update(state=State.CANCELLED)
    Restriction.objects.update(lifted_at=timezone.now())
    bob = make_customer(other_account, phone="+33612345678")
    make_interaction(other_account, bob, phone="+33612345678", recording=b"RIFFbob", comment="bob canary")
    make_person("Amelie", other_account, "administrator")
    theirs, keys = living(other_account), Key.objects.count()
    assert places_of("2025550147", "Claim of May")

    assert (when_due(agreed).state, agreed.why) == (Closing.DONE, "")

    assert living(account) == {}
    assert places_of("2025550147", "Claim of May") == []
    assert living(other_account) == theirs
    assert Key.objects.count() < keys
    assert places_of("bob canary")
    assert not Membership.objects.filter(account=account, active=True).exists()
    assert Membership.objects.filter(account=other_account, active=True).count() == 1
    with pytest.raises(UnknownAccount, match="closed"):
        Account.objects.named(account.name)

    call_command("close_account", account=account.name, certificate=tmp_path / "closed.json")
    checked = check((tmp_path / "closed.json").read_bytes())
    assert (checked.reference, checked.clean) == (agreed.reference, True)
    assert checked.entries > 3
    told = json.loads((tmp_path / "closed.json").read_text())["certificate"]
    assert told["keys"]["sentenced"] == told["keys"]["shredded"] > 0


def test_nothing_happens_before_the_waiting_time_is_over_nor_after_it_was_called_off(account, agreed, officer) -> None:
    make_interaction(account, phone="+12025550147")
    run_due()
    Job.objects.update(not_before=timezone.now())
    run_due()
    assert Interaction.objects.get().is_living
    cancel_closing(actor=officer.actor, closure=agreed)
    assert when_due(agreed).state == Closing.CANCELLED
    assert Interaction.objects.get().is_living
    assert Account.objects.get(pk=account.pk).closed_at is None


def test_nobody_closes_nothing(agreed: Closure) -> None:
    Closure.objects.update(due_at=timezone.now() - timedelta(days=1))
    nothing: Any = None
    with pytest.raises(NoActor):
        close_down(agreed.pk, actor=nothing, progress=nothing)
    assert Closure.objects.get().state == Closing.WAITING


def test_one_person_alone_and_the_wrong_name_close_nothing(account, administrator, supervisor, stranger) -> None:
    with pytest.raises(RequestError, match="name"):
        ask_to_close(actor=administrator.actor, account=account, typed="Harper")
    for person in (supervisor, stranger):
        with pytest.raises(Refused):
            ask_to_close(actor=person.actor, account=account, typed=account.name)
    closure = ask_to_close(actor=administrator.actor, account=account, typed=account.name)
    assert ask_to_close(actor=administrator.actor, account=account, typed=account.name) == closure
    with pytest.raises(RequestError, match="Another person"):
        agree_to_close(actor=administrator.actor, closure=closure)
    with pytest.raises(Refused):
        agree_to_close(actor=stranger.actor, closure=closure)
    closure.refresh_from_db()
    assert closure.state == Closing.ASKED


def test_a_hold_and_a_duty_stop_it_with_a_sentence_until_they_are_gone(account, agreed, officer) -> None:
    call = make_interaction(account, phone="+12025550147", started_at=timezone.now() - timedelta(days=9))
    hold = place_hold(
        actor=officer.actor, account=account, covers=[Covered(call._meta.label, call.pk)], matter="m", reason="r"
    )
    duty = Policy.objects.create(account=account, name="MiFID", kinds=["metadata"], keep="7 years", minimum="5 years",
                                 effective_at=timezone.now() - timedelta(days=1))  # fmt: skip
    assert "1 legal hold is in force; a policy demands" in when_due(agreed).why
    assert agreed.state == Closing.STOPPED
    release_hold(actor=officer.actor, hold=hold, reason="Settled")
    assert "legal hold" not in when_due(agreed).why
    assert Interaction.objects.get().is_living
    duty.ends_at = timezone.now()
    duty.save()
    assert when_due(agreed).state == Closing.DONE
    assert Event.objects.filter(action="closing.stopped").count() == 2


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_killed_in_the_middle_it_goes_on_and_the_log_stays_true(account, agreed, monkeypatch) -> None:
    for number in range(3):
        make_interaction(account, phone=f"+1202555014{number}", recording=b"RIFF", transcript=[("agent", "hello")])
    real, calls = erasure.shred, []

    def dies_once(condemnation):
        calls.append(condemnation)
        if len(calls) == 2:
            raise OperationalError("the keyring is gone")
        return real(condemnation)

    before = living(account)
    monkeypatch.setattr(erasure, "shred", dies_once)
    when_due(agreed)
    assert agreed.state == Closing.EXECUTING
    assert living(account)
    assert when_due(agreed).state == Closing.DONE
    assert living(account) == {}
    assert check(agreed.certificate.encode()).clean
    records = json.loads(agreed.certificate)["certificate"]["records"]
    assert {each["kind"]: each["number"] for each in records} == before
    seal_pending()
    assert verify().findings == []


def test_by_the_page_and_the_command(account, administrator, officer, client_of, tmp_path) -> None:
    client = client_of(administrator)
    assert client.post(reverse("portal:closing-ask"), {"typed": "no"}).status_code == 422
    assert "Another administrator" in client.post(
        reverse("portal:closing-ask"), {"typed": account.name}, follow=True
    ).content.decode()  # fmt: skip
    with pytest.raises(CommandError, match="no certificate"):
        call_command("close_account", account=account.name, certificate=tmp_path / "x")
    call_command("close_account", account=account.name, agree=True, actor=officer.user.email)
    assert Closure.objects.get().state == Closing.WAITING
    client.post(reverse("portal:closing-cancel", args=[Closure.objects.get().pk]))
    assert Closure.objects.get().state == Closing.CANCELLED
