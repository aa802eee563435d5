"""Keep the processes of a house running, and stop them in order.

Each process has a log file of its own. One that ends by itself is started again: web, worker and clock a few times a
minute at most, because one that can't run should be heard of; the databases and the queue for as long as it takes, with
growing pauses, because a full disk mends without us. Whoever needs another is stopped before it.
"""

import contextlib
import math
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from config.embedded import children
from config.embedded.refusal import StartRefused, with_cause

STARTS_PER_MINUTE = 5
LONGEST_PAUSE_S = 30.0
TICK_S = 0.1
LOG_KEPT_BYTES = 10 * 1024 * 1024


class Interrupted(Exception):
    """Somebody asked the house to stop."""


@dataclass
class Part:
    """One process of the house and what is known of it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    user: children.OsUser | None = None
    stop_by: signal.Signals = signal.SIGTERM
    patience_s: float = 10
    is_ready: Callable[[int], bool] | None = None
    prepare: Callable[[], None] | None = None
    endless: bool = False
    shown: bool = True
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)
    again_at: float = 0

    def may_start_again(self, now: float) -> bool:
        """Tell whether one more start is allowed, and set when."""
        self.starts = [at for at in self.starts if now - at < 60]
        if not self.endless:
            self.again_at = now + 0.5
            return len(self.starts) < STARTS_PER_MINUTE
        self.again_at = now + min(LONGEST_PAUSE_S, 0.5 * 2 ** len(self.starts))
        return True


class Supervisor:
    """Starts parts one after another, watches them, and stops them in the opposite order."""

    def __init__(self, logs: Path):
        self.logs = logs
        self.parts: list[Part] = []
        self.stopping = False
        self.hurried = False
        self._terminal = threading.Lock()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Turn INT, TERM and HUP into a stop while the block runs; the second one hurries."""
        names = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asked to outlive the terminal.
            names.append(signal.SIGHUP)
        before = {name: signal.signal(name, self._ask_to_stop) for name in names}
        try:
            yield
        finally:
            self.stop()
            for name, old in before.items():
                signal.signal(name, old)

    def say(self, sentence: str) -> None:
        """Print a line of the supervisor's own."""
        with self._terminal, contextlib.suppress(OSError):
            print(sentence, flush=True)

    def start(self, part: Part, *, within_s: float = 60) -> None:
        """Start `part` and wait until it is ready; StartRefused if it ends before or takes longer than `within_s`."""
        self.parts.append(part)
        self._launch(part)
        deadline = time.monotonic() + within_s
        while not self._is_ready(part):
            if part.process is None or part.process.poll() is not None:
                raise self._failed(part.name, f"{part.name} did not start")
            if time.monotonic() > deadline:
                raise self._failed(part.name, f"{part.name} was not ready after {within_s:.0f} seconds")
            self._pause()

    def run_step(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Run a command that ends by itself; StartRefused, with where to read, if it fails."""
        with open(self._log_file(name), "ab") as log:
            process = children.spawn(command, output=log, environment=environment, folder=folder)
        try:
            while process.poll() is None:
                self._pause()
        finally:
            children.stop(process)
        if process.returncode:
            raise self._failed(name, f"the step `{name}` failed")

    def watch(self, *, until: Callable[[], bool] = lambda: False, within_s: float = math.inf) -> bool:
        """Start again what ends by itself, until `until` holds (True) or time is up (False).

        Raises Interrupted when somebody asks to stop, StartRefused if a part keeps ending.
        """
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for part in self.parts:
                self._look_after(part)
            if until():
                return True
            self._pause()
        return False

    def stop(self) -> None:
        """Stop what does the work, all at once, and then the servers it needed, the last one started first."""
        for part in self.parts:
            if part.process is not None and not part.endless:
                part.process.send_signal(part.stop_by)
        for part in reversed(self.parts):
            if part.process is not None:
                self._await_end(part, part.process)
                children.stop(part.process, by=part.stop_by, patience_s=part.patience_s if part.endless else 0)
                part.process = None

    def _await_end(self, part: Part, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + part.patience_s
        while not part.endless and not self.hurried and process.poll() is None and time.monotonic() < deadline:
            time.sleep(TICK_S)

    def _look_after(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is None:
            if now >= part.again_at:
                self._launch(part)
            return
        if part.process.poll() is None:
            return
        code = part.process.returncode
        children.kill_group(part.process)
        part.process = None
        if not part.may_start_again(now):
            raise self._failed(part.name, f"{part.name} ended {STARTS_PER_MINUTE} times within a minute")
        self.say(f"{part.name} ended ({_ending(code)}) and is started again. Its log: {self._log_file(part.name)}")

    def _launch(self, part: Part) -> None:
        if part.prepare:
            part.prepare()
        part.starts.append(time.monotonic())
        part.process = children.spawn(
            part.command,
            output=subprocess.PIPE,
            environment=part.environment,
            folder=part.folder,
            user=part.user,
            death_signal=part.stop_by if part.endless else signal.SIGKILL,
        )
        log = open(self._log_file(part.name), "ab", buffering=0)  # noqa: SIM115 - the thread closes it
        if part.process.stdout:
            threading.Thread(target=self._copy_output, args=[part, part.process.stdout, log], daemon=True).start()

    def _copy_output(self, part: Part, said: IO[bytes], log: IO[bytes]) -> None:
        """Copy what a process says to its log and, for the parts of ours, to the terminal."""
        with said, log:
            for line in said:
                with contextlib.suppress(OSError):  # A full disk must not stop the reading, or the part would block.
                    log.write(line)
                if part.shown:
                    self.say(f"{part.name:>6} | {line.decode(errors='replace').rstrip()}")

    def _is_ready(self, part: Part) -> bool:
        return part.is_ready is None or (part.process is not None and part.is_ready(part.process.pid))

    def _pause(self) -> None:
        if self.stopping:
            raise Interrupted
        time.sleep(TICK_S)

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.hurried, self.stopping = self.stopping, True

    def _failed(self, name: str, sentence: str) -> StartRefused:
        return with_cause(f"{sentence}. The reason is in {self._log_file(name)}.", self.logs)

    def _log_file(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def keep_logs_small(logs: Path) -> None:
    """Set aside each log that has grown large, in place of the one set aside before."""
    for file in logs.glob("*.log"):
        if file.stat().st_size > LOG_KEPT_BYTES:
            file.replace(file.with_suffix(".log.1"))


def python(*arguments: str) -> list[str]:
    """Return the command that runs this interpreter on a module: scripts of the environment break when it moves."""
    return [sys.executable, *arguments]


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
