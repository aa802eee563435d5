"""What prevents a start is said in a sentence, and keys are never made twice."""

import os
import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import run
from config.embedded.refusal import StartRefused, with_cause
from config.env import BadSetting
from config.run import House

Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("LETHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KEY_DIRECTORY", raising=False)
    house = House()
    house.home.create()
    return house


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_refused_even_if_its_holder_would_share_it(taken: int) -> None:
    with pytest.raises(StartRefused, match=f"port {taken} is taken.*make run PORT="):
        run.check_port("127.0.0.1", taken)


def test_a_port_just_left_is_taken_again() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()
            client.recv(1)
    run.check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StartRefused, match="HOST"):
        run.check_port("203.0.113.7", 8000)


@pytest.mark.parametrize(("name", "value"), [("PORT", "eighty"), ("PORT", "70000"), ("DEMO", "perhaps")])
def test_a_wrong_variable_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        House()


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = os.statvfs_result([4096, 4096, 1000, 10, 10, 0, 0, 0, 0, 255])
    monkeypatch.setattr(os, "statvfs", lambda path: full)
    with pytest.raises(StartRefused, match="is full"):
        run.check_room(tmp_path)


def test_a_failure_on_a_full_disk_names_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "full" not in str(with_cause("It failed.", tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(10**9, 10**9, 0))
    assert "is full" in str(with_cause("It failed.", tmp_path))


def test_keys_are_made_once_and_a_loss_is_told(house: House) -> None:
    house._make_keys()
    house._make_keys()
    shutil.rmtree(house.home.path / "keys")
    with pytest.raises(StartRefused, match=r"keys can't be used.*keys"):
        house._make_keys()
    assert not (house.home.path / "keys").exists()


def test_a_first_start_that_ended_right_after_making_keys_goes_on(house: House) -> None:
    house._make_keys()
    (house.home.path / "keys.made").unlink()
    root = (house.home.path / "keys" / "root").read_bytes()
    house._make_keys()
    assert (house.home.path / "keys" / "root").read_bytes() == root


def test_addresses_given_by_the_environment_are_used_and_nothing_is_started(house: House) -> None:
    given = {
        name: f"{name.lower()}://x" for name in ("DATABASE_URL", "KEYRING_DATABASE_URL", "BROKER_URL", "CACHE_URL")
    }
    house.given = dict(given)
    house._start_databases()
    house._start_queue()
    assert house.supervisor.parts == []
    assert house.found == {
        **given,
        "DATABASE_OWNER_URL": given["DATABASE_URL"],
        "KEYRING_DATABASE_OWNER_URL": given["KEYRING_DATABASE_URL"],
    }


def test_databases_alone_are_started_for_a_restore(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither migrations nor any part of the house may touch a database that is being put back."""
    house.given = {
        name: f"{name.lower()}://x" for name in ("DATABASE_URL", "KEYRING_DATABASE_URL", "BROKER_URL", "CACHE_URL")
    }
    monkeypatch.setattr(house.supervisor, "run_step", lambda *given: pytest.fail("something was run"))
    house.databases_only = True
    house._start()
    assert house.supervisor.parts == []
    assert "DATABASE_OWNER_URL=database_url://x" in (house.home.path / "lethe.env").read_text()


def test_the_owner_of_the_tables_is_known_to_the_preparation_only(house: House) -> None:
    house.found = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner", "KEYRING_DATABASE_OWNER_URL": "owner"}
    assert house._environment(owner=True)["DATABASE_OWNER_URL"] == "owner"
    for part in house._own_parts():
        assert part.environment["DATABASE_URL"] == "app"
        assert part.environment["DATABASE_OWNER_URL"] == ""
        assert part.environment["KEYRING_DATABASE_OWNER_URL"] == ""
