from uuid import uuid4

import pytest

from interactions.models import Comment, Interaction, Recording
from privacy import witness
from privacy.keyring.ring import shred
from privacy.open import (
    Forgotten,
    NoActor,
    WrongAccount,
    content_context,
    open_content,
    open_row,
    open_rows,
    store,
    warrant,
)
from tests.makers import make_account, make_interaction
from trail.actor import Actor
from trail.models import Event
from vault.errors import Tampered

pytestmark = pytest.mark.django_db(databases="__all__")
CANARY = "+12025550147"


@pytest.fixture
def account():
    return make_account("Harper")


@pytest.fixture
def allowed(account):
    actor = Actor.shell("root", account_id=account.pk)
    return warrant(actor=actor, action="test.opened", account_id=account.pk, purpose="quality")


def test_values_open_to_what_was_sealed(account, allowed) -> None:
    call = make_interaction(account, phone=CANARY, name="Alice")

    assert open_row(call, "customer_address", "customer_name", warrant=allowed) == {
        "customer_address": CANARY,
        "customer_name": "Alice",
    }


def test_the_row_itself_shows_nothing(account) -> None:
    call = Interaction.objects.get(pk=make_interaction(account, phone=CANARY).pk)

    assert CANARY.encode() not in bytes(call.customer_address)


def test_the_entry_is_there_before_anything_opens(account, allowed) -> None:
    entry = Event.objects.get(pk=allowed.entry_id)

    assert (entry.action, entry.purpose, entry.account_id) == ("test.opened", "quality", account.pk)


def test_nobody_opens_nothing(account) -> None:
    with pytest.raises(NoActor):
        warrant(actor=None, action="test.opened", account_id=account.pk, purpose="quality")


def test_without_a_log_nothing_opens(account, monkeypatch) -> None:
    monkeypatch.setattr(witness, "_log", [])

    with pytest.raises(witness.NoWitness):
        warrant(actor=Actor.shell("root"), action="test.opened", account_id=account.pk, purpose="quality")


def test_fifty_rows_cost_one_keyring_query(account, allowed, django_assert_num_queries) -> None:
    rows = [make_interaction(account, phone=f"+120255501{number:02}") for number in range(50)]

    with django_assert_num_queries(1, using="keyring"):
        assert len(open_rows(rows, "customer_address", warrant=allowed)) == 50


def test_a_warrant_opens_its_own_account_only(allowed) -> None:
    call = make_interaction(make_account("Other", "+15305550101"), phone=CANARY)

    with pytest.raises(WrongAccount):
        open_row(call, "customer_address", warrant=allowed)


def test_a_value_moved_to_another_row_does_not_open(account, allowed) -> None:
    alice, bob = make_interaction(account, phone=CANARY), make_interaction(account, phone="+12025550148")
    alice.customer_address, alice.key_id = bob.customer_address, bob.key_id

    with pytest.raises(Tampered):
        open_row(alice, "customer_address", warrant=allowed)


def test_what_was_forgotten_is_absent_from_a_list_and_an_error_alone(account, allowed) -> None:
    gone, kept = make_interaction(account, phone=CANARY), make_interaction(account, phone="+12025550148")
    shred([key_id for key_id in [gone.key_id] if key_id])

    assert open_rows([gone, kept], "customer_address", warrant=allowed).keys() == {kept.pk}
    with pytest.raises(Forgotten):
        open_row(gone, "customer_address", warrant=allowed)


def test_texts_and_json_come_back_in_their_own_kind(account, allowed) -> None:
    call = make_interaction(account, comment="call me on 202 555 0147 – merci")
    comment = Comment.objects.get(interaction=call)

    opened = open_row(comment, "text", "place", warrant=allowed)

    assert opened["text"] == "call me on 202 555 0147 – merci"
    assert opened["place"]["record"] == {"row": 1}


def test_content_opens_by_its_own_record_only(account, allowed) -> None:
    call = make_interaction(account, recording=b"voice" * 50_000)
    sound = Recording.objects.get(interaction=call)

    assert open_content(sound, warrant=allowed).read_at(5, 5) == b"voice"
    sound.id = uuid4()
    with pytest.raises(Tampered):
        open_content(sound, warrant=allowed)


def test_content_without_its_file_says_so(account, allowed) -> None:
    sound = Recording.objects.get(interaction=make_interaction(account, recording=b"voice"))
    store().delete(sound.blob)

    with pytest.raises(FileNotFoundError):
        open_content(sound, warrant=allowed)


def test_the_store_never_holds_the_sound_in_clear(account) -> None:
    sound = Recording.objects.get(interaction=make_interaction(account, recording=b"spoken words " * 100))
    raw = store()._storage.open(sound.blob).read()

    assert b"spoken words" not in raw
    assert content_context("interactions.Recording", sound.pk) not in raw
