import os
import stat
from pathlib import Path
from typing import Any

import pytest

from vault.errors import NameTaken, UnsafeName
from vault.files import FileStorage, shard

ALICE = "recording/7f0c2b1e-alice"


@pytest.fixture
def location(tmp_path: Path) -> Path:
    return tmp_path / "content"


@pytest.fixture
def storage(location: Path) -> FileStorage:
    return FileStorage(location)


def store(storage: FileStorage, name: str, data: bytes = b"sealed") -> None:
    with storage.writer(name) as file:
        file.write(data)


def place(location: Path, name: str) -> Path:
    return location / shard(name) / name


def read(storage: FileStorage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


def test_what_is_written_is_there(storage: FileStorage, location: Path) -> None:
    assert not storage.exists(ALICE)
    store(storage, ALICE, b"sealed bytes")
    assert storage.exists(ALICE)
    assert storage.size(ALICE) == 12
    assert read(storage, ALICE) == b"sealed bytes"
    assert read(FileStorage(location), ALICE) == b"sealed bytes"


def test_nobody_else_may_read_what_is_stored(storage: FileStorage, location: Path) -> None:
    store(storage, ALICE)
    assert place(location, ALICE).stat().st_mode & 0o777 == 0o600
    for folder in (location, *place(location, ALICE).parents[:2]):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_what_is_stored_is_never_overwritten(storage: FileStorage) -> None:
    store(storage, ALICE, b"first")
    with pytest.raises(NameTaken):
        store(storage, ALICE, b"second")
    assert read(storage, ALICE) == b"first"
    assert list(storage.names()) == [ALICE]


def test_a_write_that_fails_leaves_nothing(storage: FileStorage, location: Path) -> None:
    def unplugged() -> None:
        with storage.writer(ALICE) as file:
            file.write(b"half")
            raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        unplugged()
    assert not storage.exists(ALICE)
    assert [path for path in location.rglob("*") if path.is_file()] == []
    store(storage, ALICE, b"whole")
    assert read(storage, ALICE) == b"whole"


def test_a_write_under_way_is_not_seen(storage: FileStorage) -> None:
    with storage.writer(ALICE) as file:
        file.write(b"half")
        assert not storage.exists(ALICE)
        assert list(storage.names()) == []
    assert list(storage.names()) == [ALICE]


def test_file_and_folder_are_on_the_disk_before_anybody_is_told(
    storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(storage, ALICE.replace("alice", "before"))
    trace: list[str] = []
    real_link = os.link

    def link(*args: Any, **options: Any) -> None:
        real_link(*args, **options)
        trace.append("link")

    monkeypatch.setattr("vault.files.sync", lambda fd: trace.append("folder" if is_folder(fd) else "file"))
    monkeypatch.setattr(os, "link", link)
    store(storage, ALICE)
    assert trace[-3:] == ["file", "link", "folder"]


def is_folder(descriptor: int) -> bool:
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


def test_deleting_is_done_once_and_may_be_done_twice(storage: FileStorage) -> None:
    store(storage, ALICE)
    storage.delete(ALICE)
    storage.delete(ALICE)
    storage.delete("recording/never-stored")
    assert not storage.exists(ALICE)
    with pytest.raises(FileNotFoundError):
        storage.open(ALICE)
    with pytest.raises(FileNotFoundError):
        storage.size(ALICE)


def test_a_name_may_be_used_again_after_it_was_deleted(storage: FileStorage) -> None:
    store(storage, ALICE, b"first")
    storage.delete(ALICE)
    store(storage, ALICE, b"second")
    assert read(storage, ALICE) == b"second"


def test_all_names_are_listed(storage: FileStorage) -> None:
    names = {f"recording/{number}" for number in range(50)} | {"loose", "a/b/c/d"}
    for name in names:
        store(storage, name)
    assert set(storage.names()) == names
    assert storage.listdir("") == ([], sorted(names))
    with pytest.raises(UnsafeName):
        storage.listdir("recording")


@pytest.mark.parametrize(
    "name",
    [
        *["", "/", "/etc/passwd", "../out", "a/../b", "a/..", "..", ".", "a//b", "a/", "/a", "a\\b", "A", "ä", "a b"],
        *["a.temp", "a\x00b", "a\n", "~", "a" * 101, "/".join("abcdefghi"), "%2e%2e", "a:b"],
    ],
)
def test_names_that_could_lead_elsewhere_are_refused(storage: FileStorage, location: Path, name: str) -> None:
    for act in (storage.open, storage.exists, storage.delete, storage.size, lambda name: store(storage, name)):
        with pytest.raises(UnsafeName):
            act(name)
    assert list(location.iterdir()) == []


def test_a_link_in_place_of_content_is_not_followed(storage: FileStorage, location: Path, tmp_path: Path) -> None:
    store(storage, ALICE)
    secret = tmp_path / "secret"
    secret.write_bytes(b"outside")
    place(location, ALICE).unlink()
    place(location, ALICE).symlink_to(secret)
    with pytest.raises(UnsafeName):
        storage.open(ALICE)
    with pytest.raises(UnsafeName):
        storage.size(ALICE)
    with pytest.raises(NameTaken):
        store(storage, ALICE, b"mine")
    storage.delete(ALICE)
    assert secret.read_bytes() == b"outside"


@pytest.mark.parametrize("depth", [1, 2])
def test_a_link_in_place_of_a_folder_is_not_followed(
    storage: FileStorage, location: Path, tmp_path: Path, depth: int
) -> None:
    store(storage, ALICE)
    folder = place(location, ALICE).parents[2 - depth]
    outside = tmp_path / "outside"
    os.replace(folder, outside)
    folder.symlink_to(outside)
    before = sorted(outside.rglob("*"))
    for act in (storage.open, storage.exists, storage.delete, storage.size, lambda name: store(storage, name)):
        with pytest.raises(UnsafeName):
            act(ALICE)
    assert sorted(outside.rglob("*")) == before
    assert list(storage.names()) == []


def test_what_a_killed_writer_left_is_removed_once_it_is_old(storage: FileStorage, location: Path) -> None:
    store(storage, ALICE)
    left = place(location, ALICE).with_name("bob.0123456789abcdef.temp")
    left.write_bytes(b"half")
    assert storage.remove_abandoned(older_than_s=3600) == 0
    assert list(storage.names()) == [ALICE]
    os.utime(left, (0, 0))
    os.utime(place(location, ALICE), (0, 0))
    assert storage.remove_abandoned(older_than_s=3600) == 1
    assert not left.exists()
    assert storage.exists(ALICE)


def test_content_is_only_opened_for_reading(storage: FileStorage) -> None:
    store(storage, ALICE)
    with pytest.raises(ValueError, match="only read"):
        storage.open(ALICE, "wb")


def test_no_descriptor_is_left_open(storage: FileStorage) -> None:
    before = len(os.listdir("/dev/fd"))
    for number in range(20):
        store(storage, f"recording/{number}")
        read(storage, f"recording/{number}")
        storage.exists(f"elsewhere/{number}")
        storage.delete(f"recording/{number}")
    assert len(os.listdir("/dev/fd")) == before
