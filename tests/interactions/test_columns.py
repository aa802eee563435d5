"""What an account says of its columns: proved, on record, and counting at the next import."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.errors import NotPossible
from customers.models import FieldMeaning, Identifier, Note
from interactions import columns
from interactions.columns import remove_meaning, set_meaning
from interactions.imports import import_folder
from trail.actor import Actor
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
LITE = "CRM ref;Contact;Rufnummer 1;Betreff\nX-1;Alice Brown;(202) 555-0147;Call Bob on 202 555 0148\n"


def say(account, field: str, means: str) -> FieldMeaning:
    return set_meaning(actor=Actor.shell("root"), account=account, field=field, means=means)


def test_a_register_of_an_unknown_crm_is_read_once_its_columns_are_known(account, tmp_path):
    (tmp_path / "export.csv").write_text(LITE, encoding="utf-16")
    report = import_folder(tmp_path, account=account, actor=Actor.shell("root"))
    assert report.counts == {"rejected": 1}
    for field, means in (("CRM ref", "crm-id"), ("Contact", "name"), ("Rufnummer 1", "phone"), ("betreff", "text")):
        say(account, field, means)
    report = import_folder(tmp_path, account=account, actor=Actor.shell("root"))
    assert not report.rejected
    assert set(Identifier.objects.values_list("kind", flat=True)) == {"crm-id", "name", "phone"}
    assert Note.objects.count() == 1


def test_saying_again_changes_and_taking_back_forgets(account):
    say(account, "Cust Ref", "phone")
    say(account, "cust_ref", "crm-id")
    assert FieldMeaning.objects.get().means == "crm-id"
    assert remove_meaning(actor=Actor.shell("root"), account=account, field="CUST-REF")
    assert not remove_meaning(actor=Actor.shell("root"), account=account, field="CUST-REF")
    assert not FieldMeaning.objects.exists()
    actions = list(Event.objects.filter(action__startswith="column").values_list("action", flat=True))
    assert sorted(actions) == [columns.MAPPED, columns.MAPPED, columns.UNMAPPED]


@pytest.mark.parametrize("field", ["", " -_ ", "x" * 201, "(202) 555-0147", "5305550100 name"])
def test_a_name_that_is_none_is_refused(account, field):
    with pytest.raises(NotPossible, match="Nothing was changed"):
        say(account, field, "phone")


@pytest.mark.parametrize("means", ["", "Two words", "x" * 41, "5305550100", "a\0b"])
def test_a_meaning_that_is_none_is_refused(account, means):
    with pytest.raises(NotPossible, match="Nothing was changed"):
        say(account, "field", means)


def test_there_is_an_end_to_them(account, monkeypatch):
    monkeypatch.setattr(columns, "MOST", 1)
    say(account, "one", "phone")
    say(account, "one", "email")
    with pytest.raises(NotPossible, match="at most 1"):
        say(account, "two", "phone")


def test_supervisors_may_not(account, supervisor):
    with pytest.raises(Refused):
        set_meaning(actor=supervisor.actor, account=account, field="a", means="phone")
    with pytest.raises(Refused):
        remove_meaning(actor=supervisor.actor, account=account, field="a")


def command(account, **options) -> str:
    said = io.StringIO()
    call_command("field_meaning", account=account.name, stdout=said, **options)
    return said.getvalue()


def test_the_command_says_lists_and_takes_back(account, administrator):
    assert "next import" in command(account, field="Rufnummer", means="phone", actor=administrator.user.email)
    assert command(account) == "rufnummer  phone\n"
    assert "Taken back" in command(account, field="rufnummer", forget=True)
    assert command(account) == ""
    assert "Nothing was said" in command(account, field="rufnummer", forget=True)


@pytest.mark.parametrize("options", [{"field": "a"}, {"field": "a", "means": "two words"}, {"account": "Nobody"}])
def test_the_command_refuses_in_a_sentence(account, options):
    with pytest.raises(CommandError):
        call_command("field_meaning", **{"account": account.name, **options})
