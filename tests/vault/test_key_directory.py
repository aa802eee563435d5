import os
import threading
import time
from pathlib import Path

import pytest

from vault import wrapping
from vault.errors import KeyExists, KeyMissing, Tampered, UnsafeKeyDirectory, UnsafeName
from vault.key_directory import KeyDirectory


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(path: Path) -> KeyDirectory:
    return KeyDirectory.create(path)


def test_a_block_key_is_32_bytes_and_still_there_for_the_next_process(keys: KeyDirectory, path: Path) -> None:
    key = keys.create_block_key(1, 0)
    assert len(key) == 32
    assert keys.block_key(1, 0) == key
    assert KeyDirectory(path).block_key(1, 0) == key


def test_every_block_and_version_has_a_key_of_its_own(keys: KeyDirectory) -> None:
    places = [(block, version) for block in (0, 1, 10, 11) for version in (0, 1, 2)]
    assert len({keys.create_block_key(*place) for place in places}) == len(places)


def test_a_block_key_is_never_overwritten(keys: KeyDirectory) -> None:
    key = keys.create_block_key(1, 0)
    with pytest.raises(KeyExists):
        keys.create_block_key(1, 0)
    assert keys.block_key(1, 0) == key


def test_a_key_that_was_never_made_is_missing(keys: KeyDirectory) -> None:
    assert not keys.has_block_key(1, 0)
    with pytest.raises(KeyMissing, match=r"blocks/1\.0"):
        keys.block_key(1, 0)
    with pytest.raises(KeyMissing, match="secrets/index"):
        keys.secret("index")


def test_a_destroyed_key_is_gone_and_the_others_are_there(keys: KeyDirectory, path: Path) -> None:
    for version in (0, 1):
        keys.create_block_key(1, version)
        keys.block_key(1, version)
    keys.destroy_block_key(1, 0)
    for reader in (keys, KeyDirectory(path)):
        assert not reader.has_block_key(1, 0)
        with pytest.raises(KeyMissing):
            reader.block_key(1, 0)
        assert len(reader.block_key(1, 1)) == 32


def test_destroying_twice_is_no_error(keys: KeyDirectory) -> None:
    keys.create_block_key(1, 0)
    keys.destroy_block_key(1, 0)
    keys.destroy_block_key(1, 0)
    assert not keys.has_block_key(1, 0)


def test_a_stray_copy_is_destroyed_with_its_key(keys: KeyDirectory, path: Path) -> None:
    keys.create_block_key(1, 0)
    stray = path / "blocks" / "1.0.temp"
    os.link(path / "blocks" / "1.0", stray)
    keys.destroy_block_key(1, 0)
    assert list((path / "blocks").iterdir()) == []


def test_a_stray_copy_linked_to_a_living_key_does_no_harm(keys: KeyDirectory, path: Path) -> None:
    key = keys.create_block_key(1, 0)
    os.link(path / "blocks" / "1.0", path / "blocks" / "1.0.temp")
    with pytest.raises(KeyExists):
        keys.create_block_key(1, 0)
    assert KeyDirectory(path).block_key(1, 0) == key


def test_no_key_lies_in_clear(keys: KeyDirectory, path: Path) -> None:
    made = [keys.create_block_key(1, 0), keys.create_secret("index")]
    root = (path / "root").read_bytes()
    assert len(root) == 32
    for file in (path / "blocks" / "1.0", path / "secrets" / "index"):
        assert not any(key in file.read_bytes() for key in [*made, root])


def test_keys_that_change_places_do_not_open(keys: KeyDirectory, path: Path) -> None:
    for version in (0, 1):
        keys.create_block_key(1, version)
    os.replace(path / "blocks" / "1.1", path / "blocks" / "1.0")
    with pytest.raises(Tampered, match=r"blocks/1\.0"):
        KeyDirectory(path).block_key(1, 0)


def test_a_secret_is_made_once(keys: KeyDirectory, path: Path) -> None:
    secret = keys.create_secret("index-1")
    assert len(secret) == 32
    assert (
        keys.create_secret("index-1") == keys.secret("index-1") == KeyDirectory(path).create_secret("index-1") == secret
    )


def test_of_many_who_make_a_secret_at_once_all_get_the_same(keys: KeyDirectory, path: Path) -> None:
    got: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: got.append(KeyDirectory(path).create_secret("index"))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 16
    assert set(got) == {keys.secret("index")}


@pytest.mark.parametrize("name", ["", "../root", "a/b", ".", "A", "index.temp", "-index", "a" * 101, "index\n", "\x00"])
def test_names_that_could_lead_elsewhere_are_refused(keys: KeyDirectory, name: str) -> None:
    with pytest.raises(UnsafeName):
        keys.create_secret(name)
    with pytest.raises(UnsafeName):
        keys.secret(name)


def test_negative_numbers_are_refused(keys: KeyDirectory) -> None:
    with pytest.raises(UnsafeName):
        keys.create_block_key(-1, 0)


def test_rotating_the_root_keeps_every_key(keys: KeyDirectory, path: Path) -> None:
    made = {block: keys.create_block_key(block, 0) for block in range(5)}
    secret = keys.create_secret("index")
    before = contents(path)
    assert keys.rotate_root() == 6
    assert not set(before.values()) & set(contents(path).values())
    assert set(before) == set(contents(path))
    fresh = KeyDirectory(path)
    assert {block: fresh.block_key(block, 0) for block in made} == made
    assert fresh.secret("index") == secret


def test_the_old_root_opens_nothing_any_more(keys: KeyDirectory, path: Path) -> None:
    keys.create_block_key(1, 0)
    old_root, old_wrapped = (path / "root").read_bytes(), (path / "blocks" / "1.0").read_bytes()
    assert len(wrapping.unwrap(old_root, old_wrapped, context=b"blocks/1.0")) == 32
    keys.rotate_root()
    with pytest.raises(Tampered):
        wrapping.unwrap(old_root, (path / "blocks" / "1.0").read_bytes(), context=b"blocks/1.0")
    with pytest.raises(Tampered):
        wrapping.unwrap((path / "root").read_bytes(), old_wrapped, context=b"blocks/1.0")


def test_the_old_root_is_overwritten_in_its_place(keys: KeyDirectory, path: Path) -> None:
    with (path / "root").open("rb") as still_open:
        assert any(still_open.read())
        keys.rotate_root()
        still_open.seek(0)
        assert still_open.read() == bytes(32)


def test_a_second_name_of_the_living_root_is_not_overwritten(keys: KeyDirectory, path: Path) -> None:
    key = keys.create_block_key(1, 0)
    os.link(path / "root", path / "root.old")
    assert keys.rotate_root() == 1
    assert KeyDirectory(path).block_key(1, 0) == key
    assert not (path / "root.old").exists()


def test_a_rotation_removes_stray_copies(keys: KeyDirectory, path: Path) -> None:
    keys.create_block_key(1, 0)
    strays = [path / "blocks" / "1.0.temp", path / "blocks" / "9.0.temp", path / "root.temp"]
    for stray in strays:
        stray.touch(mode=0o600)
    assert keys.rotate_root() == 1
    assert not [stray for stray in strays if stray.exists()]


def test_a_rotation_that_meets_a_damaged_key_destroys_nothing(keys: KeyDirectory, path: Path) -> None:
    made = {block: keys.create_block_key(block, 0) for block in range(3)}
    damaged = path / "blocks" / "1.0"
    whole = damaged.read_bytes()
    damaged.write_bytes(bytes(60))
    with pytest.raises(Tampered, match=r"blocks/1\.0"):
        keys.rotate_root()
    damaged.write_bytes(whole)
    assert {block: KeyDirectory(path).block_key(block, 0) for block in made} == made
    assert keys.rotate_root() == 3
    assert {block: KeyDirectory(path).block_key(block, 0) for block in made} == made


def test_readers_never_miss_a_key_while_the_root_rotates(keys: KeyDirectory, path: Path) -> None:
    made = {block: keys.create_block_key(block, 0) for block in range(4)}
    done = threading.Event()

    def rotate() -> None:
        for _ in range(30):
            keys.rotate_root()
            time.sleep(0.002)
        done.set()

    rotating = threading.Thread(target=rotate)
    rotating.start()
    reads = 0
    while not done.is_set():
        fresh = KeyDirectory(path)
        assert {block: fresh.block_key(block, 0) for block in made} == made
        reads += 1
    rotating.join()
    assert reads > 5


def test_a_second_directory_is_not_made_over_the_first(keys: KeyDirectory, path: Path) -> None:
    key = keys.create_block_key(1, 0)
    with pytest.raises(KeyExists, match="root"):
        KeyDirectory.create(path)
    assert KeyDirectory(path).block_key(1, 0) == key


def test_no_new_root_is_made_for_keys_whose_root_is_gone(keys: KeyDirectory, path: Path) -> None:
    keys.create_block_key(1, 0)
    (path / "root").unlink()
    with pytest.raises(UnsafeKeyDirectory, match="restore"):
        KeyDirectory.create(path)
    with pytest.raises(UnsafeKeyDirectory, match=r"root key .* missing"):
        KeyDirectory(path)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_root_key_of_another_length_is_refused(path: Path, length: int) -> None:
    (path / "root").write_bytes(bytes(length))
    with pytest.raises(UnsafeKeyDirectory, match=f"{length} bytes"):
        KeyDirectory(path)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnsafeKeyDirectory, match="nowhere is missing"):
        KeyDirectory(tmp_path / "nowhere")


@pytest.mark.parametrize("part", ["", "blocks", "secrets", "root", "blocks/1.0", "secrets/index"])
@pytest.mark.parametrize("more", [0o040, 0o004, 0o020, 0o001])
def test_a_mode_that_lets_others_in_is_refused_with_its_mend(
    keys: KeyDirectory, path: Path, part: str, more: int
) -> None:
    keys.create_block_key(1, 0)
    keys.create_secret("index")
    open_to_others = path / part
    mode = open_to_others.stat().st_mode & 0o777
    open_to_others.chmod(mode | more)
    with pytest.raises(UnsafeKeyDirectory, match=f"chmod {mode:o} '{open_to_others}'"):
        KeyDirectory(path)
    open_to_others.chmod(mode)
    assert len(KeyDirectory(path).block_key(1, 0)) == 32


def test_a_key_file_that_was_opened_to_others_later_is_not_read(keys: KeyDirectory, path: Path) -> None:
    keys.create_block_key(1, 0)
    reader = KeyDirectory(path)
    (path / "blocks" / "1.0").chmod(0o644)
    with pytest.raises(UnsafeKeyDirectory, match="chmod 600"):
        reader.block_key(1, 0)


@pytest.mark.usefixtures("keys")
def test_another_owner_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(UnsafeKeyDirectory, match="chown"):
        KeyDirectory(path)


@pytest.mark.usefixtures("keys")
def test_a_folder_that_cannot_be_read_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(UnsafeKeyDirectory, match=f"{path} cannot be read"):
        KeyDirectory(path)


def test_a_link_in_place_of_a_key_is_not_followed(keys: KeyDirectory, path: Path, tmp_path: Path) -> None:
    keys.create_block_key(1, 0)
    reader = KeyDirectory(path)
    elsewhere = tmp_path / "elsewhere"
    os.replace(path / "blocks" / "1.0", elsewhere)
    (path / "blocks" / "1.0").symlink_to(elsewhere)
    with pytest.raises(UnsafeKeyDirectory):
        reader.block_key(1, 0)
    with pytest.raises(UnsafeKeyDirectory):
        KeyDirectory(path)


def test_another_root_can_stand_in_for_the_file(path: Path) -> None:
    KeyDirectory.create(path)
    (path / "root").unlink()
    keys = KeyDirectory(path, root=Elsewhere())
    key = keys.create_block_key(1, 0)
    assert keys.rotate_root() == 1
    assert KeyDirectory(path, root=Elsewhere()).block_key(1, 0) == key


class Elsewhere:
    """A root key that is not in the directory, as a key-management service's is not."""

    key = bytes(range(32))

    def prove(self) -> None:
        pass

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        return wrapping.wrap(self.key, key, context=context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        return wrapping.unwrap(self.key, wrapped, context=context)

    def begin_rotation(self) -> None:
        """Is done elsewhere."""

    def finish_rotation(self) -> None:
        """Is done elsewhere."""


def contents(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
