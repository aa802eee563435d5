"""Kill a process before each step of creating, destroying and rotating, then go on: nothing lost, nothing come back."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vault import durable, private_files
from vault.errors import KeyExists, KeyMissing
from vault.key_directory import KeyDirectory

STEPS = ("open", "mkdir", "link", "unlink", "replace", "fsync")
KILLED = 77
BLOCKS = (1, 2)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed process loses nothing it has written, synced or not; that syncs come in order has tests of its own."""
    monkeypatch.setattr(durable, "_FULL_SYNC", None)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


class House:
    """A key directory with two block keys and a secret, and what they were when it was made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        keys = KeyDirectory.create(path)
        self.made = {block: keys.create_block_key(block, 0) for block in BLOCKS}
        self.secret = keys.create_secret("index")
        self.first_root = (path / "root").read_bytes()

    @property
    def keys(self) -> KeyDirectory:
        """A fresh view, as another process has."""
        return KeyDirectory(self.path)

    def assert_nothing_is_lost(self) -> None:
        assert {block: self.keys.block_key(block, 0) for block in self.made} == self.made
        assert self.keys.secret("index") == self.secret

    def files(self) -> set[str]:
        return {str(file.relative_to(self.path)) for file in self.path.rglob("*") if file.is_file()}


def killed_before(step: int, act: Callable[[], object]) -> bool:
    """Run `act` in a child that dies, without any clean-up, before its step of that number; False if it got through."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            die_before(step)
            act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED), f"the child failed by itself at step {step}"
    return code == KILLED


def die_before(step: int) -> None:
    left = step

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal left
            if left == 0:
                os._exit(KILLED)
            left -= 1
            return real(*args, **options)

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))


def every_crash(tmp_path: Path, prepare: Callable[[Path], Any], act: Callable[[Any], object]) -> Iterator[Any]:
    """Prepare anew, kill `act` before each of its steps in turn, and yield what is left each time."""
    for step in range(1000):
        prepared = prepare(tmp_path / str(step))
        if not killed_before(step, partial(act, prepared)):
            assert step > 4
            return
        yield prepared
    raise AssertionError("the act never ended")


def test_creating_the_directory_can_be_done_again(tmp_path: Path) -> None:
    for path in every_crash(tmp_path, Path, KeyDirectory.create):
        try:
            keys = KeyDirectory.create(path)
        except KeyExists:
            keys = KeyDirectory(path)
        key = keys.create_block_key(1, 0)
        assert KeyDirectory(path).block_key(1, 0) == key
        assert sorted(file.name for file in path.rglob("*") if file.is_file()) == ["1.0", "root"]


def test_a_key_whose_creation_was_killed_is_whole_or_not_there(tmp_path: Path) -> None:
    outcomes = set()
    for house in every_crash(tmp_path, House, lambda house: house.keys.create_block_key(3, 0)):
        there = house.keys.has_block_key(3, 0)
        outcomes.add(there)
        if there:
            key = house.keys.block_key(3, 0)
            with pytest.raises(KeyExists):
                house.keys.create_block_key(3, 0)
        else:
            key = house.keys.create_block_key(3, 0)
        assert len(key) == 32
        assert house.keys.block_key(3, 0) == key
        house.keys.destroy_block_key(3, 0)
        assert house.files() == {"root", "blocks/1.0", "blocks/2.0", "secrets/index"}
        house.assert_nothing_is_lost()
    assert outcomes == {True, False}


def test_a_secret_whose_creation_was_killed_is_made_once(tmp_path: Path) -> None:
    for house in every_crash(tmp_path, House, lambda house: house.keys.create_secret("signing")):
        secret = house.keys.create_secret("signing")
        assert house.keys.secret("signing") == house.keys.create_secret("signing") == secret
        house.assert_nothing_is_lost()


def test_a_destruction_that_was_killed_can_be_done_again(tmp_path: Path) -> None:
    outcomes = set()
    for house in every_crash(tmp_path, House, lambda house: house.keys.destroy_block_key(1, 0)):
        outcomes.add(house.keys.has_block_key(1, 0))
        house.keys.destroy_block_key(1, 0)
        with pytest.raises(KeyMissing):
            house.keys.block_key(1, 0)
        del house.made[1]
        house.assert_nothing_is_lost()
        assert house.files() == {"root", "blocks/2.0", "secrets/index"}
    assert outcomes == {True, False}


def test_a_rotation_that_was_killed_loses_nothing_and_is_completed_by_the_next(tmp_path: Path) -> None:
    for house in every_crash(tmp_path, House, lambda house: house.keys.rotate_root()):
        house.assert_nothing_is_lost()
        house.made[3] = house.keys.create_block_key(3, 0)
        house.keys.destroy_block_key(1, 0)
        del house.made[1]
        house.assert_nothing_is_lost()
        assert house.keys.rotate_root() == 3
        house.assert_nothing_is_lost()
        assert_the_first_root_is_gone(house)
        assert house.files() == {"root", "blocks/2.0", "blocks/3.0", "secrets/index"}


def test_a_rotation_killed_again_while_it_is_completed_loses_nothing(tmp_path: Path) -> None:
    rotate = KeyDirectory.rotate_root

    def interrupted(first: int) -> Callable[[Path], House]:
        def prepare(path: Path) -> House:
            house = House(path)
            killed_before(first, lambda: rotate(house.keys))
            return house

        return prepare

    steps = sum(1 for _ in every_crash(tmp_path, House, lambda house: rotate(house.keys)))
    # In the middle of the re-wrapping, and at the end, where the roots change places.
    for first in (steps // 2, steps - 7, steps - 3):
        folder = tmp_path / f"killed at {first}"
        folder.mkdir()
        for house in every_crash(folder, interrupted(first), lambda house: rotate(house.keys)):
            house.assert_nothing_is_lost()
            house.keys.rotate_root()
            house.assert_nothing_is_lost()
            assert_the_first_root_is_gone(house)


def assert_the_first_root_is_gone(house: House) -> None:
    assert not [name for name in house.files() if house.first_root in (house.path / name).read_bytes()]


def test_nothing_is_linked_before_it_is_on_the_disk_or_told_before_its_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = traced(monkeypatch)
    private_files.create(tmp_path / "1.0", b"wrapped")
    assert trace == ["sync 1.0.temp", "link 1.0", "unlink 1.0.temp", f"sync {tmp_path.name}"]


def test_the_old_root_goes_only_after_the_new_wrappings_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path / "keys")
    trace = traced(monkeypatch)
    house.keys.rotate_root()
    rewrapped = trace.index("replace 1.0")
    replaced = trace.index("replace root")
    made = trace.index("link root.next")
    assert trace.index("sync root.next.temp") < made < trace.index("sync keys", made) < rewrapped
    assert trace.index("sync 1.0.temp") < rewrapped < trace.index("sync blocks", rewrapped) < replaced
    assert trace.index("replace index") < trace.index("sync secrets", trace.index("replace index")) < replaced
    assert trace[replaced + 1 :] == ["sync keys", "sync root.old", "unlink root.old", "sync keys"]


def traced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write down each successful link, unlink, replace and sync from here on, with the name it was about."""
    trace: list[str] = []
    opened: dict[int, str] = {}
    real = {name: getattr(os, name) for name in STEPS}

    def open_(path: Any, *args: Any, **options: Any) -> int:
        descriptor: int = real["open"](path, *args, **options)
        opened[descriptor] = Path(path).name
        return descriptor

    def fsync(descriptor: int) -> None:
        real["fsync"](descriptor)
        trace.append(f"sync {opened[descriptor]}")

    def about(name: str, last: int) -> Callable[..., None]:
        def call(*args: Any, **options: Any) -> None:
            real[name](*args, **options)
            trace.append(f"{name} {Path(args[last]).name}")

        return call

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "fsync", fsync)
    for name, last in (("link", 1), ("replace", 1), ("unlink", 0)):
        monkeypatch.setattr(os, name, about(name, last))
    return trace
