"""At the door after an erasure: the old stays outside, the new is welcome, and the report says which."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.actors import operator
from customers.forgetting import mark_of_record
from customers.identifiers import Kind
from customers.models import Customer, Identifier, Note, RegisterEntry
from interactions.drafts import CommentDraft, ContactDraft, NoteDraft, Place, TextDraft
from interactions.imports import import_folder
from interactions.ingest import ingest
from interactions.models import Comment, Interaction
from interactions.redaction import redact_passages
from privacy import erasure, keys, ledger
from privacy.index_rotation import rotate
from privacy.ledger import LedgerKeyLost, Memory
from tests.interactions.test_ingest import ALICE, BOB, START, draft, named, sound, take
from tests.looking import places_of
from tests.makers import make_account
from trail.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
ROOT = Actor.shell("root")


@pytest.fixture
def account():
    return make_account("Harper")


def text(value: str, field: str = "phone") -> TextDraft:
    return TextDraft(value, Place("crm.csv", {"row": 1}, field))


def contact(*about, row: int = 1, file: str = "crm.csv", **values) -> ContactDraft:
    return ContactDraft("crm", Place(file, {"row": row}), about, tuple(values.items()))


def note(words: str, *about, at=None, file: str = "notes.csv", **key: str) -> NoteDraft:
    place = Place(file, {"row": 1, **({"key": key} if key else {})})
    return NoteDraft("crm", place, (TextDraft(words, place),), about, at=at)


PHONE = (Kind.PHONE, text(ALICE))


def forget_everybody(account) -> None:
    """Forget everybody of the account, as a request does it: calls with their parts, then the people."""
    for rows in (
        [row for call in Interaction.objects.filter(condemned_at=None) for row in (*call.source_ids.all(), call)],
        [*RegisterEntry.objects.all(), *Note.objects.all(), *Comment.objects.all()],
        [*Identifier.objects.all(), *Customer.objects.filter(condemned_at=None)],
    ):
        erasure.erase(rows, actor=ROOT, ground="test", remember=Memory.PERSON)


def codes(report) -> list[str]:
    return [each.code for each in report.rejected]


def test_the_same_call_stays_outside_and_is_counted_once(account, tmp_path):
    again = draft(customer_names=named("Alice"), audio=(sound(tmp_path),))
    take(account, again)
    forget_everybody(account)
    report = take(account, again)
    assert Interaction.objects.count() == Customer.objects.count() == 1
    assert codes(report) == ["forgotten"]
    assert report.counts["forgotten"] == 1
    assert not places_of(ALICE, "Alice")


def test_another_systems_old_call_of_the_person_stays_outside(account):
    take(account, draft())
    forget_everybody(account)
    report = take(account, draft("(202) 555-0147", ids=("genesys:77",)))
    assert codes(report) == ["forgotten"]
    assert Interaction.objects.count() == 1


def test_a_new_call_afterwards_is_welcome(account):
    take(account, draft())
    forget_everybody(account)
    later = timezone.now() + timedelta(minutes=1)
    report = take(account, draft(ids=("asterisk:9",), started_at=later, ended_at=later))
    assert codes(report) == []
    assert Customer.objects.filter(condemned_at=None).get().identifiers.exists()
    assert codes(take(account, draft(ids=("asterisk:8",)))) == ["forgotten"]


def test_others_are_taken_in_beside_the_refused(account):
    take(account, draft())
    forget_everybody(account)
    report = take(account, draft(), draft(BOB, ids=("asterisk:2",)))
    assert codes(report) == ["forgotten"]
    assert report.counts["interactions"] == 1


def test_a_name_alone_keeps_nobody_outside(account):
    take(account, draft(customer_names=named("John Garcia")))
    forget_everybody(account)
    assert codes(take(account, draft(BOB, ids=("asterisk:2",), customer_names=named("John Garcia")))) == []


def test_a_number_that_two_people_share_keeps_nobody_outside(account):
    take(account, draft(customer_ids=named("CUST-1")))
    take(account, draft(ids=("asterisk:2",), customer_ids=named("CUST-2")))
    alice = Customer.objects.get(identifiers__kind=Kind.CUSTOMER_ID, interactions__source_ids__isnull=False, pk__in=[
        Interaction.objects.order_by("created_at").first().customer_id])  # fmt: skip
    rows = [*alice.identifiers.all(), alice]
    erasure.erase(rows, actor=ROOT, ground="test", remember=Memory.PERSON)
    assert codes(take(account, draft(ids=("asterisk:3",)))) == []
    assert codes(take(account, draft(BOB, ids=("asterisk:4",), customer_ids=named("CUST-1")))) == ["forgotten"]


def test_what_waits_for_a_forgotten_call_is_refused_too(account):
    take(account, draft())
    forget_everybody(account)
    comment = CommentDraft("late", "2046", None, Place("a", {"row": 7}))
    lonely = draft(started_at=None, ended_at=None, customer_address=None, comments=(comment,))
    report = take(account, lonely)
    assert (codes(report), report.waiting) == (["forgotten"], [])
    assert not Comment.objects.exists()


def test_a_call_that_is_just_being_erased_is_refused(account):
    take(account, draft())
    erasure.condemn(
        [*Interaction.objects.get().source_ids.all(), Interaction.objects.get()],
        actor=ROOT,
        ground="test",
        remember=Memory.PERSON,
    )
    assert codes(take(account, draft())) == ["forgotten"]
    assert Interaction.objects.count() == 1


def test_contacts_and_notes_stay_outside(account):
    records = [contact(PHONE, name="Alice"), note("Alice rang", PHONE, at=START)]
    ingest(records, account=account, actor=operator())
    assert RegisterEntry.objects.count() == Note.objects.count() == 1
    forget_everybody(account)
    bob = contact((Kind.PHONE, text(BOB)), row=6, name="Bob")
    changed = [contact(PHONE, row=5, name="Alice B."), note("Alice rang twice", PHONE), bob]
    report = ingest([*records, *changed], account=account, actor=operator())
    assert codes(report) == ["forgotten"] * 4
    assert {each.file for each in report.rejected} == {"crm.csv", "notes.csv"}
    assert not Note.objects.exists()


def test_a_contact_of_somebody_who_came_back_is_welcome(account):
    ingest([contact(PHONE, name="Alice")], account=account, actor=operator())
    forget_everybody(account)
    later = timezone.now() + timedelta(minutes=1)
    take(account, draft(ids=("asterisk:9",), started_at=later, ended_at=later))
    report = ingest([contact(PHONE, row=5, name="Alice B.")], account=account, actor=operator())
    assert codes(report) == []
    assert RegisterEntry.objects.count() == 1


def back_again(account, *records) -> None:
    """Take the records in, forget everybody, and let Alice call again."""
    ingest(records, account=account, actor=operator())
    forget_everybody(account)
    later = timezone.now() + timedelta(minutes=1)
    take(account, draft(ids=("asterisk:9",), started_at=later, ended_at=later))


def refused(account, *records) -> list[str]:
    """Return which words or names of the records stay outside."""
    report = ingest(records, account=account, actor=operator())
    return [each.file for each in report.rejected if each.code == "forgotten"]


def test_the_old_records_of_somebody_who_came_back_stay_outside_from_whatever_file(account):
    back_again(account, contact(PHONE, name="Alice", phone=ALICE), note("wants tea", PHONE), note("mind her cat"))
    old = [
        contact(PHONE, row=7, file="old/contacts.csv", phone=f" {ALICE}", name="Alice"),
        note("wants  tea", PHONE, file="old/notes.csv"),
        note("mind her cat", file="old/others.csv"),
    ]
    assert refused(account, *old) == ["old/contacts.csv", "old/notes.csv", "old/others.csv"]
    assert RegisterEntry.objects.count() == Note.objects.count() == 0
    rotate(account.pk, patience_s=5)
    assert len(refused(account, *old)) == 3


def test_what_only_resembles_an_old_record_is_welcome(account):
    back_again(account, contact(PHONE, name="Alice", phone=ALICE), note("called back", PHONE, note_id="1"))
    bob = (Kind.PHONE, text(BOB))
    new = [
        contact(PHONE, name="Alice", phone=ALICE, customer_id="CUST-2"),
        contact(bob, row=2, name="Alice", phone=BOB),
        note("called back", PHONE, note_id="2"),
        note("called back", bob, note_id="1", file="bobs.csv"),
        note("called back", PHONE, note_id="1", file="new.csv", at=timezone.now() + timedelta(minutes=1)),
    ]
    assert refused(account, *new) == []
    assert (RegisterEntry.objects.count(), Note.objects.count()) == (2, 3)


def test_a_ledger_from_before_knows_a_record_at_its_place(account, monkeypatch):
    monkeypatch.setattr("customers.forgetting.marks_of_record", lambda row, *args: [mark_of_record(row)])
    old = contact(PHONE, name="Alice", phone=ALICE)
    back_again(account, old)
    assert refused(account, old, contact(PHONE, file="old.csv", name="Alice", phone=ALICE)) == ["crm.csv"]


def test_the_old_file_stays_outside_under_another_name_and_in_another_form(account, tmp_path):
    crm = tmp_path / "crm"
    crm.mkdir()
    lines = ["customer_id,full_name,phone,notes", f"CUST-1,Zoë Brown,{ALICE},wants tea"]
    (crm / "contacts.csv").write_text("\n".join(lines))
    import_folder(tmp_path, account=account, actor=operator())
    assert RegisterEntry.objects.count() == Note.objects.count() == 1
    back_again(account)
    mixed = [f"{ALICE};wants tea;Zoe\u0308 Brown;CUST-1", "+442079460958;;Bob Jones;CUST-2"]
    (crm / "all.csv").write_text("\n".join(["phone;notes;full_name;customer_id", *mixed]))
    report = import_folder(crm, account=account, actor=operator())
    assert codes(report) == ["forgotten"] * 4
    assert (RegisterEntry.objects.count(), Note.objects.count()) == (1, 0)


def test_old_records_cost_no_question_each(account, django_assert_max_num_queries):
    back_again(account, contact(PHONE, name="Alice", phone=ALICE), note("wants tea", PHONE))
    old = [contact(PHONE, row=n, file="a.csv", name="Alice", phone=ALICE) for n in range(20)]
    old += [note("wants tea", PHONE, file=f"{n}.csv") for n in range(20)]
    with django_assert_max_num_queries(6, using="keyring"), django_assert_max_num_queries(25):
        assert len(refused(account, *old)) == 40


def test_a_contact_that_does_not_open_goes_all_the_same_and_is_known_at_its_place(account):
    old = contact(PHONE, name="Alice", phone=ALICE)
    ingest([old], account=account, actor=operator())
    RegisterEntry.objects.update(values=b"damaged")
    back_again(account)
    assert not RegisterEntry.objects.exists()
    assert refused(account, old) == ["crm.csv"]


def test_a_note_that_was_redacted_does_not_come_back_from_another_file(account):
    words = f"his wife has {ALICE} you see"
    bob = (Kind.PHONE, text(BOB))
    ingest([note(words, bob)], account=account, actor=operator())
    redact_passages(Note.objects.get(), [[0, words.index("+"), words.index(" you")]], actor=ROOT, ground="test")
    assert refused(account, note(words, bob, file="old/notes.csv")) == ["old/notes.csv"]
    assert not places_of(ALICE)


def test_a_note_of_after_the_erasure_is_welcome(account):
    ingest([contact(PHONE, name="Alice")], account=account, actor=operator())
    forget_everybody(account)
    later = note("A new contact", PHONE, at=timezone.now() + timedelta(minutes=1))
    assert codes(ingest([later], account=account, actor=operator())) == []


def test_what_was_redacted_in_anothers_call_does_not_come_back(account):
    words = f"his wife has {ALICE} you see"
    bobs = draft(BOB, comments=(CommentDraft(words, "2046", START, Place("a", {"row": 1})),))
    take(account, bobs)
    row = Comment.objects.get()
    redact_passages(row, [[0, words.index("+"), words.index(" you")]], actor=ROOT, ground="test")
    report = take(account, bobs)
    assert codes(report) == ["forgotten"]
    assert Comment.objects.count() == 1
    assert not places_of(ALICE)


def test_the_same_words_in_another_call_are_somebody_elses(account):
    comment = CommentDraft("call back", "2046", START, Place("a", {"row": 1}))
    take(account, draft(comments=(comment,)))
    take(account, draft(BOB, ids=("asterisk:2",)))
    redact_passages(Comment.objects.get(), [[0, 0, 4]], actor=ROOT, ground="test")
    assert codes(take(account, draft(BOB, ids=("asterisk:2",), comments=(comment,)))) == []
    assert Comment.objects.count() == 2


def test_a_rotated_index_key_changes_nothing(account, tmp_path):
    bobs = draft(BOB, ids=("asterisk:2",), comments=(CommentDraft("secret", "2", START, Place("a", {"row": 1})),))
    take(account, draft(), bobs)
    redact_passages(Comment.objects.get(), [[0, 0, 6]], actor=ROOT, ground="test")
    call = Interaction.objects.exclude(comments__isnull=False).get()
    person = call.customer
    rows = [*call.source_ids.all(), call, *person.identifiers.all(), person]
    erasure.erase(rows, actor=ROOT, ground="test", remember=Memory.PERSON)
    rotate(account.pk, patience_s=5)
    report = take(account, draft(), draft(ids=("genesys:1",)), bobs)
    assert codes(report) == ["forgotten"] * 3
    assert Interaction.objects.count() == 2


@pytest.mark.parametrize("problem", [LedgerKeyLost("lost"), OperationalError("down")])
def test_who_can_not_ask_the_ledger_takes_nothing_in(account, monkeypatch, problem):
    def broken(*args):
        raise problem

    monkeypatch.setattr("interactions.turning_away.forgotten", broken)
    with pytest.raises(type(problem)):
        take(account, draft())
    assert not Interaction.objects.exists()


def test_a_lost_ledger_key_stops_the_import(account):
    take(account, draft())
    forget_everybody(account)
    keys.directory().destroy_secret(f"ledger-{account.pk}")
    ledger._key.cache_clear()
    with pytest.raises(LedgerKeyLost):
        take(account, draft(BOB, ids=("asterisk:2",)))
    assert Interaction.objects.count() == 1


def test_it_asks_once_for_a_batch(account, django_assert_max_num_queries):
    take(account, draft())
    forget_everybody(account)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    calls = [draft(BOB, ids=(f"asterisk:{n}",), started_at=later, ended_at=later) for n in range(2, 40)]
    with django_assert_max_num_queries(12, using="keyring"):
        assert take(account, *calls).counts["interactions"] == 38
