"""A named standby that really streams: hidden, stopped, and up to date."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from config.embedded import roles
from config.embedded.postgres import environment
from privacy.keyring import safe_elsewhere
from privacy.keyring.renewal import renew_blocks
from privacy.keyring.ring import create_keys, load_keys, shred
from tests.privacy.renewing import assert_whole
from tests.services import TEST_ROLE, Services

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.usefixtures("own_keys")]
NAME = "keyring-two"


@pytest.fixture
def standby(services: Services, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A receiver of the write-ahead log that syncs it and tells, as a standby does."""
    folder = tmp_path / "received"
    folder.mkdir()
    address = f"{services.postgres.url('postgres', 'postgres')}&application_name={NAME}"
    program = str(services.postgres.programs / "pg_receivewal")
    process = subprocess.Popen(
        [program, "-D", str(folder), "--synchronous", "-d", address], env=environment(), stderr=subprocess.DEVNULL
    )
    try:
        wait_for_state(services, "streaming")
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_state(services: Services, state: str) -> None:
    deadline = time.monotonic() + 20
    with roles.connect(services.postgres) as connection:
        while connection.execute(
            "SELECT state FROM pg_stat_replication WHERE application_name = %s", [NAME]
        ).fetchone() != (state,):
            assert time.monotonic() < deadline, "the standby did not begin to stream"
            time.sleep(0.05)


def allow_to_see(services: Services, *, may: bool) -> None:
    with roles.connect(services.postgres) as connection:
        connection.execute(f"GRANT pg_monitor TO {TEST_ROLE}" if may else f"REVOKE pg_monitor FROM {TEST_ROLE}")


def test_nothing_is_destroyed_until_the_standby_has_it(services: Services, settings, monkeypatch, standby):
    settings.KEYRING_STANDBY = NAME
    monkeypatch.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 0.5})
    gone, kept = create_keys(UUID(int=1), 2)
    shred([gone.id])

    hidden = renew_blocks()
    assert (hidden.blocks, hidden.destroyed, hidden.waiting) == (1, 0, 1)
    assert "grant pg_monitor" in hidden.because

    allow_to_see(services, may=True)
    try:
        standby.send_signal(signal.SIGSTOP)
        more = create_keys(UUID(int=1), 1)
        behind = renew_blocks()
        assert (behind.destroyed, behind.because) == (0, f"the standby {NAME} is behind")

        standby.send_signal(signal.SIGCONT)
        monkeypatch.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 20.0})
        assert renew_blocks().destroyed == 1
    finally:
        allow_to_see(services, may=False)
    assert load_keys([kept.id, more[0].id]) == {kept.id: kept.key, more[0].id: more[0].key}
    assert_whole()
