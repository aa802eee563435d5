import io
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.vault.by_the_book import FIRST, PLAIN, pattern
from vault.errors import NameTaken, Tampered, UnsafeName
from vault.files import FileStorage, shard
from vault.store import Store
from vault.wrapping import new_key

ALICE, BOB = b"recording/alice", b"recording/bob"
NAME = "recording/0a1b"
VOICE = b"my account number is five five five"
PLAINTEXT = VOICE * 5000
KEY = new_key()


class Bucket:
    """A storage as Django's are: keeps whole files, finds another name where one is taken, has no writer."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.rename = False

    def save(self, name: str, content: BinaryIO) -> str:
        name = f"{name}-x7Gh2" if self.rename else name
        self.kept[name] = content.read()
        return name

    def open(self, name: str, mode: str = "rb") -> BinaryIO:
        if name not in self.kept:
            raise FileNotFoundError(name)
        return io.BytesIO(self.kept[name])

    def exists(self, name: str) -> bool:
        return name in self.kept

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        prefix = f"{path}/" if path else ""
        below = [name.removeprefix(prefix) for name in self.kept if name.startswith(prefix)]
        folders = {name.split("/")[0] for name in below if "/" in name}
        return sorted(folders), [name for name in below if "/" not in name]


@pytest.fixture(params=["files", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return FileStorage(tmp_path / "content") if request.param == "files" else Bucket()


@pytest.fixture
def store(storage: Any) -> Store:
    return Store(storage)


def put(store: Store, name: str = NAME, plaintext: bytes = PLAINTEXT) -> int:
    return store.put(name, io.BytesIO(plaintext), KEY, context=ALICE)


def test_content_comes_back_whole_and_in_parts(store: Store) -> None:
    plaintext = pattern(FIRST + 3 * PLAIN)
    assert put(store, plaintext=plaintext) == len(plaintext)
    with store.open(NAME, KEY, context=ALICE) as reader:
        assert reader.size == len(plaintext)
        assert reader.read_at(FIRST - 5, 10) == plaintext[FIRST - 5 : FIRST + 5]
        assert b"".join(reader.iter_range(0, reader.size)) == plaintext


def test_the_storage_never_sees_plaintext(store: Store, storage: Any) -> None:
    assert VOICE in PLAINTEXT
    put(store)
    sealed = storage.open(NAME).read()
    assert len(sealed) > len(PLAINTEXT)
    assert VOICE not in sealed


def test_no_file_anywhere_ever_holds_plaintext(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    class Watched(io.BytesIO):
        def write(self, data: Any) -> int:
            seen.append(bytes(data))
            return super().write(data)

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda max_size: Watched())
    put(Store(Bucket()))
    assert sum(map(len, seen)) > len(PLAINTEXT)
    assert VOICE not in b"".join(seen)


def test_another_record_or_key_does_not_open(store: Store) -> None:
    put(store)
    for key, context in ((KEY, BOB), (new_key(), ALICE)):
        with pytest.raises(Tampered):
            store.open(NAME, key, context=context)


def test_content_that_was_cut_does_not_open(tmp_path: Path) -> None:
    store = Store(FileStorage(tmp_path))
    put(store)
    file = tmp_path / shard(NAME) / NAME
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(Tampered):
        store.open(NAME, KEY, context=ALICE)


def test_a_name_is_taken_only_once(store: Store) -> None:
    put(store)
    with pytest.raises(NameTaken):
        put(store, plaintext=b"other")
    assert store.open(NAME, KEY, context=ALICE).size == len(PLAINTEXT)


def test_a_storage_that_stores_under_another_name_is_not_believed() -> None:
    bucket = Bucket()
    bucket.rename = True
    with pytest.raises(NameTaken):
        put(Store(bucket))
    assert bucket.kept == {}


def test_a_source_that_fails_leaves_nothing(store: Store) -> None:
    class Unplugged(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if self.tell():
                raise OSError("unplugged")
            return super().readinto(buffer[:1000])

    with pytest.raises(OSError, match="unplugged"):
        store.put(NAME, Unplugged(PLAINTEXT), KEY, context=ALICE)
    assert not store.exists(NAME)
    assert list(store.names()) == []


def test_deleting_says_whether_it_was_there(store: Store) -> None:
    put(store)
    assert store.exists(NAME)
    assert store.delete(NAME) is True
    assert store.delete(NAME) is False
    assert not store.exists(NAME)
    with pytest.raises(FileNotFoundError):
        store.open(NAME, KEY, context=ALICE)


def test_all_names_are_listed(store: Store) -> None:
    names = {"loose", "recording/1", "recording/2", "voicemail/deep/3"}
    for name in names:
        put(store, name, b"Alice")
    assert set(store.names()) == names


def test_a_file_that_does_not_open_is_closed(store: Store, storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store)
    opened = storage.open(NAME)
    monkeypatch.setattr(storage, "open", lambda *args: opened)
    with pytest.raises(Tampered):
        store.open(NAME, KEY, context=BOB)
    assert opened.closed


def test_names_are_proved(tmp_path: Path) -> None:
    store = Store(FileStorage(tmp_path))
    with pytest.raises(UnsafeName):
        put(store, "../out")
    with pytest.raises(UnsafeName):
        store.open("../out", KEY, context=ALICE)
