"""The clock renews what lost a key, the shell too, and both are on record."""

from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

import jobs.tasks
from jobs import clock, key_care, runner
from jobs.models import Job, Status
from privacy import blind_index, keys
from privacy.keyring import renewal, safe_elsewhere
from privacy.keyring.models import Block, Destroyed, Key
from privacy.keyring.ring import create_keys, load_keys, shred
from privacy.models import IndexKey
from tests.jobs.conftest import ALICE
from tests.makers import make_customer
from trail.actor import NoActor
from trail.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rung", "own_keys")]
ACCOUNT = UUID(int=1)


@pytest.fixture
def behind(monkeypatch) -> None:
    """A standby that is behind."""
    monkeypatch.setattr(safe_elsewhere, "wait", lambda place: "the standby two is behind")


def lose_a_key() -> None:
    gone, _ = create_keys(ACCOUNT, 2)
    shred([gone.id])


def test_the_clock_queues_one_renewal_when_a_key_was_lost():
    assert key_care.renew_when_due() is None
    lose_a_key()

    queued = key_care.renew_when_due()
    assert key_care.renew_when_due() is None

    assert runner.run(queued.pk)
    assert Job.objects.get().status == Status.DONE
    assert Destroyed.objects.exclude(at=None).count() == 1
    entry = Event.objects.get(action="block.renewed")
    assert '"facts":{"blocks":1,"destroyed":1,"failed":0,"keys":1,"waiting":0}' in entry.text
    assert key_care.renew_when_due() is None


def test_the_clock_has_its_turn():
    assert 180 in [seconds for seconds, call in clock._periodic if call is jobs.tasks.renew_blocks_when_due]


def test_a_keyring_that_is_down_does_not_stop_the_clock(monkeypatch, caplog):
    def down() -> bool:
        raise OperationalError

    monkeypatch.setattr(renewal, "is_due", down)
    clock.call(jobs.tasks.renew_blocks_when_due)
    assert "its renewal waits" in caplog.text


def test_nothing_to_renew_writes_no_entry():
    assert key_care.renew(actor=ALICE).blocks == 0
    assert not Event.objects.exists()


def test_nobody_renews_or_rotates_without_an_actor():
    lose_a_key()
    with pytest.raises(NoActor):
        key_care.renew(actor=None)
    with pytest.raises(NoActor):
        key_care.rotate_root(actor=None)
    assert Block.objects.get().version == 1


def test_from_the_shell(capsys):
    lose_a_key()
    call_command("renew_blocks")
    assert "1 blocks renewed with 1 keys; 1 old block keys destroyed." in capsys.readouterr().out
    call_command("renew_blocks")
    assert "0 blocks renewed" in capsys.readouterr().out
    call_command("renew_blocks", all=True)
    assert Block.objects.get().version == 3
    assert Event.objects.filter(action="block.renewed").count() == 2


def test_the_shell_says_what_was_not_destroyed_and_why(behind):
    lose_a_key()
    with pytest.raises(CommandError, match=r"1 old block keys were not destroyed: the standby two is behind\."):
        call_command("renew_blocks")


def test_the_shell_says_which_blocks_do_not_open():
    lose_a_key()
    Key.objects.update(wrapped=bytes(60))
    with pytest.raises(CommandError, match=f"Not renewed.*blocks {Block.objects.get().pk}"):
        call_command("renew_blocks")
    assert Event.objects.get(action="block.renewed").outcome == "failed"


def test_the_root_is_rotated_on_record(own_keys: Path, capsys):
    made = create_keys(ACCOUNT, 2)
    root = (own_keys / "root").read_bytes()

    call_command("rotate_root")

    assert "1 keys stand under a new root" in capsys.readouterr().out
    assert (own_keys / "root").read_bytes() != root
    assert Event.objects.filter(action="root.rotated").count() == 1
    keys.directory.cache_clear()
    assert load_keys(each.id for each in made) == {each.id: each.key for each in made}


def test_a_root_that_can_not_be_rotated_stays_and_leaves_no_entry(own_keys: Path):
    create_keys(ACCOUNT, 1)
    root = (own_keys / "root").read_bytes()
    (file,) = (own_keys / "blocks").iterdir()
    file.write_bytes(bytes(60))
    keys.directory.cache_clear()

    with pytest.raises(CommandError, match="The root was not rotated and no key was destroyed"):
        call_command("rotate_root")

    assert (own_keys / "root").read_bytes() == root
    assert not Event.objects.exists()


def test_an_index_key_is_rotated_on_record(account, capsys, monkeypatch):
    monkeypatch.setattr(blind_index, "LEARNT_AFTER_S", 0.05)
    make_customer(account, phone="+12025550147")
    with pytest.raises(NoActor):
        key_care.rotate_index_key(account.pk, actor=None)
    assert blind_index.generation(account.pk) == 1

    call_command("rotate_index_key", account=account.name)

    assert "1 indexes stand under a new key; the old key was destroyed." in capsys.readouterr().out
    entry = Event.objects.get(action="index_key.rotated")
    assert '"facts":{"generation":2,"indexes":1,"unreadable":0}' in entry.text
    assert entry.account_id == account.pk


def test_an_index_key_of_an_old_copy_is_told(account, monkeypatch):
    monkeypatch.setattr(blind_index, "LEARNT_AFTER_S", 0.05)
    make_customer(account, phone="+12025550147")
    call_command("rotate_index_key", account=account.name)
    IndexKey.objects.update(generation=1)
    with pytest.raises(CommandError, match="a copy from before a rotation"):
        call_command("rotate_index_key", account=account.name)
    with pytest.raises(CommandError, match="account"):
        call_command("rotate_index_key", account="nobody")
    assert Event.objects.filter(action="index_key.rotated").count() == 1
