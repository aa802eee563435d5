"""A throw-away house for measuring: PostgreSQL as in production (fsync on), both databases migrated, keys, no web."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import roles
from config.embedded.children import spawn, stop
from config.embedded.home import Home
from config.embedded.postgres import PostgreSQL, environment
from vault.key_directory import KeyDirectory

OWNER = "postgres"


@contextmanager
def house() -> Iterator[Path]:
    """Start a house, put its addresses into the environment, set Django up, and yield its folder."""
    home = Home(Path(tempfile.mkdtemp(prefix="lethe-bench-", dir="/tmp")))
    home.create()
    home.lock()
    postgres = PostgreSQL(home, settings={"shared_buffers": "256MB"})
    postgres.prepare()
    with open(home.logs / "postgres.log", "ab") as log:
        server = spawn(
            postgres.command(),
            output=log,
            environment=environment(),
            folder=Path("/"),
            user=postgres.user,
            death_signal=signal.SIGQUIT,
        )
    try:
        _wait_until_ready(postgres, server)
        _furnish(home, postgres)
        yield home.path
    finally:
        stop(server, by=signal.SIGQUIT)
        shutil.rmtree(home.path, ignore_errors=True)


def _wait_until_ready(postgres: PostgreSQL, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not postgres.is_ready(server.pid):
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("PostgreSQL did not start, so nothing was measured.")
        time.sleep(0.02)


def _furnish(home: Home, postgres: PostgreSQL) -> None:
    roles.provision(postgres)
    KeyDirectory.create(home.path / "keys")
    data, keyring = postgres.url(OWNER, "lethe"), postgres.url(OWNER, "keyring")
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LETHE_HOME": str(home.path),
            "SECRET_KEY": home.secret("secret-key"),
            "DATABASE_URL": data,
            "KEYRING_DATABASE_URL": keyring,
            "BROKER_URL": "unix:///nowhere",
            "CACHE_URL": "unix:///nowhere",
        }
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("migrate", database="keyring", verbosity=0)
