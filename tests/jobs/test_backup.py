"""Backups: data, keyring and keys apart, whole or not at all, and checked."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from jobs import backup, manifest
from jobs.backup import NotBackedUp, back_up
from privacy import dumping, restored
from privacy.models import Epoch, Restoration
from tests.jobs.conftest import ALICE
from tests.makers import make_interaction
from trail.actor import NoActor
from trail.append import append
from trail.models import Event
from trail.sequence import seal_pending

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "to").mkdir()
    return tmp_path / "to"


@pytest.fixture
def call(account):
    call = make_interaction(account, recording=b"alice canary sound", comment="alice canary words")
    append("test.done", actor=ALICE)
    seal_pending()
    return call


def made_in(place: Path) -> Path:
    (folder,) = place.iterdir()
    return folder


def tables_in(dump: Path) -> str:
    program = dumping.find_program("pg_restore")
    return subprocess.run([program, "--list", str(dump)], capture_output=True, text=True, check=True).stdout


def test_three_places_hold_three_things(call, place, capsys):
    call_command("backup", to=place / "a", copy_store=True, keyring_to=place / "b", keys_to=place / "c")

    data, keyring, key_files = (made_in(place / each) for each in "abc")
    assert "interactions_recording" in tables_in(data / "data.dump")
    assert "keyring_key" not in tables_in(data / "data.dump")
    assert "keyring_key" in tables_in(keyring / "keyring.dump")
    assert "interactions_recording" not in tables_in(keyring / "keyring.dump")
    assert list((key_files / "keys/blocks").iterdir())
    assert not list(place.rglob("root*")), "the root key is never copied"
    blob = call.recordings.get().blob
    assert next(data.rglob(blob)).read_bytes() == next((Path(settings.LETHE_HOME) / "store").rglob(blob)).read_bytes()
    told = json.loads((data / "manifest.json").read_text())
    assert told["checkpoint"]["size"] == 1
    assert told["store"]["copied"]
    assert told["program"].startswith("pg_dump (PostgreSQL)")
    assert {"began_at", "ended_at", "server", "mark", "files"} <= told.keys()
    said = capsys.readouterr().out
    assert all(str(each) in said for each in (data, keyring, key_files))
    assert Event.objects.filter(action="backup.made").count() == 3
    for folder in (data, keyring, key_files):
        call_command("backup", check=folder)


def test_nobody_else_can_read_it_and_it_holds_nothing_in_clear(call, place):
    old = os.umask(0)
    try:
        call_command("backup", to=place / "a", copy_store=True, keyring_to=place / "b", keys_to=place / "c")
    finally:
        os.umask(old)
    for path in place.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
        assert path.is_dir() or b"alice canary" not in path.read_bytes()


def test_without_copies_the_store_is_a_list(call, place):
    call_command("backup", to=place)
    folder = made_in(place)
    assert call.recordings.get().blob in (folder / "store.jsonl").read_text()
    assert not (folder / "store").exists()


@pytest.mark.parametrize("places", [
    {"data": "a", "keyring": "a"}, {"data": "a", "keyring": "a/b"}, {"keyring": "a/b", "key_files": "a"},
    {"data": "a/../b", "key_files": "b"},
])  # fmt: skip
def test_no_two_of_the_three_in_one_place(places, place):
    with pytest.raises(NotBackedUp, match="lie in one another"):
        back_up(actor=ALICE, **{kind: place / name for kind, name in places.items()})
    assert not list(place.iterdir())


def test_neither_beside_the_living_keys_nor_in_the_store():
    for bad in (settings.KEY_DIRECTORY, settings.KEY_DIRECTORY / "new", Path(settings.LETHE_HOME)):
        with pytest.raises(CommandError, match="the key directory"):
            call_command("backup", to=bad)
    with pytest.raises(CommandError, match="the store"):
        call_command("backup", to=Path(settings.LETHE_HOME) / "store/a")
    with pytest.raises(CommandError, match="name a folder"):
        call_command("backup")


def test_a_link_does_not_hide_where_a_place_is(place):
    (place / "link").symlink_to(settings.KEY_DIRECTORY)
    with pytest.raises(NotBackedUp):
        back_up(actor=ALICE, data=place / "link")


def test_a_dump_that_fails_leaves_nothing_and_says_why(call, place, monkeypatch):
    monkeypatch.setattr(dumping, "conninfo", lambda alias: "host=/nowhere dbname=lost")
    with pytest.raises(CommandError, match=r"The data was not backed up: pg_dump ended with status 1 \(.*nowhere"):
        call_command("backup", to=place)
    assert not list(place.iterdir())
    assert not Event.objects.filter(action="backup.made").exists()


def test_without_the_program_it_says_so(place, monkeypatch):
    monkeypatch.setattr(dumping.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(place))
    with pytest.raises(CommandError, match="pg_dump was not found; install"):
        call_command("backup", to=place / "a")


@pytest.mark.parametrize("step", ["_dump", "write_manifest"])
def test_killed_in_between_there_is_no_backup_that_looks_finished(call, place, monkeypatch, step):
    def die(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, step, die)
    with pytest.raises(KeyboardInterrupt):
        back_up(actor=ALICE, data=place)
    assert not list(place.iterdir())


def test_a_full_disk_is_told_in_a_sentence(call, place, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "write_manifest", full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("backup", to=place)
    assert not list(place.iterdir())


def test_the_dump_of_a_moment_is_told_from_everything_later(call, place):
    """Putting it back is noticed, however soon after it that is done."""
    restored.advance()
    mark = Epoch.objects.values().get()
    back_up(actor=ALICE, data=place / "a")
    Epoch.objects.update(**mark)
    assert restored.compare().older == restored.DATA
    assert not Restoration.objects.exists()


def test_nobody_backs_up_without_an_actor(place):
    with pytest.raises(NoActor):
        back_up(actor=None, data=place)
    assert not list(place.iterdir())


class TestCheck:
    @pytest.fixture
    def folder(self, call, place) -> Path:
        return back_up(actor=ALICE, data=place / "a", store=True)["data"]

    def test_whole(self, folder, capsys):
        call_command("backup", check=folder)
        assert "as it was written" in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["data.dump", "store.jsonl", "store/*/*"])
    def test_a_changed_byte(self, folder, name):
        file = next(folder.glob(name))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        with pytest.raises(CommandError, match=f"{file.relative_to(folder)} is not what was written"):
            call_command("backup", check=folder)

    @pytest.mark.parametrize("name", ["data.dump", "store/*/*"])
    def test_a_missing_file(self, folder, name):
        next(folder.glob(name)).unlink()
        with pytest.raises(CommandError, match="is missing"):
            call_command("backup", check=folder)

    def test_a_file_too_many(self, folder):
        (folder / "more").touch(0o600)
        with pytest.raises(CommandError, match="more is not in the manifest"):
            call_command("backup", check=folder)

    def test_open_to_others(self, folder):
        (folder / "data.dump").chmod(0o644)
        with pytest.raises(CommandError, match="can be read by others"):
            call_command("backup", check=folder)

    def test_no_backup(self, folder):
        (folder / "manifest.json").unlink()
        with pytest.raises(CommandError, match=r"holds no manifest\.json"):
            call_command("backup", check=folder)

    def test_a_manifest_of_another_kind(self, folder):
        for text in ("no json", "[]", '{"format": 9}'):
            (folder / "manifest.json").write_text(text)
            with pytest.raises(CommandError, match=r"manifest\.json"):
                call_command("backup", check=folder)

    def test_a_dump_that_pg_restore_does_not_read(self, folder):
        (folder / "data.dump").write_bytes(b"no dump")
        told = json.loads((folder / "manifest.json").read_text())
        size, sha256 = dumping.hash_file(folder / "data.dump")
        told["files"] = [
            {"name": "data.dump", "bytes": size, "sha256": sha256} if each["name"] == "data.dump" else each
            for each in told["files"]
        ]
        (folder / "manifest.json").write_text(json.dumps(told))
        assert manifest.check(folder) == ["data.dump can't be read by pg_restore."]
