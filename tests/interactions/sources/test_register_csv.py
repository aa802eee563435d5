"""Contacts and notes as CSV: columns known by their names, any delimiter and encoding, hostile files."""

from datetime import UTC, datetime

import pytest

from customers.kinds import Kind
from interactions.drafts import ContactDraft, NoteDraft

CONTACTS = (
    "customer_id,full_name,phone,phone_other,email,address,opt_in\nC-1,Alice Brown,(202) 555-0147,,a@example.com,,yes\n"
)
NOTES = "note_id,customer_id,created_at,author,body\nN-1,C-1,2020-03-16T17:30:00Z,linda,Call 202 555 0147\n"


def contacts(answer):
    return [each for each in answer.outcomes if isinstance(each, ContactDraft)]


def notes(answer):
    return [each for each in answer.outcomes if isinstance(each, NoteDraft)]


def test_a_contact_gives_identifiers_and_keeps_its_row(read):
    (contact,) = contacts(read({"contacts.csv": CONTACTS}))
    assert [(kind, text.text) for kind, text in contact.about] == [
        (Kind.CUSTOMER_ID, "C-1"),
        (Kind.NAME, "Alice Brown"),
        (Kind.PHONE, "(202) 555-0147"),
        (Kind.EMAIL, "a@example.com"),
    ]
    assert contact.place.record == {"row": 1, "key": {"customer_id": "C-1"}}
    assert dict(contact.values)["opt_in"] == "yes"


def test_a_note_names_its_customer_author_and_time(read):
    (note,) = notes(read({"notes.csv": NOTES}))
    assert [text.text for text in note.texts] == ["Call 202 555 0147"]
    assert note.texts[0].place.field == "body"
    assert (note.author, note.at) == ("linda", datetime(2020, 3, 16, 17, 30, tzinfo=UTC))
    assert [(kind, text.text) for kind, text in note.about] == [(Kind.CUSTOMER_ID, "C-1")]


def test_a_note_of_nobody_is_a_note(read):
    (note,) = notes(read({"notes.csv": NOTES.replace(",C-1,", ",,")}))
    assert note.about == ()


def test_a_task_with_subject_and_phone_belongs_to_who_has_the_number(read):
    rows = "TaskId,Subject,Phone,Description\n1,Call from 2025550147,2025550147,wants a card\n"
    (note,) = notes(read({"tasks.csv": rows}))
    assert [text.text for text in note.texts] == ["Call from 2025550147", "wants a card"]
    assert [kind for kind, _ in note.about] == [Kind.PHONE]


def test_free_text_of_a_contact_is_a_note_too(read):
    answer = read({"c.csv": "Name,Email,Phone,Remarks\nAlice,a@example.com,2025550147,Bob has 2025550148\n"})
    assert len(contacts(answer)) == len(notes(answer)) == 1


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_delimiter_and_encoding_are_found_out(read, mark, encoding):
    header = ["Kundennummer", "Vorname", "Nachname", "Telefon", "E-Mail"]
    row = ["K-1", "Zoë", "Müller", "+49 30 901820", "zoe@example.com"]
    answer = read({"kunden.csv": f"{mark.join(header)}\r\n{mark.join(row)}\r\n".encode(encoding)})
    (contact,) = contacts(answer)
    assert dict((kind, text.text) for kind, text in contact.about)[Kind.NAME] == "Zoë Müller"


def test_an_account_names_columns_of_its_own(read):
    rows = "Klant,Naam,Nummer\nK-1,Alice,2025550147\n"
    assert not contacts(read({"k.csv": rows}))
    meanings = {"klant": "customer-id", "naam": "name", "nummer": "phone"}
    (contact,) = contacts(read({"k.csv": rows}, meanings=meanings))
    assert [kind for kind, _ in contact.about] == [Kind.CUSTOMER_ID, Kind.NAME, Kind.PHONE]


@pytest.mark.parametrize(
    "header",
    [
        "comment_id,call_sid,agent_ext,wrapup,comment",
        "accountcode,src,dst,dcontext,clid,channel",
        "phone",
        "date,time,name",
        "file,harper_valley_sid,content,bytes",
    ],
)
def test_a_list_of_something_else_is_no_register(read, header):
    answer = read({"list.csv": header + "\n" + "x," * header.count(",") + "x\n"})
    assert not contacts(answer)
    assert not notes(answer)


def test_the_same_number_twice_with_different_content_is_two_records(read):
    rows = CONTACTS + "C-1,Alice Green,2025550147,,a@example.com,,no\n"
    assert len(contacts(read({"contacts.csv": rows}))) == 2


def test_broken_rows_cost_only_themselves(read):
    bomb = '"' + "A" * 2_000_000 + "\n"
    digits = f"C-3,Bob,{'9' * 900_000},,b@example.com,,\n"
    answer = read({"contacts.csv": CONTACTS + "C-2,too,few\n" + bomb + digits + "C-4,Eve,2025550149,,,,\n,,,,,,\n"})
    assert [contact.place.record["key"]["customer_id"] for contact in contacts(answer)] == ["C-1", "C-4"]
    assert len(answer.rejected) == 4


def test_formulas_are_text(read):
    rows = CONTACTS + 'C-2,"=HYPERLINK(""http://x"")",2025550148,,,,\n'
    assert contacts(read({"contacts.csv": rows}))[1].about[1][1].text.startswith("=HYPERLINK")
