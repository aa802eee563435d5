"""An old copy beside today's other half: what was forgotten since is finished, what is merely lost stops everything."""

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer, Identifier
from interactions.models import Comment, Interaction, Mention, Recording, SourceId, Transcription
from interactions.redaction import redact_passages
from privacy import erasure, replay
from privacy.erasure import erase
from privacy.keyring.models import Key, Tombstone
from privacy.models import Condemnation
from privacy.open import store
from privacy.replay import LostKeys
from tests.looking import ALICE, ALICE_MAIL, BOB, opened_values, places_of
from tests.makers import make_customer, make_interaction
from tests.restoring import copy_of, put_back
from trail.actor import Actor
from trail.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_no_bell")]
ACTOR = Actor.shell("root")


@pytest.fixture
def _no_bell(monkeypatch):
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.fixture
def calls(account):
    alice = make_customer(account, phone=ALICE, email=ALICE_MAIL)
    bob = make_customer(account, phone=BOB)
    hers = make_interaction(
        account,
        alice,
        phone=ALICE,
        recording=b"alice canary sound",
        transcript=[("customer", "i am Alice, 202 555 0147")],
        comment="Alice, 202-555-0147",
    )
    his = make_interaction(account, bob, phone=BOB, recording=b"bob", comment="wife has 202 555 0147, me 202 555 0148")
    nameless = make_interaction(account, make_customer(account), comment="nobody knows who")
    return hers, his, nameless


def forget(*calls: Interaction) -> None:
    for call in calls:
        customer = Customer.objects.get(interactions=call)
        rows = [
            customer,
            *Identifier.objects.filter(customer=customer),
            call,
            *SourceId.objects.filter(interaction=call),
            *call.source_records.all(),
            *call.recordings.all(),
            *call.transcriptions.all(),
            *call.comments.all(),
            *Mention.objects.filter(transcription__interaction=call),
            *Mention.objects.filter(comment__interaction=call),
        ]
        erase(rows, actor=ACTOR, ground="test")


def living() -> dict[str, int]:
    models = (Customer, Identifier, Interaction, SourceId, Recording, Transcription, Comment, Mention)
    return {model.__name__: model.objects.filter(erased_at=None).count() for model in models}


def test_what_was_forgotten_since_is_erased_again_and_nothing_else(calls, capsys):
    hers, his, _ = calls
    copy = copy_of("default")
    forget(hers)
    after = living()
    kept = sorted(value for _, value in opened_values())
    put_back("default", copy)
    assert living() != after
    assert "customers_identifier" not in places_of(ALICE), "it was never in clear"
    sentence = "records are to be erased again. Nothing was changed."
    call_command("replay_erasures", look=True)
    assert sentence in capsys.readouterr().out

    call_command("replay_erasures")

    assert living() == after
    assert Customer.objects.get(pk=hers.customer_id).token is not None
    assert Interaction.objects.get(pk=hers.pk).erased_at is not None
    assert sorted(value for _, value in opened_values()) == kept
    assert Event.objects.filter(action="erasures.replayed").count() == 1
    assert replay.look().count == 0
    call_command("replay_erasures")
    assert "0 records erased again" in capsys.readouterr().out
    assert Recording.objects.get().interaction_id == his.pk


def test_the_file_of_a_forgotten_recording_goes_too_when_the_store_was_put_back(calls):
    hers = calls[0]
    sound = hers.recordings.get()
    name, copy = sound.blob, copy_of("default")
    with store()._storage.open(name) as file:
        content = file.read()
    forget(hers)
    put_back("default", copy)
    with store()._storage.writer(name) as file:
        file.write(content)

    replay.replay(actor=ACTOR)

    assert not store().exists(name)


def test_a_lost_key_stops_everything_and_nothing_is_erased(calls):
    hers, his, _ = calls
    copy = copy_of("default")
    forget(hers)
    put_back("default", copy)
    Key.objects.filter(pk=his.recordings.get().content_key_id).delete()
    before, tombs = living(), Tombstone.objects.count()

    with pytest.raises(CommandError, match=r"keys of 1 records .*1 of interactions.Recording.*No record was erased"):
        call_command("replay_erasures")
    with pytest.raises(LostKeys):
        replay.replay(actor=ACTOR)

    assert (living(), Tombstone.objects.count()) == (before, tombs)
    assert not Event.objects.filter(action="erasures.replayed").exists()


def test_keys_that_an_old_keyring_brought_back_are_shredded_again(calls):
    hers = calls[0]
    copy = copy_of("keyring")
    forget(hers)
    gone = set(Tombstone.objects.values_list("key_id", flat=True))
    put_back("keyring", copy)
    assert set(Key.objects.values_list("pk", flat=True)) >= gone

    done = replay.replay(actor=ACTOR)

    assert done.shredded == len(gone) == Tombstone.objects.count()
    assert not Key.objects.filter(pk__in=gone).exists()
    assert replay.replay(actor=ACTOR).shredded == 0


def test_keys_that_were_sentenced_are_shredded_even_where_others_are_lost(calls):
    hers, his, _ = calls
    copy = copy_of("keyring")
    forget(hers)
    put_back("keyring", copy)
    Key.objects.filter(pk=his.comments.get().key_id).delete()
    with pytest.raises(LostKeys):
        replay.replay(actor=ACTOR)
    assert Tombstone.objects.exists()
    assert Comment.objects.filter(pk=his.comments.get().pk, condemned_at=None).exists()


def test_a_text_that_was_redacted_since_goes_with_its_index_entries(calls):
    """Its words in the copy open with nothing; the index of whom they named would stay."""
    his = calls[1]
    copy = copy_of("default")
    redact_passages(his.comments.get(), [[0, 9, 21]], actor=ACTOR, ground="test")
    put_back("default", copy)
    assert Mention.objects.filter(comment__interaction=his).count() == 2

    replay.replay(actor=ACTOR)

    assert not Mention.objects.filter(comment__interaction=his).exists()
    assert not his.comments.exists()
    assert Interaction.objects.get(pk=his.pk).erased_at is None
    assert his.recordings.count() == 1


def test_a_caller_without_a_name_is_forgotten_with_the_last_of_what_they_left(calls):
    nameless = calls[2]
    Interaction.objects.filter(pk=nameless.pk).update(key_id=None)
    nameless.refresh_from_db()
    copy = copy_of("default")
    forget(nameless)
    put_back("default", copy)

    replay.replay(actor=ACTOR)

    assert Customer.objects.get(pk=nameless.customer_id).token is not None
    assert Interaction.objects.get(pk=nameless.pk).erased_at is not None
    assert not SourceId.objects.filter(interaction=nameless).exists()


def test_a_caller_of_whom_something_is_left_stays(calls, account):
    his = calls[1]
    copy = copy_of("default")
    erase(list(Identifier.objects.filter(customer_id=his.customer_id)), actor=ACTOR, ground="test")
    put_back("default", copy)
    replay.replay(actor=ACTOR)
    assert Customer.objects.get(pk=his.customer_id).erased_at is None
    assert not Identifier.objects.filter(customer_id=his.customer_id).exists()


@pytest.mark.parametrize("step", ["shred", "_clear", "unlink_doomed"])
def test_killed_at_any_step_the_next_run_completes_it(calls, monkeypatch, step):
    hers, _, nameless = calls
    copy = copy_of("default")
    forget(hers, nameless)
    after = living()
    put_back("default", copy)
    monkeypatch.setattr(replay, "AT_ONCE", 1)

    def die(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasure, step, die)
        with pytest.raises(KeyboardInterrupt):
            replay.replay(actor=ACTOR)
    assert Condemnation.objects.exists()

    replay.replay(actor=ACTOR)
    assert living() == after
    assert not Condemnation.objects.filter(done_at=None).exists()


def test_a_hold_of_the_old_copy_does_not_keep_what_nothing_opens(calls, officer, account):
    from tests.retention.test_holds import hold

    hers = calls[0]
    hold(officer, account, hers)
    copy = copy_of("default")
    from privacy.keyring import ring

    ring.shred([hers.comments.get().key_id])
    put_back("default", copy)
    replay.replay(actor=ACTOR)
    assert not hers.comments.exists()
