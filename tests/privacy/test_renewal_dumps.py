"""With a folder for dumps a block key goes only after a dump has what stands under its successor."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from privacy import dumping, keys
from privacy.keyring import renewal, safe_elsewhere
from privacy.keyring.models import Block, Key
from privacy.keyring.renewal import renew_blocks
from privacy.keyring.ring import create_keys, load_keys, shred
from tests.privacy.renewing import assert_whole, opens_with_any
from vault.key_directory import KeyDirectory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def dumps(tmp_path: Path, settings) -> Iterator[Path]:
    KeyDirectory.create(tmp_path / "keys")
    settings.KEY_DIRECTORY = tmp_path / "keys"
    settings.KEYRING_DUMPS = str(tmp_path / "dumps")
    keys.directory.cache_clear()
    yield tmp_path / "dumps"
    keys.directory.cache_clear()


def keys_in(dump: Path) -> dict[UUID, bytes]:
    """Return the wrapped keys of a dump, read by pg_restore as a script."""
    program = dumping.find_program("pg_restore")
    said = subprocess.run(
        [program, "--data-only", "--table=keyring_key", "--file=-", str(dump)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split("\t") for line in said.splitlines() if line.count("\t") == 3]
    return {UUID(key_id): bytes.fromhex(wrapped.removeprefix("\\\\x")) for key_id, _, _, wrapped in rows}


def test_the_dump_is_there_before_the_old_block_key_goes(dumps, monkeypatch):
    gone, kept = create_keys(UUID(int=1), 2)
    shred([gone.id])
    seen: list[dict[UUID, bytes]] = []
    real = renewal._destroy

    def destroy(noted):
        (dump,) = dumps.glob("*.dump")
        seen.append(keys_in(dump))
        return real(noted)

    monkeypatch.setattr(renewal, "_destroy", destroy)
    assert renew_blocks().destroyed == 1

    assert seen[0].keys() == {kept.id}
    assert opens_with_any(seen[0][kept.id], kept.id) == kept.key, "the keyring could be lost now"
    assert seen[0][kept.id] == bytes(Key.objects.get().wrapped)
    assert_whole()


def test_the_newest_dump_alone_stays(dumps):
    for made in create_keys(UUID(int=1), 3):
        shred([made.id])
        renew_blocks()
    (dump,) = dumps.iterdir()
    assert dump.stat().st_mode & 0o777 == 0o600
    assert keys_in(dump) == {}


def test_nothing_is_destroyed_while_no_dump_can_be_made(dumps, monkeypatch, caplog):
    monkeypatch.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 0.05})
    dumps.write_text("a file in the way")
    gone, kept = create_keys(UUID(int=1), 2)
    shred([gone.id])

    renewed = renew_blocks()

    assert (renewed.blocks, renewed.destroyed, renewed.waiting) == (1, 0, 1)
    assert renewed.because.startswith(f"the keyring was not dumped to {dumps}")
    assert keys.directory().has_block_key(Block.objects.get().pk, 1)
    dumps.unlink()
    assert renew_blocks().destroyed == 1
    assert load_keys([kept.id]) == {kept.id: kept.key}


def test_with_a_standby_too_both_must_have_it(dumps, settings, monkeypatch):
    monkeypatch.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 0.05})
    settings.KEYRING_STANDBY = "two"
    gone, _ = create_keys(UUID(int=1), 2)
    shred([gone.id])
    assert renew_blocks().because == "the standby two is not connected to the keyring's server"
    assert not dumps.exists(), "the dump waits for the standby"
