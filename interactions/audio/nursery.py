"""The process that decoding processes are born from: it has loaded the decoders and never reads a sound.

Loading takes 150 ms, a fork 2 ms. So every file gets a process of its own, which sees no other file and ends with it,
at a price that an import of thousands can pay.
"""

import io
import json
import mmap
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable

from interactions.audio import reading, wire
from interactions.audio.confine import confine_decoder, confine_nursery
from interactions.audio.riff import Malformed
from interactions.audio.sound import WAV_HEADER_BYTES, Audio, Limits
from interactions.audio.wire import Request

_SILENCE = Audio("wav", "pcm_16", 1, 8_000, 8_000)


def serve(control: socket.socket) -> None:
    """Give every request a confined process, until the other side is gone."""
    _load_lazy_parts()
    isolated = confine_nursery()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while (received := wire.receive(control)) is not None:
        request, source, answer = received
        if os.fork() == 0:
            control.close()
            _decode_and_die(request, source, answer, isolated)
        os.close(source)
        os.close(answer)


def _load_lazy_parts() -> None:
    header = reading.wav_header(_SILENCE)
    reading.inspect(reading.Source(io.BytesIO(header + bytes(_SILENCE.decoded_bytes - WAV_HEADER_BYTES))), Limits())


def _decode_and_die(request: Request, descriptor: int, answer: int, isolated: bool) -> None:
    limits = request.limits
    try:
        source = _load(descriptor, limits)
        confine_decoder(cpu_s=limits.cpu_s, wall_s=limits.wall_s, memory_bytes=limits.memory_bytes)
        _answer(request, source, answer, isolated)
        _send(answer, wire.END)
    except Malformed as error:
        _send(answer, wire.ERROR, json.dumps([error.code, *error.numbers]).encode())
    except MemoryError:
        _send(answer, wire.ERROR, b'["memory"]')
    finally:
        os._exit(0)


def _load(descriptor: int, limits: Limits) -> reading.Source:
    about = os.fstat(descriptor)
    if about.st_size > limits.max_bytes:
        raise Malformed("heavy", limits.max_bytes)
    if stat.S_ISREG(about.st_mode):
        if about.st_size == 0:
            raise Malformed("empty")
        return reading.Source(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    return reading.Source(_load_pipe(descriptor, limits))


def _load_pipe(descriptor: int, limits: Limits) -> io.BytesIO:
    memory = io.BytesIO()
    while part := os.read(descriptor, 1024 * 1024):
        memory.write(part)
        if memory.tell() > limits.max_bytes:
            raise Malformed("heavy", limits.max_bytes)
    if memory.tell() == 0:
        raise Malformed("empty")
    return memory


def _answer(request: Request, source: reading.Source, answer: int, isolated: bool) -> None:
    if request.act == "probe":
        _send(answer, wire.RESULT, json.dumps({**_probe(), "isolated": isolated}).encode())
    elif request.act == "inspect":
        audio, peaks = reading.inspect(source, request.limits)
        _send(answer, wire.RESULT, json.dumps(audio.to_dict()).encode())
        _send(answer, wire.DATA, peaks.to_json())
    elif request.act == "decode" and request.audio:
        for part in reading.decode(source, request.limits, request.audio, request.start, request.stop):
            _send(answer, wire.DATA, part)


def _send(answer: int, kind: bytes, data: bytes = b"") -> None:
    rest = memoryview(wire.FRAME.pack(kind, len(data)) + data)
    while rest:
        rest = rest[os.write(answer, rest) :]


def _probe() -> dict[str, bool]:
    """Try what a confined process must not be able to do."""
    return {
        "network": _succeeds(socket.socket),
        "files": _succeeds(lambda: os.open("/", os.O_RDONLY)),
        "processes": _succeeds(_fork) or _succeeds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)),
    }


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return False
    return True
