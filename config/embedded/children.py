"""Start and stop processes that must not outlive the one that started them.

On Linux the kernel itself signals a child when its parent dies (PR_SET_PDEATHSIG), so that `kill -9` leaves nothing
behind. The signal is KILL unless a server needs another one: whoever only asks may be asked at a moment when nobody
listens. Each child leads a session of its own: Ctrl-C in the terminal reaches the parent alone, which keeps the order.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Loaded here, not after the fork: the unprivileged user may not be able to read the library folders.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class OsUser:
    """A user of the operating system other than the one that runs this process."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str],
    *,
    output: int | IO[str] | IO[bytes],
    environment: Mapping[str, str],
    folder: Path,
    user: OsUser | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`; call it from the main thread, because the death signal follows the thread."""
    return subprocess.Popen(  # noqa: S603 - every command is made in this package
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
        preexec_fn=_dying_with(os.getpid(), death_signal),  # noqa: PLW1509 - one call into a library loaded before
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, patience_s: float = 10) -> None:
    """Ask `process` to end and wait for it; after `patience_s` its whole group is killed."""
    if process.poll() is None:
        process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the session that `process` led, such as workers whose master was killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # Nobody is left; macOS says EPERM of zombies.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def command_of(pid: int) -> str:
    """Return the command line of the process `pid`, or "" when there is none."""
    file = Path("/proc") / str(pid) / "cmdline"
    if file.parent.parent.joinpath("self").exists():
        try:
            return file.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    ask = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program and a number
    return shown.stdout.strip()


def end_with_parent() -> None:
    """Let this process, if `multiprocessing` made it, be killed with its parent; a master's workers call it."""
    parent = multiprocessing.parent_process()
    ask = _dying_with(parent.pid or 0, signal.SIGKILL) if parent else None
    if ask:
        ask()


def _dying_with(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    libc = _LIBC
    if libc is None:
        return None

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
