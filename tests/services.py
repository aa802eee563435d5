"""Start what the tests need: a PostgreSQL of their own, thrown away at the end, and a Valkey for those who ask.

Loaded as a pytest plugin (`-p tests.services`), because the addresses must stand in the environment before Django reads
its settings. Nothing of `make run` is touched: the home is a temporary folder, and it dies with this process.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from psycopg import sql

from config.embedded import roles
from config.embedded.children import spawn, stop
from config.embedded.home import Home
from config.embedded.postgres import PostgreSQL, environment
from config.embedded.valkey import Valkey
from vault.key_directory import KeyDirectory

pytest_plugins = ["tests.browser"]
TEST_ROLE = "lethe_test"
PREFIX = "lethe-test-"
SHORT = Path("/tmp")  # noqa: S108 - TMPDIR may be too long for a socket; each run makes a folder of its own there
YOUNG_S = 60
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "100"}
NEEDS_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup", "django_db_reset_sequences"}


class Services:
    """The temporary home of one pytest run and the servers in it."""

    def __init__(self) -> None:
        sweep()
        self.home = Home(Path(tempfile.mkdtemp(prefix=PREFIX, dir=SHORT)))
        self.home.create()
        self.home.lock()
        self.postgres = PostgreSQL(self.home, settings=UNSAFE_BUT_FAST)
        self.valkey = Valkey(self.home)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        KeyDirectory.create(self.home.path / "keys")
        (self.home.path / "static").mkdir()
        atexit.register(self.end)

    def variables(self) -> dict[str, str]:
        """Return the environment in which Django finds these services and nothing else."""
        database, keyring = self.postgres.url(TEST_ROLE, "lethe"), self.postgres.url(TEST_ROLE, "keyring")
        return {
            "LETHE_HOME": str(self.home.path),
            "LETHE_DB_ENGINE": "config.testing.postgresql",
            "DATABASE_URL": database,
            "DATABASE_OWNER_URL": database,
            "KEYRING_DATABASE_URL": keyring,
            "KEYRING_DATABASE_OWNER_URL": keyring,
            "BROKER_URL": self.valkey.url(0),
            "CACHE_URL": self.valkey.url(1),
            "STORE_URL": f"file://{self.home.path}/store",
            "KEY_DIRECTORY": str(self.home.path / "keys"),
            "CHECKPOINT_DIRECTORY": str(self.home.path / "checkpoints"),
            "STATIC_ROOT": str(self.home.path / "static"),
            "SECRET_KEY": self.home.secret("secret-key"),
            "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        }

    def start_postgres(self) -> None:
        """Start the server and make the test role, once."""
        if "postgres" not in self.running:
            self.postgres.prepare()
            self._start("postgres", self.postgres.command(), self.postgres.is_ready)
            roles.provision(self.postgres)
            self._make_test_role()

    def start_valkey(self) -> None:
        """Start the queue and cache, once."""
        if "valkey" not in self.running:
            self.valkey.prepare()
            self._start("valkey", self.valkey.command(), self.valkey.is_ready)

    def empty_valkey(self) -> None:
        """Empty queue and cache, and the file on the disk, which would show what was there to every later test."""
        with redis.from_url(self.valkey.url()) as server:
            server.flushall()
            server.bgrewriteaof()
            deadline = time.monotonic() + 20
            while any(server.info("persistence")[f"aof_rewrite_{state}"] for state in ("in_progress", "scheduled")):
                assert time.monotonic() < deadline, "the queue's file was not written anew"
                time.sleep(0.02)

    def end(self) -> None:
        """Stop the servers and remove the home."""
        for name, process in self.running.items():
            stop(process, by=signal.SIGQUIT if name == "postgres" else signal.SIGTERM)
        self.running.clear()
        shutil.rmtree(self.home.path, ignore_errors=True)

    def _start(self, name: str, command: list[str], is_ready: Callable[[int], bool]) -> None:
        user = self.postgres.user if name == "postgres" else None
        with open(self.home.logs / f"{name}.log", "ab") as log:
            process = spawn(
                command, output=log, environment=environment(), folder=Path("/"), user=user, death_signal=signal.SIGQUIT
            )
        self.running[name] = process
        deadline = time.monotonic() + 30
        while not is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.exit(f"{name} did not start: " + (self.home.logs / f"{name}.log").read_text()[-2000:], 3)
            time.sleep(0.01)

    def _make_test_role(self) -> None:
        """Make a role that creates databases, flushes past triggers, and can turn into the application's role."""
        role = sql.Identifier(TEST_ROLE)
        with roles.connect(self.postgres) as connection:
            roles.make_role(connection, TEST_ROLE, self.home.secret(f"passwords/{TEST_ROLE}"))
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(role))
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(roles.APPLICATION), role))
            connection.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(role))


def sweep() -> None:
    """Remove the homes of earlier runs that were killed: nobody holds their lock, and they had time to take it."""
    for folder in SHORT.glob(PREFIX + "*"):
        try:
            if time.time() - folder.stat().st_mtime < YOUNG_S:
                continue
            with open(folder / "lock", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # In use, or of another user.


def needs_database(item: pytest.Item) -> bool:
    """Tell whether a collected test opens a database."""
    if item.get_closest_marker("django_db") or NEEDS_DATABASE & set(getattr(item, "fixturenames", ())):
        return True
    kind = getattr(item, "cls", None)
    return kind is not None and any(base.__module__ == "django.test.testcases" for base in kind.__mro__)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Put the addresses into the environment; as a wrapper this runs before Django's settings are read."""
    services = Services()
    os.environ.update(services.variables())
    early_config.stash[SERVICES] = services
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give tests that open a database both of them, and start PostgreSQL when one of them will run."""
    wanting = [item for item in items if needs_database(item)]
    for item in wanting:
        marker = item.get_closest_marker("django_db")
        options = {**(marker.kwargs if marker else {}), "databases": "__all__"}
        item.add_marker(pytest.mark.django_db(*(marker.args if marker else ()), **options), append=False)
    if wanting and not config.option.collectonly:
        config.stash[SERVICES].start_postgres()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop everything when the run ends."""
    if SERVICES in config.stash:
        config.stash[SERVICES].end()


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> Services:
    """Return the services of this run."""
    return request.config.stash[SERVICES]


@pytest.fixture(scope="session")
def valkey(services: Services) -> str:
    """Start the queue and the cache of this run; the value is the queue's address."""
    services.start_valkey()
    return services.valkey.url()


SERVICES = pytest.StashKey[Services]()
