"""A whole house for a test: everything `make run` starts, in a home of its own, driven from outside."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from config.embedded.children import command_of
from config.run import ask_health

CHECKOUT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "config.run"]


class Running:
    """One house of this test, in a home with a space in its name."""

    def __init__(self, folder: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = folder / "a home"
        self.said = folder / "said"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LETHE_HOME": str(self.home), "PORT": str(self.port),
            "DEMO": "0",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        self.said.unlink(missing_ok=True)
        with open(self.said, "ab") as said:
            process = subprocess.Popen(
                PROGRAM, cwd=CHECKOUT, env=self.environment, stdout=said, stderr=said, start_new_session=True
            )
        self.process = process
        assert soon(lambda: self.is_up() or process.poll() is not None, within_s=120), self.text()
        assert self.is_up(), self.text()
        assert ask_health(self.address) == []

    def is_up(self) -> bool:
        return f"Lethe runs at {self.address}" in self.text()

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def text(self) -> str:
        return self.said.read_text()

    def children(self) -> dict[str, int]:
        """Return the process ids of the parts by name, read from what their parent has."""
        assert self.process
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        words = {"postgres": "bin/postgres", "valkey": "valkey-server", "web": "granian", "worker": "--queues default",
                 "disposal": "--queues patient", "clock": "manage.py clock"}  # fmt: skip
        commands = {int(pid): command_of(int(pid)) for pid in pids}
        return {name: pid for name, word in words.items() for pid, command in commands.items() if word in command}

    def everybody(self) -> list[int]:
        """Return the process ids of the parts, of whoever they started, and so on."""
        shown = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): int(parent) for pid, parent in map(str.split, shown.splitlines())}
        found = [*self.children().values()]
        for parent in found:
            found += [pid for pid, its in parents.items() if its == parent]
        return found


def soon(holds: Callable[[], bool], *, within_s: float = 30) -> bool:
    deadline = time.monotonic() + within_s
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


House = TypeVar("House", bound=Running)


@contextmanager
def running_house(kind: type[House]) -> Iterator[House]:
    """Start a house in a temporary home and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="lethe-house-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        house = kind(Path(folder))
        try:
            house.start()
            yield house
        finally:
            if house.process and house.process.poll() is None:
                house.stop()
