"""Processes that make, shred, renew, rotate, read and copy are killed at random; afterwards every promise holds."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

from privacy.keyring.models import Destroyed, Key, Tombstone
from privacy.keyring.renewal import is_due, renew_blocks
from privacy.keyring.ring import load_keys, shred
from tests.house import CHECKOUT
from tests.privacy.renewal_under_fire import told
from tests.privacy.renewing import assert_whole, block_keys_left, opens_with_any

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
SECONDS = 12


def environment(own_keys: Path) -> dict[str, str]:
    """Return what a process needs to find the databases and keys of this test."""
    addresses = {
        name: os.environ[name].replace(f"@/{plain}?", f"@/{connections[alias].settings_dict['NAME']}?")
        for name, plain, alias in (("DATABASE_URL", "lethe", "default"), ("KEYRING_DATABASE_URL", "keyring", "keyring"))
    }
    return {**os.environ, **addresses, "KEY_DIRECTORY": str(own_keys)}


def test_killed_at_random_no_living_key_is_lost_and_no_shredded_one_opens(own_keys: Path, tmp_path: Path):
    folder = tmp_path / "told"
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "tests.privacy.renewal_under_fire", str(folder), str(SECONDS)],
        cwd=CHECKOUT,
        env=environment(own_keys),
        check=True,
        timeout=120,
    )
    assert told("problem", folder) == []
    busy = {name: len(told(name, folder)) for name in ("made", "shredded", "renewed", "rotated", "read", "copies")}
    assert all(busy.values()), busy
    assert sum(Counter(told("killed", folder)).values()) > 20

    # What the eraser and the clock do after a crash.
    shred(UUID(each) for each in told("doomed", folder))
    while is_due():
        assert not renew_blocks().failed

    assert_nothing_is_lost(folder)
    assert_nothing_shredded_opens(folder)
    assert_whole()
    assert Destroyed.objects.count() > 20


def assert_nothing_is_lost(folder: Path) -> None:
    doomed = {UUID(each) for each in told("doomed", folder)}
    made = {UUID(key_id): key for key_id, key in (line.split() for line in told("made", folder))}
    living = {key_id: key for key_id, key in made.items() if key_id not in doomed}
    assert len(living) > 50
    assert {key_id: key.hex() for key_id, key in load_keys(living).items()} == living


def assert_nothing_shredded_opens(folder: Path) -> None:
    """Every copy that was taken of a shredded key is tried with every block key file that is left."""
    doomed = {UUID(each) for each in told("doomed", folder)}
    assert not Key.objects.filter(pk__in=doomed).exists()
    assert Tombstone.objects.filter(pk__in=doomed).count() == len(doomed)
    copies: dict[UUID, set[str]] = defaultdict(set)
    for line in told("copies", folder):
        key_id, wrapped = line.split()
        copies[UUID(key_id)].add(wrapped)
    old = [(key_id, bytes.fromhex(wrapped)) for key_id in doomed & copies.keys() for wrapped in copies[key_id]]
    assert len(old) > 20
    left = block_keys_left()
    assert [key_id for key_id, wrapped in old if opens_with_any(wrapped, key_id, left)] == []
    # The trying itself works: what lives today opens.
    living = Key.objects.all()[0]
    assert opens_with_any(bytes(living.wrapped), living.pk, left)
