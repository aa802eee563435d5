"""After a restore disposal waits, account by account, until an officer has looked at the holds."""

import pytest
from django.core.management import CommandError, call_command

from privacy import restored
from privacy.models import HoldsReview
from retention.reviewing import NothingToReview, confirm_holds
from trail.actor import Actor, NoActor
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def restore(account):
    return restored.note_restoration(restored.DATA)


def test_the_officers_page_says_so_and_one_button_lets_disposal_go_on(client_of, officer, account, restore):
    client = client_of(officer)
    assert restored.disposal_paused(account.pk)
    assert "Disposal by age waits" in client.get("/holds/").content.decode()
    assert "was restored" in client.get("/").content.decode()

    page = client.post("/holds/confirm/", follow=True).content.decode()

    assert not restored.disposal_paused(account.pk)
    assert "Disposal by age waits" not in page
    assert "goes on" in page
    assert "was restored" not in client.get("/").content.decode()
    entry = Event.objects.get(action="holds.reviewed")
    assert (entry.user_id, entry.account_id) == (officer.user.pk, account.pk)


def test_twice_is_once(officer, account, restore, client_of):
    confirm_holds(actor=officer.actor, account=account)
    with pytest.raises(NothingToReview):
        confirm_holds(actor=officer.actor, account=account)
    assert "No restore waits" in client_of(officer).post("/holds/confirm/", follow=True).content.decode()
    assert HoldsReview.objects.count() == 1


@pytest.mark.parametrize("role", ["supervisor", "auditor", "administrator", "agent"])
def test_nobody_else_may(role, request, account, restore):
    with pytest.raises(Refused):
        confirm_holds(actor=request.getfixturevalue(role).actor, account=account)
    assert restored.disposal_paused(account.pk)


def test_not_for_another_account_nor_without_a_name(officer, other_account, account, restore):
    with pytest.raises(Refused):
        confirm_holds(actor=officer.actor, account=other_account)
    with pytest.raises(NoActor):
        confirm_holds(actor=None, account=account)
    with pytest.raises((Refused, NothingToReview)):
        confirm_holds(actor=Actor.shell("root"), account=account)
    assert not HoldsReview.objects.exists()


def test_from_the_shell(officer, supervisor, account, restore, capsys):
    with pytest.raises(CommandError):
        call_command("confirm_holds", account=account.name, actor=supervisor.user.email)
    call_command("confirm_holds", account=account.name, actor=officer.user.email)
    assert "Disposal by age goes on" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No restore waits"):
        call_command("confirm_holds", account=account.name, actor=officer.user.email)
