"""What fsck finds, and that it finds nothing where nothing is wrong."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from customers.models import Customer, Identifier
from interactions.models import Comment
from privacy import blind_index, fsck
from privacy.erasure import condemn, erase
from privacy.index_rotation import rotate
from privacy.keyring.models import Key
from privacy.keyring.ring import create_keys, shred
from privacy.models import DoomedFile
from privacy.open import store
from tests.looking import ALICE
from tests.makers import make_customer, make_interaction
from tests.restoring import copy_of, put_back
from trail.actor import Actor
from vault.files import FileStorage

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.shell("root")


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    """Nothing counts as young, no queue runs, and the store is empty but for this test's files."""
    monkeypatch.setattr(fsck, "UNDER_WAY_S", -1)
    monkeypatch.setattr(fsck, "SLOW", timedelta(0))
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    for name in list(store().names()):
        store().delete(name)


@pytest.fixture
def call(account):
    alice = make_customer(account, phone=ALICE)
    return make_interaction(account, alice, phone=ALICE, recording=b"sound", comment="call 202 555 0147",
                            transcript=[("customer", "hello")])  # fmt: skip


def codes() -> set[tuple[str, str]]:
    return {(each.code, each.about) for each in fsck.check()}


def write_file(name: str) -> None:
    with FileStorage(Path(settings.LETHE_HOME) / "store").writer(name) as file:
        file.write(os.urandom(100))


def test_a_house_in_order(call, capsys):
    assert codes() == set()
    call_command("fsck")
    assert capsys.readouterr().out == "Everything fits.\n"


def test_after_forgetting_everything_fits(call):
    erase([call.recordings.get(), *call.source_records.all()], actor=ACTOR, ground="test")
    assert codes() == set()


def test_a_file_without_a_row(call, capsys):
    write_file("stray")
    assert codes() == {("file_without_row", "stray")}
    with pytest.raises(CommandError, match="1 things do not fit"):
        call_command("fsck", json=True)
    assert json.loads(capsys.readouterr().out)["code"] == "file_without_row"
    call_command_failing("fsck", remove_stragglers=True)
    assert store().exists("stray"), "only files of erased records are removed"


def call_command_failing(*args, **options) -> str:
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command(*args, **options, stdout=said)
    return said.getvalue()


def test_what_is_under_way_is_no_finding(call, account, monkeypatch):
    from privacy.ids import new_id

    create_keys(account.pk, 1)
    write_file(new_id().hex)
    assert {code for code, _ in codes()} == {"key_without_row", "file_without_row"}
    monkeypatch.setattr(fsck, "UNDER_WAY_S", 3_600)
    assert codes() == set()


def test_a_row_without_its_file(call):
    sound = call.recordings.get()
    store().delete(sound.blob)
    assert codes() == {("row_without_file", str(sound.pk))}


def test_a_file_of_an_erased_row_that_a_restored_store_brought_back_goes_again(call, capsys):
    sound = call.recordings.get()
    erase([sound], actor=ACTOR, ground="test")
    write_file(sound.blob)
    assert DoomedFile.objects.get().gone_at is not None
    assert codes() == {("file_of_erased", sound.blob)}

    call_command("fsck", remove_stragglers=True)

    assert "1 files of erased records, or never finished, were removed." in capsys.readouterr().out
    assert not store().exists(sound.blob)


def test_what_a_killed_writer_left_is_told_and_removed(call):
    storage = FileStorage(Path(settings.LETHE_HOME) / "store")
    with storage.writer("half") as file:
        file.write(b"sealed")
        (left,) = storage.abandoned(-1)
        assert codes() == {("file_unfinished", left)}
        again = Path(settings.LETHE_HOME, "store", left)
        os.link(again, again.with_name(f"dead{again.suffix}"))
    store().delete("half")
    assert {code for code, _ in codes()} == {"file_unfinished"}
    call_command("fsck", remove_stragglers=True)
    assert codes() == set()


def test_a_new_version_that_is_being_written_is_no_finding(call):
    write_file("under-way")
    DoomedFile.objects.create(name="under-way")
    DoomedFile.objects.update(at=timezone.now() + timedelta(hours=6))
    assert codes() == set()


def test_a_key_without_a_row_is_told_and_never_collected(call, account):
    (made,) = create_keys(account.pk, 1)
    assert codes() == {("key_without_row", str(made.id))}
    call_command_failing("fsck", remove_stragglers=True)
    assert Key.objects.filter(pk=made.id).exists()


def test_a_lost_key_and_a_forgotten_one_are_told_apart(call):
    comment, sound = call.comments.get(), call.recordings.get()
    Key.objects.filter(pk=comment.key_id).delete()
    shred([sound.content_key_id])
    assert codes() == {("row_without_key", str(comment.pk)), ("row_of_forgotten", str(sound.pk))}


def test_an_erasure_that_was_decided_and_not_finished(call):
    condemnation, _ = condemn([call.comments.get()], actor=ACTOR, ground="test")
    assert ("erasure_unfinished", str(condemnation.pk)) in codes()


def test_a_sentenced_key_that_an_old_keyring_brought_back(call):
    copy, key_id = copy_of("keyring"), call.recordings.get().key_id
    erase([call.recordings.get()], actor=ACTOR, ground="test")
    put_back("keyring", copy)
    assert ("sentenced_key", str(key_id)) in codes()


def test_a_living_part_of_an_erased_whole(call):
    Customer.objects.filter(pk=call.customer_id).update(condemned_at=timezone.now(), erased_at=timezone.now())
    found = codes()
    assert {code for code, _ in found} == {"part_of_erased"}
    assert ("part_of_erased", str(call.pk)) in found


def test_a_part_in_another_account_than_its_whole(call, other_account):
    Comment.objects.update(account=other_account)
    assert ("part_of_another_account", str(call.comments.get().pk)) in codes()


def test_an_index_under_a_destroyed_key(call, account, monkeypatch):
    monkeypatch.setattr(blind_index, "LEARNT_AFTER_S", 0.05)
    identifier = Identifier.objects.get()
    rotate(account.pk)
    assert codes() == set()
    Identifier.objects.update(digest=identifier.digest)
    assert codes() == {("index_unreadable", str(identifier.pk))}


def test_the_two_walks_meet_however_long_they_are(account, monkeypatch):
    monkeypatch.setattr(fsck, "BATCH", 3)
    calls = [make_interaction(account, phone=ALICE, comment="hello") for _ in range(6)]
    lost = [calls[0].key_id, calls[5].key_id, calls[3].comments.get().key_id]
    Key.objects.filter(pk__in=lost).delete()
    (spare,) = create_keys(account.pk, 1)
    expected = {("row_without_key", str(pk)) for pk in (calls[0].pk, calls[5].pk, calls[3].comments.get().pk)}
    assert codes() == expected | {("key_without_row", str(spare.id))}


def test_a_database_that_does_not_answer_is_no_clean_bill(monkeypatch):
    def down():
        raise OperationalError

    monkeypatch.setattr(fsck, "_keys", down)
    with pytest.raises(CommandError, match="not everything was compared"):
        call_command("fsck")
