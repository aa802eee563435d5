"""With ROOT_KEY_URL the house stands on a root key in a service, and does not start without it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings

from privacy import keys
from privacy.keyring.ring import create_keys, load_keys
from tests.vault.transit_server import TOKEN, Transit
from vault.errors import RootUnavailable
from vault.key_directory import KeyDirectory
from vault.transit import TransitAddress, TransitRoot


@pytest.fixture
def transit(tmp_path: Path, settings, monkeypatch) -> Iterator[Transit]:
    server = Transit()
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    settings.ROOT_KEY_URL = f"vault+http://127.0.0.1:{server.port}/transit/lethe?timeout=0.5"
    settings.KEY_DIRECTORY = tmp_path / "keys"
    KeyDirectory.create(tmp_path / "keys", TransitRoot(TransitAddress.parse(settings.ROOT_KEY_URL)))
    keys.directory.cache_clear()
    yield server
    server.close()
    keys.directory.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_keys_stand_under_the_root_of_the_service(transit):
    made = create_keys(UUID(int=1), 3)
    keys.directory().rotate_root()
    keys.directory.cache_clear()
    assert load_keys(each.id for each in made) == {each.id: each.key for each in made}
    assert list(transit.versions) == [2]
    asked = len(transit.calls)
    load_keys([made[0].id])
    assert len(transit.calls) == asked, "an opened block key serves for a minute"


def test_without_the_service_nothing_starts_and_it_is_named(transit):
    transit.close()
    keys.directory.cache_clear()
    with pytest.raises(RootUnavailable, match=f"127.0.0.1:{transit.port}/transit/lethe"):
        keys.directory()


def test_the_web_part_ends_with_a_sentence(transit):
    transit.close()
    environment = {
        **os.environ,
        "ROOT_KEY_URL": django_settings.ROOT_KEY_URL,
        "KEY_DIRECTORY": str(django_settings.KEY_DIRECTORY),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert f"127.0.0.1:{transit.port}/transit/lethe" in ended.stderr
    assert TOKEN not in ended.stderr + ended.stdout
