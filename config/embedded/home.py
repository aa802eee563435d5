"""LETHE_HOME: the folder that holds everything one house remembers.

One supervisor at a time works in it (`flock`, released by the system however that process ends). Secrets are 0600 files
that are complete or absent. As root the folder can be traversed but not listed by others, because PostgreSQL refuses
to run as root and its unprivileged user must get to its own part.
"""

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import IO

from config.embedded.refusal import StartRefused

# sockaddr_un holds 104 bytes with the closing NUL on macOS and the BSDs, 108 on Linux.
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET = "pg/.s.PGSQL.5432"


class Home:
    """The folder and what is kept directly in it."""

    def __init__(self, path: Path):
        self.path = path
        self.logs = path / "logs"
        self._lock: IO[str] | None = None

    def create(self) -> None:
        """Make the folder and its parts where they are missing; StartRefused when that can't be done."""
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.path.mkdir(mode=mode, parents=True, exist_ok=True)
            if self.path.stat().st_uid != os.geteuid():
                raise StartRefused(f"{self.path} belongs to another user. Run as that user, or set LETHE_HOME.")
            self.path.chmod(mode)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise StartRefused(f"LETHE_HOME can't be {self.path} ({error.strerror}). Choose another.") from error

    def lock(self) -> None:
        """Claim the folder for this process until it ends; StartRefused names the process that holds it."""
        file = open(self.path / "lock", "a+", encoding="utf-8")  # noqa: SIM115 - it is held open until this process ends
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "a process that is just starting"
            file.close()
            raise StartRefused(
                f"it already runs here: {holder}. Stop that one with Ctrl-C, or set another LETHE_HOME and PORT."
            ) from error
        self._lock = file
        self.sign(f"process {os.getpid()}")

    def sign(self, holder: str) -> None:
        """Write into the lock who holds it, for the next one who tries."""
        if self._lock is None:
            raise RuntimeError("The home is not locked.")
        self._lock.truncate(0)
        self._lock.write(holder)
        self._lock.flush()

    def secret(self, name: str) -> str:
        """Return the secret kept in the file `name`, making a random one at first."""
        file = self.path / name
        file.parent.mkdir(mode=0o700, exist_ok=True)
        if not file.exists():
            self.write_private(name, secrets.token_urlsafe(32))
        return file.read_text(encoding="utf-8").strip()

    def write_private(self, name: str, content: str) -> None:
        """Write a 0600 file that is there as a whole or not at all."""
        file = self.path / name
        fresh = file.with_name(file.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)

    def write_environment(self, variables: dict[str, str]) -> None:
        """Write `lethe.env`, by which commands in a second terminal find this house."""
        lines = ["# Written at each start. It holds passwords.", *(f"{name}={variables[name]}" for name in variables)]
        self.write_private("lethe.env", "\n".join(lines) + "\n")

    def socket_folder(self) -> Path:
        """Return a folder of ours whose sockets have paths short enough: `run` in the home, or one for long homes.

        Raises StartRefused when something else stands there.
        """
        mode = 0o711 if os.geteuid() == 0 else 0o700
        folder = self.path / "run"
        if not fits(folder):
            folder = _short_folder(self.path)
        folder.mkdir(mode=mode, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise StartRefused(f"{folder} should be a folder of this user and is not. Remove it, or set LETHE_HOME.")
        folder.chmod(mode)
        return folder


def fits(folder: Path) -> bool:
    """Tell whether every socket below `folder` has a path the system takes."""
    return len(os.fsencode(folder / LONGEST_SOCKET)) <= SOCKET_PATH_BYTES


def blocks_others(path: Path) -> Path | None:
    """Return the folder on the way to `path` that other users can't traverse, if there is one."""
    for folder in [*reversed(path.parents), path]:
        if folder.exists() and not stat.S_IMODE(folder.stat().st_mode) & 0o001:
            return folder
    return None


def _short_folder(home: Path) -> Path:
    name = "lethe-" + hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    own = "" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "")
    for parent in filter(None, [own, "/run", tempfile.gettempdir(), "/tmp"]):  # noqa: S108 - the owner is checked
        if os.access(parent, os.W_OK) and fits(Path(parent) / name):
            return Path(parent) / name
    raise StartRefused(f"no folder is short enough for the sockets of {home}. Set a LETHE_HOME with a shorter path.")
