"""Reach the decoding processes from this program.

Nothing of the caller goes over: no environment, no arguments, no descriptors but the sound and the answer. Nothing
they say is believed beyond its shape: sizes are capped, errors are codes, and silence ends at the clock.
"""

import atexit
import contextlib
import io
import json
import os
import selectors
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

from interactions.audio import wire
from interactions.audio.errors import error_for
from interactions.audio.wire import Request

Sound = BinaryIO | Iterable[bytes]

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import socket, sys; sys.path.insert(0, sys.argv[1]); from interactions.audio.nursery import serve;"
    "serve(socket.socket(fileno=int(sys.argv[2])))"
)
_PART_BYTES = 1024 * 1024
_GRACE_S = 5


@dataclass(frozen=True)
class Confinement:
    """What a decoding process was able to do when it tried, and whether its network namespace is an empty one."""

    network: bool
    files: bool
    processes: bool
    isolated: bool


class _Nursery:
    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", "-c", _START, str(_ROOT), str(theirs.fileno())]
            self.process = subprocess.Popen(  # noqa: S603 - constants only
                command,
                env={"OPENBLAS_NUM_THREADS": "1"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.control = ours
        self.confinement = Confinement(**_only_result(self, Request("probe"), [b"-"]))

    def close(self) -> None:
        self.control.close()
        try:
            self.process.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Shared:
    """The one nursery of this program, made when it is first needed."""

    lock = threading.Lock()
    nursery: _Nursery | None = None


def confinement() -> Confinement:
    """Return what a decoding process can do on this system; the first call starts one and lets it try.

    Raises:
        DecodingFailed: it did not start, or it could reach the network or files.
    """
    return _running().confinement


def ask(request: Request, sound: Sound) -> Iterator[tuple[bytes, bytes]]:
    """Give a sound to a process of its own; yield the kind and bytes of each answer.

    Raises:
        AudioError: what the process found wrong, or that it failed.
    """
    return _exchange(_running(), request, sound)


def _running() -> _Nursery:
    with _Shared.lock:
        if _Shared.nursery is not None and _Shared.nursery.process.poll() is not None:
            _close()
        if _Shared.nursery is None:
            _Shared.nursery = _start()
        return _Shared.nursery


def _start() -> _Nursery:
    try:
        nursery = _Nursery()
    except OSError:
        raise error_for("start") from None
    if nursery.confinement.network or nursery.confinement.files:
        nursery.close()
        raise error_for("unconfined")
    return nursery


@atexit.register
def _close() -> None:
    if _Shared.nursery is not None:
        _Shared.nursery.close()
        _Shared.nursery = None


def _forget_the_parents() -> None:
    _Shared.lock = threading.Lock()
    if _Shared.nursery is not None:
        _Shared.nursery.control.close()
        _Shared.nursery.process.returncode = 0  # it is the parent's to wait for
        _Shared.nursery = None


os.register_at_fork(after_in_child=_forget_the_parents)


def _only_result(nursery: _Nursery, request: Request, sound: Sound) -> dict[str, Any]:
    for kind, data in _exchange(nursery, request, sound):
        if kind == wire.RESULT:
            return dict(json.loads(data))
    raise error_for("start")


def _exchange(nursery: _Nursery, request: Request, sound: Sound) -> Iterator[tuple[bytes, bytes]]:
    with contextlib.ExitStack() as stack:
        descriptor, feed = _descriptor(sound, stack)
        answer, theirs = os.pipe()
        stack.callback(os.close, answer)
        try:
            wire.send(nursery.control, request, descriptor, theirs)
        except OSError:
            raise error_for("died") from None
        finally:
            os.close(theirs)
            if feed is not None:
                os.close(descriptor)
        yield from _frames(_answers(answer, feed, request.limits.wall_s + _GRACE_S))


def _descriptor(sound: Sound, stack: contextlib.ExitStack) -> tuple[int, "_Feed | None"]:
    """Return what the child reads: the file itself if it is a plain one, otherwise a pipe and what fills it."""
    if _is_plain_file(sound):
        return sound.fileno(), None
    theirs, ours = os.pipe()
    feed = _Feed(ours, sound)
    stack.callback(feed.close)
    return theirs, feed


def _is_plain_file(sound: Sound) -> TypeGuard[io.BufferedReader]:
    """Say whether its descriptor holds what reading it gives; that of an unpacker or opener would not."""
    if not (isinstance(sound, io.BufferedReader) and isinstance(sound.raw, io.FileIO)):
        return False
    return stat.S_ISREG(os.fstat(sound.fileno()).st_mode)


class _Feed:
    """Fills the child's pipe as fast as it reads, and closes it at the end."""

    def __init__(self, pipe: int, sound: Sound) -> None:
        os.set_blocking(pipe, False)
        read = getattr(sound, "read", None)
        self._parts = iter(lambda: read(_PART_BYTES), b"") if read else iter(sound)
        self._part = memoryview(b"")
        self.pipe = pipe

    def fill(self) -> bool:
        """Write what fits; say whether there is more."""
        try:
            while True:
                while not self._part:
                    self._part = memoryview(next(self._parts))
                self._part = self._part[os.write(self.pipe, self._part) :]
        except BlockingIOError:
            return True
        except (StopIteration, BrokenPipeError):  # a child that has seen enough closes; its answer says why
            return False

    def close(self) -> None:
        if self.pipe >= 0:
            os.close(self.pipe)
        self.pipe = -1


def _answers(answer: int, feed: _Feed | None, seconds: float) -> Iterator[bytes]:
    """Yield what arrives, feeding meanwhile. The clock counts waiting for the child, not the caller."""
    with selectors.DefaultSelector() as selector:
        selector.register(answer, selectors.EVENT_READ)
        if feed is not None:
            selector.register(feed.pipe, selectors.EVENT_WRITE)
        while True:
            began = time.monotonic()
            ready = [key.fd for key, _ in selector.select(max(0.0, seconds))]
            seconds -= time.monotonic() - began
            if not ready:
                raise error_for("late")
            if feed is not None and feed.pipe in ready and not feed.fill():
                selector.unregister(feed.pipe)
                feed.close()
                feed = None
            if answer in ready:
                part = os.read(answer, _PART_BYTES)
                if not part:
                    return
                yield part


def _frames(parts: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    received = bytearray()
    for part in parts:
        received += part
        while len(received) >= wire.FRAME.size:
            kind, length = wire.FRAME.unpack_from(received)
            if length > wire.MOST_FRAME_BYTES:
                raise error_for("died")
            if len(received) < wire.FRAME.size + length:
                break
            data = bytes(received[wire.FRAME.size : wire.FRAME.size + length])
            del received[: wire.FRAME.size + length]
            if kind == wire.END:
                return
            if kind == wire.ERROR:
                raise _error(data)
            yield kind, data
    raise error_for("died")


def _error(data: bytes) -> Exception:
    try:
        code, *numbers = json.loads(data)
        return error_for(str(code), [float(number) for number in numbers])
    except (ValueError, TypeError):
        return error_for("died")
