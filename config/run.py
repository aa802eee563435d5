"""`python -m config.run`, which is what `make run` calls: the whole house in the foreground, until Ctrl-C.

A part whose address the environment gives (DATABASE_URL, KEYRING_DATABASE_URL, BROKER_URL, CACHE_URL) is used as it
is; the others are started here. Whatever prevents the start is said in a sentence.
"""

import contextlib
import errno
import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psycopg

from config import env
from config.embedded import roles
from config.embedded.home import Home
from config.embedded.postgres import PostgreSQL
from config.embedded.postgres import environment as bare_environment
from config.embedded.refusal import StartRefused
from config.embedded.valkey import Valkey
from config.supervisor import Interrupted, Part, Supervisor, keep_logs_small, python
from vault.errors import KeyExists, VaultError
from vault.key_directory import KeyDirectory
from vault.transit import TransitAddress, TransitRoot

CHECKOUT = Path(__file__).resolve().parent.parent
NEEDED_BYTES = 200 * 1024 * 1024
HEALTHY_WITHIN_S = 60


class House:
    """What one start does, in its order."""

    def __init__(self) -> None:
        self.host = env.text("HOST", "127.0.0.1")
        self.port = env.number("PORT", 8000, low=1, high=65535)
        self.demo = env.flag("DEMO", default=True)
        self.databases_only = env.flag("DATABASES_ONLY", default=False)
        self.home = Home(env.home())
        self.supervisor = Supervisor(self.home.logs)
        self.given = dict(os.environ)
        self.found: dict[str, str] = {}

    @property
    def address(self) -> str:
        """Return the address a browser on this machine takes."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}/"

    def run(self) -> None:
        """Start everything, say where it is, and stay until told to stop."""
        self.home.create()
        self.home.lock()
        self.home.sign(f"process {os.getpid()}, {self.address}")
        check_room(self.home.path)
        if not self.databases_only:
            check_port(self.host, self.port)
        keep_logs_small(self.home.logs)
        with self.supervisor.listening():
            try:
                self._start()
                self.supervisor.watch()
            except Interrupted:
                self.supervisor.say("Stopping.")
        self.supervisor.say("Lethe has stopped. Nothing is lost: the next start goes on from here.")

    def _start(self) -> None:
        self._start_databases()
        self._start_queue()
        self._make_keys()
        self._keep_places()
        self.found.setdefault("SECRET_KEY", self.given.get("SECRET_KEY") or self.home.secret("secret-key"))
        self.home.write_environment(self.found)
        if self.databases_only:
            self.supervisor.say("Only the databases and the queue run, for a restore (Ctrl-C stops them).")
            return
        self.supervisor.say("Bringing the databases up to date.")
        self.supervisor.run_step("prepare", python("-m", "config.prepare"), self._environment(owner=True), CHECKOUT)
        sign_ins = self._load_demo()
        for part in self._own_parts():
            self.supervisor.start(part)
        self._tell(sign_ins)

    def _start_databases(self) -> None:
        if "DATABASE_URL" not in self.given or "KEYRING_DATABASE_URL" not in self.given:
            server = PostgreSQL(self.home)
            server.prepare()
            self.supervisor.start(
                Part(
                    "postgres", server.command(), bare_environment(), Path("/"), user=server.user,
                    stop_by=signal.SIGINT, patience_s=60, is_ready=server.is_ready, prepare=server.prepare,
                    endless=True, shown=False,
                )
            )  # fmt: skip
            try:
                roles.provision(server)
            except psycopg.Error as error:
                raise StartRefused(f"the databases could not be set up ({type(error).__name__}).") from error
            for prefix, database in (("", "lethe"), ("KEYRING_", "keyring")):
                self.found[f"{prefix}DATABASE_URL"] = server.url(roles.APPLICATION, database)
                self.found[f"{prefix}DATABASE_OWNER_URL"] = server.url(roles.OWNER, database)
        for prefix in ("", "KEYRING_"):
            if f"{prefix}DATABASE_URL" in self.given:
                given = self.given[f"{prefix}DATABASE_URL"]
                self.found[f"{prefix}DATABASE_URL"] = given
                self.found[f"{prefix}DATABASE_OWNER_URL"] = self.given.get(f"{prefix}DATABASE_OWNER_URL", given)

    def _start_queue(self) -> None:
        if "BROKER_URL" not in self.given or "CACHE_URL" not in self.given:
            server = Valkey(self.home)
            self.supervisor.start(
                Part(
                    "valkey", server.command(), bare_environment(), Path("/"), is_ready=server.is_ready,
                    prepare=server.prepare, endless=True, shown=False,
                )
            )  # fmt: skip
            self.found |= {"BROKER_URL": server.url(0), "CACHE_URL": server.url(1)}
        self.found |= {name: self.given[name] for name in ("BROKER_URL", "CACHE_URL") if name in self.given}

    def _keep_places(self) -> None:
        """Write down where content, keys and checkpoints lie, so that a second terminal finds the same ones."""
        places = (
            "STORE_URL", "KEY_DIRECTORY", "CHECKPOINT_DIRECTORY", "ROOT_KEY_URL", "KEYRING_DUMPS", "KEYRING_STANDBY",
        )  # fmt: skip
        self.found |= {name: self.given[name] for name in places if name in self.given}

    def _make_keys(self) -> None:
        """Make the key directory at the very first start only: later, a missing one is a loss to be told."""
        made = self.home.path / "keys.made"
        if "KEY_DIRECTORY" in self.given:
            return
        try:
            url = self.given.get("ROOT_KEY_URL")
            root = TransitRoot(TransitAddress.parse(url)) if url else None
            if not made.exists():
                with contextlib.suppress(KeyExists):  # The first start ended right after it made them.
                    KeyDirectory.create(self.home.path / "keys", root)
                self.home.write_private(made.name, "The key directory was made; it is never made twice.\n")
            KeyDirectory(self.home.path / "keys", root)
        except VaultError as error:
            raise StartRefused(f"the keys can't be used: {error}") from error

    def _environment(self, *, owner: bool = False) -> dict[str, str]:
        """Return what the parts of ours see; the addresses of the owner role only where they are needed."""
        variables = {**self.given, **self.found, "LETHE_HOME": str(self.home.path), "PYTHONUNBUFFERED": "1"}
        variables.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        if not owner:
            variables |= {"DATABASE_OWNER_URL": "", "KEYRING_DATABASE_OWNER_URL": ""}
        return variables

    def _load_demo(self) -> list[str]:
        """Load the demo at the first start that wants it; return the lines of the sign-ins if they are new."""
        done, sign_ins = self.home.path / "demo.done", self.home.path / "sign-ins.txt"
        if not self.demo or done.exists() or not any(CHECKOUT.glob("*/management/commands/demo.py")):
            return []
        known = sign_ins.exists()
        self.supervisor.say("Loading the demo: accounts and the samples.")
        self.supervisor.run_step("demo", python("manage.py", "demo"), self._environment(), CHECKOUT)
        self.home.write_private(done.name, "The demo was loaded; `make run` does not load it again.\n")
        if known or not sign_ins.exists():
            return []
        return ["", *sign_ins.read_text(encoding="utf-8").splitlines(), f"(kept in {sign_ins})"]

    def _own_parts(self) -> list[Part]:
        web = python(
            "-m", "granian", "--interface", "wsgi", "--host", self.host, "--port", str(self.port), "--workers", "2",
            "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "8",
            "config.wsgi:application",
        )  # fmt: skip
        worker = python("-m", "dramatiq", "config.worker", "--processes", "1", "--worker-shutdown-timeout", "8000")
        commands = {
            "web": web,
            "worker": [*worker, "--threads", "8", "--queues", "default"],
            "disposal": [*worker, "--threads", "2", "--queues", "patient"],
            "clock": python("manage.py", "clock"),
        }
        return [Part(name, command, self._environment(), CHECKOUT) for name, command in commands.items()]

    def _tell(self, sign_ins: list[str]) -> None:
        """Wait until the house says of itself that it works, then say where it is."""
        self.supervisor.watch(until=lambda: not ask_health(self.address), within_s=HEALTHY_WITHIN_S)
        failing = ask_health(self.address)
        but = f", but this does not work yet: {', '.join(failing)}. See {self.home.logs}" if failing else ""
        self.supervisor.say("\n".join(["", f"Lethe runs at {self.address} (Ctrl-C stops it){but}", *sign_ins, ""]))


def check_room(folder: Path) -> None:
    """Refuse when the disk below `folder` is as good as full."""
    status = os.statvfs(folder)
    if status.f_bavail * status.f_frsize < NEEDED_BYTES:
        raise StartRefused(
            f"the disk that holds {folder} is full (less than {NEEDED_BYTES // 1024**2} MB free). Make room, or set"
            " LETHE_HOME to another disk."
        )


def check_port(host: str, port: int) -> None:
    """Refuse when another program listens there; the web server itself would share the port with it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            raise StartRefused(_why_not(host, port, error)) from error


def ask_health(address: str) -> list[str]:
    """Return the names of the parts that do not work; `web` when it does not answer."""
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=5):  # noqa: S310 - an http address made here
            return []
    except urllib.error.HTTPError as answer:
        try:
            return list(json.load(answer)["failing"])
        except (ValueError, KeyError, TypeError):
            return ["web"]
    except OSError:
        return ["web"]


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program. Choose another: make run PORT={port % 60_000 + 1}"
    if error.errno == errno.EACCES:
        return f"only root may use port {port}. Choose one above 1023: make run PORT=8000"
    return f"{host} is not an address of this machine ({error.strerror}). Set HOST to one, such as 127.0.0.1."


def main() -> int:
    """Run the house; return 1, after a sentence, when it can't start."""
    os.umask(0o077)
    try:
        House().run()
    except StartRefused as refusal:
        print(f"Lethe does not run: {refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("Lethe does not run: the disk is full. Make room and start again; nothing is lost.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
