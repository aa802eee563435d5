"""Contacts and notes through the door: whose they are, what is indexed in them, and that twice is once."""

import dataclasses

import pytest

from accounts.actors import operator
from customers.kinds import Kind
from customers.models import Customer, FieldMeaning, Identifier, Note, RegisterEntry
from interactions import imports
from interactions.drafts import ContactDraft, Direction, InteractionDraft, NoteDraft, Place, TextDraft
from interactions.ingest import ingest
from interactions.models import Interaction, Mention
from tests.makers import STARTED

pytestmark = pytest.mark.django_db


def at(field: str = "", row: int = 1) -> Place:
    return Place("crm/contacts.csv", {"row": row}, field)


def contact(customer_id: str = "C-1", row: int = 1, **known: str) -> ContactDraft:
    about = [(Kind.CUSTOMER_ID, TextDraft(customer_id, at("id", row)))] if customer_id else []
    about += [(Kind(kind), TextDraft(text, at(kind, row))) for kind, text in known.items()]
    return ContactDraft("register-csv", at(row=row), tuple(about), (("opt_in", "yes"),))


def note(text: str, customer_id: str = "", row: int = 1) -> NoteDraft:
    about = ((Kind.CUSTOMER_ID, TextDraft(customer_id, at("id", row))),) if customer_id else ()
    return NoteDraft("register-csv", Place("crm/notes.csv", {"row": row}), (TextDraft(text, at("body", row)),), about)


def call(phone: str, number: int = 1) -> InteractionDraft:
    return InteractionDraft(
        "asterisk-cdr",
        (f"asterisk:{number}",),
        Place("Master.csv", {"row": number}),
        started_at=STARTED,
        direction=Direction.INBOUND,
        customer_address=TextDraft(phone, Place("Master.csv", {"row": number}, "src")),
    )


def take(account, *drafts):
    return ingest(drafts, account=account, actor=operator())


def test_a_caller_known_by_number_alone_is_taken_in_by_the_record(account):
    take(account, call("2025550147"), call("4155550123", 2))
    take(account, contact(phone="(202) 555-0147 or 415 555 0123", email="alice@example.com", name="Alice Brown"))
    alice = RegisterEntry.objects.get().customer
    assert set(Interaction.objects.values_list("customer_id", flat=True)) == {alice.pk}
    assert Customer.objects.count() == 1
    assert set(alice.identifiers.values_list("kind", flat=True)) == {"phone", "email", "name", "customer-id"}


def test_two_people_of_one_number_stay_two(account):
    take(account, contact(phone="2025550147"), contact("C-2", 2, phone="2025550147"))
    assert Customer.objects.count() == RegisterEntry.objects.values("customer").distinct().count() == 2


def test_a_record_that_meets_earlier_records_of_the_caller_moves_them(account):
    take(account, contact("", phone="2025550147"))
    take(account, contact("C-1", 2, phone="2025550147"))
    assert RegisterEntry.objects.values("customer").distinct().count() == Customer.objects.count() == 1


def test_a_note_belongs_to_its_customer_and_indexes_who_else_is_in_it(account):
    take(account, contact(), note("Not the John Garcia of +44 20 7946 0958", "C-1"))
    assert Note.objects.get().customer == RegisterEntry.objects.get().customer
    assert set(Mention.objects.values_list("kind", flat=True)) == {"phone", "name"}


def test_a_note_of_nobody_is_tied_to_nobody_and_indexed(account):
    take(account, note("2025550148 is a test line"))
    assert Note.objects.get().customer is None
    assert Mention.objects.get().note == Note.objects.get()
    assert not Identifier.objects.exists()


def test_names_count_only_beside_an_identifier(account):
    take(account, note("Met John Garcia today"))
    assert not Mention.objects.exists()


def test_twice_is_once_and_other_content_is_another_record(account):
    take(account, contact(phone="2025550147"), note("call 2025550147", "C-1"))
    report = take(account, contact(phone="2025550147"), note("call 2025550147", "C-1"))
    assert report.counts == {"known_before": 2}
    take(account, ContactDraft("register-csv", at(), contact().about, (("opt_in", "no"),)))
    assert (RegisterEntry.objects.count(), Note.objects.count(), Customer.objects.count()) == (2, 1, 1)


def test_an_account_keeps_what_its_columns_mean(account, tmp_path):
    (tmp_path / "klanten.csv").write_text("Klant,Naam,Nummer\nK-1,Alice,2025550147\n")
    for field, means in (("klant", "customer-id"), ("naam", "name"), ("nummer", "phone")):
        FieldMeaning.objects.create(account=account, field=field, means=means)
    imports.import_folder(tmp_path, account=account, actor=operator())
    assert set(Identifier.objects.values_list("kind", flat=True)) == {"customer-id", "name", "phone"}


def test_lists_of_links_are_bounded(account, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "MOST_LINKED", 1)
    rows = "".join(f"x/{number:016x}.wav,{number:016x}\n" for number in range(3))
    (tmp_path / "manifest.csv").write_text(f"file,harper_valley_sid\n{rows}")
    report = imports.import_folder(tmp_path, account=account, actor=operator())
    assert [each.line for each in report.rejected if each.reason == imports.TOO_MANY_LINKS] == [2, 3]


def people() -> int:
    assert Customer.objects.count() == RegisterEntry.objects.values("customer").distinct().count()
    return Customer.objects.count()


HOME = {"phone": "2025550147"}


def test_two_people_of_one_household_stay_two_without_a_customer_number(account):
    take(account, contact("", name="Alice Brown", **HOME), contact("", 2, name="Bob Brown", **HOME))
    take(account, contact("", 3, name="Carol Brown", **HOME))
    assert people() == 3


def test_a_call_from_a_shared_number_is_nobodys_of_them(account):
    take(account, contact("", name="Alice Brown", **HOME), contact("", 2, name="Bob Brown", **HOME), call("2025550147"))
    take(account, call("2025550147", 2))
    caller = Interaction.objects.values_list("customer_id", flat=True).distinct().get()
    assert not RegisterEntry.objects.filter(customer_id=caller).exists()


def test_earlier_calls_from_a_number_that_two_people_share_go_with_neither(account):
    take(account, call("2025550147"))
    take(account, contact("", name="Alice Brown", **HOME), contact("", 2, name="Bob Brown", **HOME))
    caller = Interaction.objects.get().customer_id
    assert not RegisterEntry.objects.filter(customer_id=caller).exists()
    assert Customer.objects.count() == 3


def test_the_same_person_in_two_registers_is_one_and_takes_the_callers_in(account):
    take(account, call("2025550147"))
    take(account, contact("", name="Alice Brown", **HOME), contact("C-1", 2, name="BROWN, Alice", **HOME))
    assert people() == 1
    assert Interaction.objects.get().customer_id == RegisterEntry.objects.first().customer_id


def test_two_people_of_one_name_stay_two(account):
    take(account, contact("", name="John Smith", phone="2025550147"))
    take(account, contact("", 2, name="John Smith", phone="2025550148"))
    assert people() == 2


def test_father_and_son_of_one_name_and_number_differ_in_their_birthdays(account):
    born = "birth-date"
    take(account, contact("", name="John Smith", **HOME, **{born: "1950-01-02"}))
    take(account, contact("", 2, name="John Smith", **HOME, **{born: "1980-01-02"}))
    assert people() == 2


def test_nameless_records_of_one_number_with_different_mailboxes_are_two(account):
    take(account, contact("", email="alice@example.com", **HOME), contact("", 2, email="bob@example.com", **HOME))
    assert people() == 2


def test_the_name_on_the_telephone_bill_makes_nobody_of_the_household_another(account):
    """The line is in Robert's name; the record with that number is Alice's, and Robert's comes later."""
    signed = call("2025550147")
    named = dataclasses.replace(signed, customer_names=(TextDraft("Robert Brown", at("clid")),))
    take(account, contact("", name="Alice Brown", **HOME), named)
    take(account, contact("", 2, name="Robert Brown", **HOME))
    assert people() == 2


def test_a_record_without_a_number_of_its_own_meets_the_registered_one_by_name_and_number(account):
    take(account, contact("C-1", name="Alice Brown", **HOME))
    take(account, contact("", 2, name="Alice Brown", **HOME), contact("", 3, name="Bob Brown", **HOME))
    assert people() == 2
