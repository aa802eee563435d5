import pytest
from django.db import DatabaseError, OperationalError

from interactions.models import Comment, Interaction, Mention, Recording, Transcription
from privacy import erasure, guards, witness
from privacy.erasure import condemn, erase, finish, resume, unlink_doomed
from privacy.guards import NoGuards, Refusal
from privacy.keyring.models import Key, Tombstone
from privacy.models import Condemnation, DoomedFile, DoomedKey
from privacy.open import Forgotten, NoActor, open_row, store, warrant
from privacy.redaction import redact
from tests.makers import make_account, make_customer, make_interaction
from trail.actor import Actor
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
ACTOR = Actor.shell("root")


@pytest.fixture
def account():
    return make_account("Harper")


@pytest.fixture
def sound(account):
    call = make_interaction(account, make_customer(account, phone="+12025550147"), recording=b"voice" * 1000)
    return Recording.objects.get(interaction=call)


def opened(row, *names):
    allowed = warrant(actor=ACTOR, action="test.opened", account_id=row.account_id, purpose="quality")
    return open_row(type(row).objects.get(pk=row.pk), *names, warrant=allowed)


def test_a_recording_goes_wholly(sound) -> None:
    erased = erase([sound], actor=ACTOR, ground="test")

    assert [each.deleted for each in erased.receipts] == [True]
    assert not Recording.objects.exists()
    assert not store().exists(sound.blob)
    assert set(Tombstone.objects.values_list("key_id", flat=True)) == {sound.key_id, sound.content_key_id}
    assert not Key.objects.filter(pk__in=[sound.key_id, sound.content_key_id]).exists()


def test_a_call_stays_for_the_statistics_without_its_values(account) -> None:
    call = make_interaction(account, phone="+12025550147", name="Alice", duration_s=61)

    erase([call], actor=ACTOR, ground="test")

    row = Interaction.objects.get()
    assert (row.duration_s, row.customer_address, row.customer_name, row.key_id) == (61, None, None, None)
    assert row.erased_at is not None


def test_a_customer_becomes_a_random_token(account) -> None:
    alice, bob = make_customer(account), make_customer(account)

    erase([alice, bob], actor=ACTOR, ground="test")

    tokens = [type(each).objects.get(pk=each.pk).token for each in (alice, bob)]
    assert None not in tokens
    assert tokens[0] != tokens[1]
    assert not {alice.pk, bob.pk} & set(tokens)


def test_receipts_and_entries_name_fields_never_values(account) -> None:
    call = make_interaction(account, phone="+12025550147", name="Alice")

    (receipt,) = erase([call], actor=ACTOR, ground="test", case="RTBF-1").receipts

    assert receipt.fields == ("customer_address", "customer_name")
    texts = " ".join(Event.objects.filter(case="RTBF-1").values_list("text", flat=True))
    assert str(call.pk) in texts
    assert "2025550147" not in texts
    assert "Alice" not in texts


def test_what_a_guard_keeps_stays_and_the_rest_goes(account, monkeypatch) -> None:
    held, free = make_interaction(account, phone="+12025550147"), make_interaction(account, phone="+12025550148")

    def guard(targets):
        return {held.pk: Refusal("legal_hold", "held for a lawsuit")}

    monkeypatch.setitem(guards._guards, "test", guard)
    erased = erase([held, free], actor=ACTOR, ground="test")

    assert [ref.id for ref in erased.kept] == [held.pk]
    assert opened(held, "customer_address") == {"customer_address": "+12025550147"}
    assert Interaction.objects.get(pk=free.pk).erased_at


def test_a_guard_sees_everything_a_record_belongs_to(sound, monkeypatch) -> None:
    seen: list[guards.Target] = []

    def watch(targets):
        seen.extend(targets)
        return {}

    monkeypatch.setitem(guards._guards, "test", watch)

    erase([sound], actor=ACTOR, ground="test")

    (target,) = seen
    labels = [ref.label for ref in target.lineage]
    assert labels == ["interactions.Recording", "interactions.Interaction", "customers.Customer"]


@pytest.mark.parametrize("missing", ["guards", "log", "queue", "actor"])
def test_nothing_goes_when_somebody_is_missing(sound, monkeypatch, missing) -> None:
    monkeypatch.setattr(guards, "_guards", {} if missing == "guards" else guards._guards)
    monkeypatch.setattr(witness, "_log", [] if missing == "log" else witness._log)
    monkeypatch.setattr(witness, "_queue", [] if missing == "queue" else witness._queue)
    actor = None if missing == "actor" else ACTOR

    with pytest.raises((NoGuards, witness.NoWitness, NoActor)):
        erase([sound], actor=actor, ground="test")
    assert Recording.objects.get().is_living
    assert not Tombstone.objects.exists()


def test_no_key_is_shredded_while_the_data_transaction_can_still_roll_back(sound, monkeypatch) -> None:
    class Failing:
        def condemned(self, *_: object, **__: object) -> None:
            raise DatabaseError("the log could not be written")

    monkeypatch.setattr(witness, "_log", [Failing()])
    with pytest.raises(DatabaseError):
        erase([sound], actor=ACTOR, ground="test")

    assert Recording.objects.get().is_living
    assert Key.objects.filter(pk__in=[sound.key_id, sound.content_key_id]).count() == 2
    assert not Condemnation.objects.exists()
    assert not DoomedKey.objects.exists()


def test_the_eraser_refuses_to_run_inside_a_transaction_that_could_roll_back(sound) -> None:
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        erase([sound], actor=ACTOR, ground="test")
    assert Key.objects.filter(pk=sound.content_key_id).exists()


STEPS = ["shred", "_clear", "unlink_doomed"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_is_finished_later(sound, monkeypatch, step) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasure, step, die)
        with pytest.raises(KeyboardInterrupt):
            erase([sound], actor=ACTOR, ground="test")

    resume(Condemnation.objects.get().pk, actor=ACTOR)
    unlink_doomed()

    assert not Recording.objects.exists()
    assert not Key.objects.filter(pk=sound.content_key_id).exists()
    assert not store().exists(sound.blob)
    assert set(DoomedKey.objects.values_list("key_id", flat=True)) == {sound.key_id, sound.content_key_id}
    assert not DoomedFile.objects.filter(gone_at=None).exists()
    assert Event.objects.filter(action="record.erased", record_id=str(sound.pk)).exists()


def test_finishing_twice_is_finishing_once(sound) -> None:
    condemnation, _ = condemn([sound], actor=ACTOR, ground="test")
    assert condemnation is not None

    assert len(finish(condemnation, actor=ACTOR)) == 1
    assert finish(condemnation, actor=ACTOR) == ()
    assert resume(condemnation.pk, actor=ACTOR) == ()


def test_with_the_keyring_down_the_row_waits_condemned_and_unreadable_later(sound, monkeypatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise OperationalError("the keyring does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(erasure.ring, "shred", down)
        with pytest.raises(OperationalError):
            erase([sound], actor=ACTOR, ground="test")

    assert Recording.objects.get().condemned_at is not None
    resume(Condemnation.objects.get().pk, actor=ACTOR)
    assert not Recording.objects.exists()


def test_a_second_erasure_does_not_find_the_same_record(sound) -> None:
    erase([sound], actor=ACTOR, ground="test")

    assert erase([sound], actor=ACTOR, ground="test").receipts == ()


def test_a_store_that_fails_leaves_a_file_nobody_can_open_and_tries_again(sound, monkeypatch) -> None:
    def failing(*_: object) -> bool:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("vault.files.FileStorage.delete", failing)
        erase([sound], actor=ACTOR, ground="test")

    assert DoomedFile.objects.get().name == sound.blob
    assert unlink_doomed() == 1
    assert not store().exists(sound.blob)


def test_redacting_keeps_the_row_under_a_new_key_and_kills_the_old(account) -> None:
    call = make_interaction(account, comment="call 202 555 0147 back")
    comment = Comment.objects.get(interaction=call)

    redact(comment, lambda values: {"text": values["text"].replace("202 555 0147", "xxx xxx xxxx")}, actor=ACTOR,
           ground="test")  # fmt: skip

    assert opened(comment, "text", "place")["text"] == "call xxx xxx xxxx back"
    assert opened(comment, "place")["place"]["record"] == {"row": 1}
    new = Comment.objects.get().key_id
    old = comment.key_id
    assert old is not None
    assert Tombstone.objects.get(key_id=old).replaced_by == new
    assert not Key.objects.filter(pk=old).exists()


def test_what_was_forgotten_meanwhile_is_not_redacted(account) -> None:
    comment = Comment.objects.get(interaction=make_interaction(account, comment="call back"))
    erase([*Mention.objects.all(), comment], actor=ACTOR, ground="test")

    with pytest.raises(Forgotten):
        redact(comment, lambda values: {"text": "x"}, actor=ACTOR, ground="test")


def test_children_go_before_their_parents(account) -> None:
    call = make_interaction(account, transcript=[("caller", "my number is 202 555 0147")])
    words = Transcription.objects.get(interaction=call)

    erased = erase([words, *Mention.objects.all()], actor=ACTOR, ground="test")

    assert len(erased.receipts) == 2
    assert not Transcription.objects.exists()
