"""Health names what does not work, and nothing more."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.http import JsonResponse
from django.test import RequestFactory, override_settings

from config import health
from config.health import healthz
from jobs.health import WORKER, beat
from vault.key_directory import KeyDirectory


def works() -> None:
    """Stand for a part that works."""


def fails() -> None:
    """Stand for a part that does not, with a reason nobody outside should read."""
    raise RuntimeError("password=secret")


def ask() -> JsonResponse:
    return healthz(RequestFactory().get("/healthz"))


def test_all_is_well_when_every_part_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PARTS", dict.fromkeys(health.PARTS, works))
    answer = ask()
    assert (answer.status_code, answer.content) == (200, b'{"ok": true, "failing": []}')
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", health.PARTS)
def test_each_part_that_fails_is_named_without_its_reason(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(health, "PARTS", {**dict.fromkeys(health.PARTS, works), name: fails})
    answer = ask()
    assert answer.status_code == 503
    assert answer.content == f'{{"ok": false, "failing": ["{name}"]}}'.encode()
    assert f"{name} does not work (RuntimeError)" in caplog.text
    assert "secret" not in caplog.text


def test_nothing_can_be_posted() -> None:
    assert healthz(RequestFactory().post("/healthz")).status_code == 405


def test_a_key_directory_that_is_open_to_others_does_not_work(tmp_path: Path) -> None:
    KeyDirectory.create(tmp_path / "keys")
    with override_settings(KEY_DIRECTORY=tmp_path / "keys"):
        health.check_keys()
        (tmp_path / "keys").chmod(0o755)
        with pytest.raises(Exception, match="keys"):
            health.check_keys()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    content = {"BACKEND": "vault.files.FileStorage", "OPTIONS": {"location": str(tmp_path / "store")}}
    with override_settings(STORAGES={"content": content}):
        yield tmp_path / "store"


def test_the_store_is_tried_and_nothing_is_left_in_it(store: Path) -> None:
    health.check_store()
    assert store.exists()
    assert not [path for path in store.rglob("*") if path.is_file()]


def test_a_store_whose_folder_is_gone_does_not_work(store: Path) -> None:
    health.check_store()
    for folder in sorted(store.rglob("*"), reverse=True):
        folder.rmdir()
    store.rmdir()
    with pytest.raises(OSError, match="No such file"):
        health.check_store()


@pytest.mark.django_db
def test_a_worker_that_has_not_been_heard_of_does_not_work() -> None:
    with pytest.raises(health.NotWorking):
        health.check_worker()
    beat(WORKER)
    health.check_worker()


def test_a_queue_that_answers_works(valkey: str) -> None:
    health.check_queue()


@pytest.mark.parametrize("alias", ["default", "keyring"])
def test_a_database_is_asked(alias: str, unreachable: Callable[[str], None]) -> None:
    unreachable(alias)
    with pytest.raises(Exception, match="connection"):
        health.check_database(alias)


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    def point_away(alias: str) -> None:
        monkeypatch.setitem(health.settings.DATABASES[alias], "HOST", str(tmp_path))

    return point_away


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "keyring"])
def test_a_database_that_answers_works(alias: str) -> None:
    health.check_database(alias)
