"""Renewal, step by step: what each step does, what an interruption at each leaves, and that the next run goes on."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction
from django.utils import timezone

from privacy import keys
from privacy.keyring import block_renewal, renewal, safe_elsewhere
from privacy.keyring.block_renewal import only_renewer, renew_block
from privacy.keyring.models import Block, Destroyed, Key, Taint, Tombstone, Version
from privacy.keyring.renewal import is_due, renew_blocks, unrecoverable_since
from privacy.keyring.ring import ALIAS, NewKey, create_keys, load_keys, shred
from tests.privacy.renewing import assert_whole, key_files, opens_with_any
from vault.errors import KeyMissing, Tampered
from vault.key_directory import KeyDirectory

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.usefixtures("own_keys")]
ACCOUNT = UUID(int=1)


class Killed(BaseException):
    """Stops an act where it stands, past every `except Exception`, as a kill does."""


@pytest.fixture(autouse=True)
def few_together(monkeypatch) -> None:
    """Batches so small that a block needs several."""
    monkeypatch.setattr(block_renewal, "BATCH", 4)


def wrapped_bytes(key_id: UUID) -> bytes:
    return bytes(Key.objects.get(pk=key_id).wrapped)


def make_and_shred(count: int = 10) -> tuple[NewKey, list[NewKey], bytes]:
    """Make keys and shred the first; returns it, the others, and the bytes a copy from before still has."""
    gone, *kept = create_keys(ACCOUNT, count)
    copy = wrapped_bytes(gone.id)
    shred([gone.id])
    return gone, kept, copy


def assert_all_there(kept: list[NewKey]) -> None:
    assert load_keys(each.id for each in kept) == {each.id: each.key for each in kept}


def test_a_block_that_lost_a_key_is_renewed_and_its_old_key_destroyed():
    gone, kept, copy = make_and_shred()
    assert opens_with_any(copy, gone.id) == gone.key, "before the renewal a copy opens: that is the gap"

    renewed = renew_blocks()

    block = Block.objects.get()
    assert (renewed.blocks, renewed.keys, renewed.destroyed, renewed.waiting) == (1, 9, 1, 0)
    assert (block.version, list(Version.objects.values_list("version", flat=True))) == (2, [2])
    assert key_files() == {(block.pk, 2)}
    assert opens_with_any(copy, gone.id) is None
    assert_all_there(kept)
    assert_whole()


def test_a_block_that_lost_nothing_is_left_alone():
    create_keys(ACCOUNT, 3)
    assert not is_due()
    assert renew_blocks().blocks == 0
    assert Block.objects.get().version == 1


def test_every_block_can_be_renewed_without_having_lost_a_key():
    made = create_keys(ACCOUNT, 1_001)
    heard: list[tuple[int, int]] = []

    assert renew_blocks(everything=True, progress=lambda done, of: heard.append((done, of))).blocks == 2

    assert heard == [(2, 2)]
    assert_all_there(made)
    assert_whole()


def test_a_block_whose_last_key_was_shredded_is_renewed_too():
    (gone,) = create_keys(ACCOUNT, 1)
    copy = wrapped_bytes(gone.id)
    shred([gone.id])

    assert renew_blocks().destroyed == 1

    assert opens_with_any(copy, gone.id) is None
    assert load_keys([gone.id]) == {}


def test_a_renewed_block_takes_new_keys_under_its_new_version():
    _, kept, _ = make_and_shred()
    renew_blocks()
    more = create_keys(ACCOUNT, 2)
    assert set(Key.objects.values_list("block", "version")) == {(Block.objects.get().pk, 2)}
    assert_all_there([*kept, *more])


# Where a renewal can be stopped: before or after each function that does one step.
STEPS: list[tuple[object, str, bool]] = [
    (KeyDirectory, "create_block_key", False),
    (KeyDirectory, "create_block_key", True),
    (block_renewal, "_begin_version", True),
    (block_renewal, "_move_batch", False),
    (block_renewal, "_move_batch", True),
    (block_renewal, "_retire_older", False),
    (block_renewal, "_retire_older", True),
    (safe_elsewhere, "wait", False),
    (safe_elsewhere, "wait", True),
    (KeyDirectory, "destroy_block_key", False),
    (KeyDirectory, "destroy_block_key", True),
    (renewal, "_destroy", True),
]


@pytest.mark.parametrize(("owner", "name", "after"), STEPS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_an_interrupted_renewal_loses_nothing_and_the_next_run_completes_it(monkeypatch, owner, name, after):
    gone, kept, copy = make_and_shred()
    interrupt(monkeypatch, owner, name, after=after)

    with pytest.raises(Killed):
        renew_blocks()

    monkeypatch.undo()
    assert_all_there(kept)
    more = create_keys(ACCOUNT, 2)
    renew_blocks()
    assert opens_with_any(copy, gone.id) is None
    assert_all_there([*kept, *more])
    assert_whole()


@pytest.mark.parametrize(("owner", "name", "after"), STEPS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_shredding_at_any_step_is_not_forgotten(monkeypatch, owner, name, after):
    _, [second, *kept], _ = make_and_shred()
    copies: list[bytes] = [wrapped_bytes(second.id)]

    def shred_in_between() -> None:
        copies.append(wrapped_bytes(second.id))
        shred([second.id])

    interrupt(monkeypatch, owner, name, after=after, act=shred_in_between)
    renew_blocks()
    while is_due():
        renew_blocks()

    assert len(copies) == 2
    assert [opens_with_any(copy, second.id) for copy in copies] == [None, None]
    assert_all_there(kept)
    assert_whole()


def interrupt(monkeypatch, owner: object, name: str, *, after: bool, act: Callable[[], None] | None = None) -> None:
    """Do `act` once, before or after a step; without one, die there."""
    real, left = getattr(owner, name), [1]

    def call(*args, **options):
        if left and not after:
            left.clear()
            act() if act else die()
        result = real(*args, **options)
        if left and after:
            left.clear()
            act() if act else die()
        return result

    monkeypatch.setattr(owner, name, call)


def die() -> None:
    raise Killed


def test_a_key_that_a_rolled_back_batch_had_wrapped_anew_is_gone_from_there_too(monkeypatch):
    """The rolled back batch wrote it into dead rows and the write-ahead log, under the version that is current now."""
    (first, second, *kept) = create_keys(ACCOUNT, 3)
    shred([first.id])
    written: list[bytes] = []

    def die_after_writing(execute, sql, params, many, context):
        execute(sql, params, many, context)
        if sql == block_renewal.REWRAP:
            ids, wrapped = (text.split(",") for text in params[1:])
            written.append(bytes.fromhex(dict(zip(ids, wrapped, strict=True))[str(second.id)]))
            raise Killed

    with pytest.raises(Killed), connections[ALIAS].execute_wrapper(die_after_writing):
        renew_blocks()
    assert load_keys([second.id]) == {second.id: second.key}
    assert opens_with_any(written[0], second.id) == second.key
    shred([second.id])
    assert Tombstone.objects.get(key_id=second.id).version == 2, "the newest that may have wrapped it"

    while is_due():
        renew_blocks()

    assert Block.objects.get().version == 3
    assert opens_with_any(written[0], second.id) is None
    assert_all_there(kept)
    assert_whole()


def test_a_stray_temporary_file_goes_with_the_old_key(own_keys: Path):
    gone, _, copy = make_and_shred()
    block = Block.objects.get().pk
    file = own_keys / "blocks" / f"{block}.1"
    stray = file.with_name(file.name + ".temp")
    stray.write_bytes(file.read_bytes())
    stray.chmod(0o600)

    renew_blocks()

    assert not stray.exists()
    assert opens_with_any(copy, gone.id) is None


def test_a_key_file_whose_version_was_never_committed_is_passed_over(monkeypatch):
    _, kept, _ = make_and_shred()
    keys.directory().create_block_key(Block.objects.get().pk, 2)

    renew_blocks()

    assert Block.objects.get().version == 3
    assert_all_there(kept)


def test_a_version_number_never_comes_back():
    made = create_keys(ACCOUNT, 4)
    for number, each in enumerate(made, start=2):
        shred([each.id])
        renew_blocks()
        assert Block.objects.get().version == number
    assert sorted(Destroyed.objects.values_list("version", flat=True)) == [1, 2, 3, 4]


def test_the_foreign_key_refuses_while_a_row_stands_under_the_old_version(monkeypatch):
    _, kept, _ = make_and_shred()
    block = Block.objects.get().pk
    version = block_renewal._begin_version(block)

    assert not block_renewal._retire_older(block, version)

    assert set(Version.objects.values_list("version", flat=True)) == {1, 2}
    assert not Destroyed.objects.exists()
    renew_blocks()
    assert_all_there(kept)


def test_keys_being_made_under_the_old_version_are_waited_for():
    """The new version becomes current after them, so they are moved with the others."""
    make_and_shred()
    late: list[NewKey] = []
    begun, go_on = threading.Event(), threading.Event()

    def ingest() -> None:
        with transaction.atomic(using=ALIAS):
            late.extend(create_keys(ACCOUNT, 2))
            begun.set()
            go_on.wait(10)
        connections.close_all()

    def renew() -> None:
        renew_blocks()
        connections.close_all()

    threads = [threading.Thread(target=act) for act in (ingest, renew)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    time.sleep(0.3)
    assert Block.objects.get().version == 1
    go_on.set()
    for thread in threads:
        thread.join(20)

    assert set(Key.objects.values_list("version", flat=True)) == {2}
    assert_all_there(late)
    assert_whole()


def test_one_renewer_works_on_a_block():
    make_and_shred()
    block = Block.objects.get().pk
    found: list[int] = []

    def other() -> None:
        found.append(renew_blocks().blocks)
        connections.close_all()

    with only_renewer(block) as held:
        assert held
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)

    assert found == [0]
    assert renew_blocks().blocks == 1


def test_a_renewed_block_is_not_renewed_again_by_who_waited():
    make_and_shred()
    block = Block.objects.get().pk
    assert renew_block(block) == 9
    assert renew_block(block) is None


def test_nothing_is_destroyed_until_the_keys_that_live_on_are_safe(caplog):
    class Behind:
        def lacks(self, lsn: str) -> str:
            return "the standby two is behind"

    gone, kept, copy = make_and_shred()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 0.05})
        first = renew_blocks(elsewhere=Behind())

    assert (first.blocks, first.destroyed, first.waiting, first.because) == (1, 0, 1, "the standby two is behind")
    assert "1 old block keys were not destroyed: the standby two is behind" in caplog.text
    assert opens_with_any(copy, gone.id) == gone.key
    assert unrecoverable_since(gone.id) is None
    assert Taint.objects.exists()
    assert is_due()

    second = renew_blocks()
    assert (second.blocks, second.destroyed) == (0, 1)
    assert opens_with_any(copy, gone.id) is None
    assert_all_there(kept)
    assert_whole()


def test_what_another_renewer_notes_during_the_wait_is_left_for_the_next_time():
    class Slow:
        def lacks(self, lsn: str) -> str:
            if not Destroyed.objects.filter(block=77).exists():
                Destroyed.objects.create(block=77, version=1)
            return ""

    make_and_shred()
    assert renew_blocks(elsewhere=Slow()).destroyed == 1
    assert Destroyed.objects.get(block=77).at is None


def test_a_standby_that_is_not_there_lets_nothing_be_destroyed(settings, monkeypatch):
    settings.KEYRING_STANDBY = "keyring-two"
    monkeypatch.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 0.05})
    make_and_shred()

    renewed = renew_blocks()

    assert (renewed.destroyed, renewed.waiting) == (0, 1)
    assert renewed.because == "the standby keyring-two is not connected to the keyring's server"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((True, False, 1), ""),
        ((False, False, 1), "the standby two is behind"),
        ((None, True, 1), "cannot be seen; grant pg_monitor"),
        ((True, True, 2), "cannot be seen; grant pg_monitor"),
    ],
)
def test_only_a_standby_that_has_it_on_disk_is_safe(monkeypatch, row, said):
    monkeypatch.setattr(safe_elsewhere, "_row", lambda *_: row)
    found = safe_elsewhere.Standby("two").lacks("0/1")
    assert found == said if not said else said in found


def test_a_block_that_does_not_open_stops_no_other_and_loses_nothing(own_keys: Path, caplog):
    broken = create_keys(ACCOUNT, 2)
    whole = create_keys(UUID(int=2), 2)
    shred([broken[0].id, whole[0].id])
    block = Block.objects.get(account_id=ACCOUNT).pk
    Key.objects.filter(pk=broken[1].id).update(wrapped=bytes(60))

    renewed = renew_blocks()

    assert (renewed.failed, renewed.blocks, renewed.destroyed) == ([block], 1, 1)
    assert f"Block {block} was not renewed and nothing of it destroyed" in caplog.text
    assert keys.directory().has_block_key(block, 1)
    assert load_keys([whole[1].id]) == {whole[1].id: whole[1].key}


def test_a_block_without_its_old_file_is_told_and_loses_nothing():
    _, _, _ = make_and_shred()
    block = Block.objects.get().pk
    keys.directory().destroy_block_key(block, 1)

    assert renew_blocks().failed == [block]
    assert Version.objects.filter(version=1).exists()


def test_the_tombstone_names_the_block_key_that_wrapped_last():
    gone, _, _ = make_and_shred()
    block = Block.objects.get()
    assert Tombstone.objects.values_list("block", "version").get(key_id=gone.id) == (block.pk, 1)


def test_a_key_shredded_twice_keeps_what_its_tombstone_says():
    gone, _, _ = make_and_shred()
    shred([gone.id, uuid4()])
    assert Tombstone.objects.get(key_id=gone.id).version == 1
    assert Tombstone.objects.exclude(key_id=gone.id).get().block is None


def test_the_certificate_may_name_the_moment_a_minute_after_the_destruction():
    gone, [kept, *_], _ = make_and_shred()
    assert unrecoverable_since(gone.id) is None
    renew_blocks()
    assert unrecoverable_since(gone.id) is None, "a process may hold the opened block key for a minute"

    destroyed_at = timezone.now() - timedelta(seconds=61)
    Destroyed.objects.update(at=destroyed_at)

    assert unrecoverable_since(gone.id) == destroyed_at + timedelta(seconds=60)
    assert unrecoverable_since(kept.id) is None
    assert unrecoverable_since(uuid4()) is None


def test_no_moment_is_named_while_an_earlier_block_key_is_still_there():
    (first, second, *_) = create_keys(ACCOUNT, 3)
    shred([first.id])
    renew_blocks()
    shred([second.id])
    renew_blocks()
    long_ago = timezone.now() - timedelta(hours=1)
    Destroyed.objects.filter(version=2).update(at=long_ago)
    Destroyed.objects.filter(version=1).update(at=None)

    assert unrecoverable_since(second.id) is None

    Destroyed.objects.filter(version=1).update(at=long_ago)
    assert unrecoverable_since(second.id) == long_ago + timedelta(seconds=60)


def test_keys_read_while_the_old_file_goes_are_read_again(monkeypatch):
    _, [kept, *_], _ = make_and_shred()
    keys.directory.cache_clear()
    real, calls = KeyDirectory.block_key, []

    def late(self: KeyDirectory, block: int, version: int) -> bytes:
        if not calls:
            calls.append(version)
            renew_blocks()
        return real(self, block, version)

    monkeypatch.setattr(KeyDirectory, "block_key", late)
    assert load_keys([kept.id]) == {kept.id: kept.key}
    assert calls == [1]


def test_a_rotated_root_does_not_bring_a_destroyed_key_back(own_keys: Path):
    gone, kept, copy = make_and_shred()
    renew_blocks()
    KeyDirectory(own_keys).rotate_root()
    keys.directory.cache_clear()

    assert opens_with_any(copy, gone.id) is None
    with pytest.raises(KeyMissing):
        keys.directory().block_key(Block.objects.get().pk, 1)
    assert_all_there(kept)


def test_opens_with_any_would_see_a_key_that_opens():
    (made,) = create_keys(ACCOUNT, 1)
    assert opens_with_any(wrapped_bytes(made.id), made.id) == made.key
    with pytest.raises(Tampered):
        load_keys_of_changed(made)


def load_keys_of_changed(made: NewKey) -> None:
    Key.objects.filter(pk=made.id).update(wrapped=bytes(60))
    load_keys([made.id])


def test_raw_files_still_hold_the_wrapped_key_but_nothing_opens_it(services):
    """What PostgreSQL keeps of a deleted row, in its table and write-ahead log, opens with no key that is left."""
    gone, kept, copy = make_and_shred()
    renew_blocks()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        safe_elsewhere.wait(safe_elsewhere.OwnDisk())
    found = [file for file in services.postgres.data.rglob("*") if file.is_file() and copy in file.read_bytes()]

    assert found, "the row was deleted, and its bytes lie in a file of PostgreSQL all the same"
    assert opens_with_any(copy, gone.id) is None
    assert load_keys([kept[0].id])
