"""The erasure ledger: what went is recognised, whatever happens on the way, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from customers.forgetting import mark_of
from customers.identifiers import Kind
from interactions.forgetting import mark_of_source
from interactions.models import SourceId
from privacy import erasure, keys, ledger
from privacy.keyring import ring
from privacy.keyring.models import LedgerEntry
from privacy.ledger import LedgerKeyLost, Mark, Memory, forgotten, write
from tests.looking import ALICE, BOB, raw_rows
from tests.makers import make_customer, make_interaction
from trail.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)
END = datetime(2026, 7, 1, tzinfo=UTC)
SOURCE, PHONE = Mark("source", b"1"), Mark("identifier-phone", ALICE.encode(), END)


def asked(mark):
    return Mark(mark.kind, mark.value)


def test_what_was_written_is_known_and_nothing_else(account, other_account):
    write(account.pk, [SOURCE, PHONE])
    unknown = [Mark("source", b"2"), Mark("content", b"1"), Mark("identifier-phone", BOB.encode())]
    found = forgotten(account.pk, [asked(SOURCE), asked(PHONE), *unknown])
    assert found == {asked(SOURCE): None, asked(PHONE): END}
    assert forgotten(other_account.pk, [asked(SOURCE), asked(PHONE)]) == {}


def test_written_twice_it_stands_once_with_the_later_end(account):
    later = Mark(PHONE.kind, PHONE.value, END + timedelta(days=1))
    for mark in (PHONE, later, PHONE):
        write(account.pk, [mark, SOURCE])
    assert forgotten(account.pk, [asked(PHONE)]) == {asked(PHONE): later.until}
    assert LedgerEntry.objects.count() == 3


def test_it_holds_no_number_and_not_its_index(account):
    alice = make_customer(account, phone=ALICE)
    (index,) = alice.identifiers.values_list("digest", flat=True)
    write(account.pk, [PHONE])
    rows = [text for table, text in raw_rows() if table == "keyring_ledgerentry"]
    assert len(rows) == 2
    assert not [text for text in rows if ALICE[1:] in text or bytes(index).hex() in text]


def test_one_batch_is_one_question(account, django_assert_num_queries):
    write(account.pk, [SOURCE])
    assert forgotten(account.pk, [asked(SOURCE)])
    with django_assert_num_queries(1, using="keyring"):
        assert forgotten(account.pk, [Mark("source", bytes([number])) for number in range(200)])


def test_without_its_key_it_refuses_to_answer(account, monkeypatch):
    write(account.pk, [SOURCE])
    monkeypatch.setattr(ledger, "_key", lambda account_id: b"another key of another time........"[:32])
    for act in (lambda: forgotten(account.pk, [asked(SOURCE)]), lambda: write(account.pk, [PHONE])):
        with pytest.raises(LedgerKeyLost):
            act()
    assert LedgerEntry.objects.count() == 2


def test_its_key_is_a_secret_of_its_own(account):
    write(account.pk, [SOURCE])
    assert keys.directory().secret(f"ledger-{account.pk}") != keys.directory().create_secret(f"index-{account.pk}")


def people(account):
    alice = make_customer(account, phone=ALICE, name="Alice Brown")
    call = make_interaction(account, alice, phone=ALICE, comment="hello")
    return alice, call, [*call.source_ids.all(), call, *alice.identifiers.all(), alice]


def known(account, source):
    return set(forgotten(account.pk, [source, mark_of(Kind.PHONE, ALICE), mark_of(Kind.NAME, "alice brown")]))


@pytest.mark.parametrize(("memory", "number"), [(Memory.NOTHING, 0), (Memory.RECORDS, 1), (Memory.PERSON, 2)], ids=str)
def test_the_asker_says_what_is_remembered(account, memory, number):
    _, call, rows = people(account)
    source = mark_of_source(account.pk, call.source_ids.get().digest)
    erasure.erase(rows, actor=Actor.shell("root"), ground="test", remember=memory)
    assert len(known(account, source)) == number
    assert (source in known(account, source)) is (memory != Memory.NOTHING)


def test_the_period_ends_with_the_decision(account):
    _, _, rows = people(account)
    before = timezone.now()
    erasure.erase(rows, actor=Actor.shell("root"), ground="test", remember=Memory.PERSON)
    (end,) = forgotten(account.pk, [mark_of(Kind.PHONE, ALICE)]).values()
    assert before <= end <= timezone.now()


def test_what_another_customer_carries_too_is_not_remembered(account):
    _, _, rows = people(account)
    make_customer(account, phone=ALICE, name="Bob Brown")
    erasure.erase(rows, actor=Actor.shell("root"), ground="test", remember=Memory.PERSON)
    assert not forgotten(account.pk, [mark_of(Kind.PHONE, ALICE)])


def test_a_decision_that_rolls_back_leaves_nothing(account, monkeypatch):
    _, call, rows = people(account)
    source = mark_of_source(account.pk, call.source_ids.get().digest)

    def broken(*args, **options):
        raise RuntimeError

    monkeypatch.setattr(erasure, "_mark", broken)
    with pytest.raises(RuntimeError):
        erasure.erase(rows, actor=Actor.shell("root"), ground="test", remember=Memory.PERSON)
    assert not known(account, source)


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "step"),
    [(ledger, "remember"), (ledger, "write"), (ring, "shred"), (erasure, "_clear"), (erasure, "unlink_doomed")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_killed_anywhere_the_ledger_has_it_before_the_keys_are_gone(account, monkeypatch, where, step, after):
    alice, call, rows = people(account)
    source = mark_of_source(account.pk, call.source_ids.get().digest)
    condemnation, _ = erasure.condemn(rows, actor=Actor.shell("root"), ground="test", remember=Memory.PERSON)
    real = getattr(where, step)

    def dying(*args, **options):
        if after:
            real(*args, **options)
        raise Killed

    with monkeypatch.context() as dead:
        dead.setattr(where, step, dying)
        with pytest.raises(Killed):
            erasure.finish(condemnation, actor=Actor.shell("root"))
    if not LedgerEntry.objects.exists():
        assert ring.load_keys([alice.identifiers.first().key_id])
        assert SourceId.objects.exists()
    erasure.resume(condemnation.pk, actor=Actor.shell("root"))
    assert known(account, source) == {source, mark_of(Kind.PHONE, ALICE)}
    assert LedgerEntry.objects.count() == 3


def test_an_account_without_a_ledger_knows_nothing():
    assert forgotten(uuid4(), [asked(SOURCE)]) == {}
