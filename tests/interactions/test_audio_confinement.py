"""The process that decodes: what it could do if a hostile file took it over."""

import io
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interactions.audio import DecodingFailed, Limits, NotAudio, child, confinement, examine, inspect, seccomp, wire
from interactions.audio.errors import error_for
from interactions.audio.wire import Request

WAV = Path(__file__).resolve().parents[2] / "samples" / "audio" / "0188295665114e74.wav"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def nursery_pid() -> int:
    confinement()
    assert child._Shared.nursery is not None
    return child._Shared.nursery.process.pid


def test_it_reaches_no_network_opens_no_file_starts_no_process() -> None:
    could = confinement()
    assert not could.network
    assert not could.files
    if sys.platform == "linux":
        assert not could.processes


def test_a_system_that_lets_it_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    child._close()
    loose = {"network": True, "files": False, "processes": False, "isolated": False}
    monkeypatch.setattr(child, "_only_result", lambda *_: loose)
    with pytest.raises(DecodingFailed, match="would let a decoder reach the network"):
        list(child.ask(Request("inspect"), io.BytesIO(b"RIFF")))
    assert child._Shared.nursery is None


@on_linux
def test_it_gets_no_environment_no_descriptors_and_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    child._close()
    monkeypatch.setenv("KEYRING_DATABASE_URL", "postgres://canary")
    with WAV.open("rb") as sound:
        examine(sound)
        pid = nursery_pid()
        assert os.environ["KEYRING_DATABASE_URL"] == "postgres://canary"
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"interactions.audio.nursery" in command
    assert b"samples" not in command
    if os.geteuid() == 0:  # an ordinary user may not look into a process that cannot be dumped
        assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()
        targets = {os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")}
        assert {target.split(":")[0] for target in targets} <= {"/dev/null", "socket"}


@on_linux
@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has no rights to lose")
def test_root_becomes_nobody_and_leaves_the_network() -> None:
    pid = nursery_pid()
    status = Path(f"/proc/{pid}/status").read_text()
    assert "Uid:\t65534\t65534\t65534\t65534" in status
    assert "CapEff:\t0000000000000000" in status
    assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")


def test_a_killed_nursery_is_replaced() -> None:
    first = nursery_pid()
    os.kill(first, signal.SIGKILL)
    nursery = child._Shared.nursery
    assert nursery is not None
    nursery.process.wait()
    with WAV.open("rb") as sound:
        assert examine(sound).frames == 331_064
    assert nursery_pid() != first


def test_many_threads_share_it() -> None:
    def look(_: int) -> int:
        with WAV.open("rb") as sound:
            return examine(sound).frames

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(40))) == {331_064}


def test_a_fork_of_the_program_starts_its_own() -> None:
    nursery_pid()
    pid = os.fork()
    if pid == 0:
        with WAV.open("rb") as sound:
            os._exit(0 if examine(sound).frames == 331_064 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    with WAV.open("rb") as sound:
        assert examine(sound).frames == 331_064


def test_little_memory_is_said_and_survived() -> None:
    with WAV.open("rb") as sound:
        with pytest.raises(DecodingFailed):
            inspect(sound, limits=Limits(memory_bytes=1))
        assert examine(sound).frames == 331_064


# What a decoder that was taken over could answer


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"r",
        wire.FRAME.pack(wire.DATA, wire.MOST_FRAME_BYTES + 1),
        wire.FRAME.pack(wire.RESULT, 10) + b"short",
        wire.FRAME.pack(wire.ERROR, 4) + b"}{}{",
        wire.FRAME.pack(wire.ERROR, 31) + b'["call Alice on +1 202 5550147"]',
    ],
)
def test_an_answer_out_of_shape_is_a_dead_decoder(answer: bytes) -> None:
    with pytest.raises(DecodingFailed, match=r"^The decoder died"):
        list(child._frames(iter([answer])))


@pytest.mark.parametrize(
    "claims",
    [
        {"container": "../../x"},
        {"codec": "<script>"},
        {"channels": 0},
        {"frames": 10**15},
        {"channels": 2},
        {"extra": 1},
    ],
)
def test_an_answer_that_no_sound_can_be_is_a_dead_decoder(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, object]
) -> None:
    good = {"container": "wav", "codec": "pcm_16", "channels": 1, "sample_rate": 8000, "frames": 8000}
    outline = b'{"points_per_second": 20, "channels": ["AAAAAAAA"]}'

    def answers(claims: dict[str, object]) -> list[tuple[bytes, bytes]]:
        return [(wire.RESULT, json.dumps({**good, **claims}).encode()), (wire.DATA, outline)]

    monkeypatch.setattr("interactions.audio.inspection.ask", lambda *_: answers({}))
    assert examine(io.BytesIO()).frames == 8000
    monkeypatch.setattr("interactions.audio.inspection.ask", lambda *_: answers(claims))
    with pytest.raises(DecodingFailed, match=r"^The decoder died"):
        examine(io.BytesIO())


def test_sentences_take_only_their_numbers() -> None:
    assert error_for("truncated", [10, 5]).reason.endswith("10 bytes of sound, the file holds 5.")
    assert isinstance(error_for("truncated", [10]), DecodingFailed)
    assert isinstance(error_for("empty"), NotAudio)


# Each measure alone


ALONE = """
import os, socket, sys
from unittest.mock import patch
from interactions.audio import confine, seccomp
measure = sys.argv[1]
if measure == "seccomp":
    seccomp.allow_only_computing()
elif measure == "limits":
    with patch.object(seccomp, "available", return_value=False):
        confine.confine_decoder(cpu_s=10, wall_s=10, memory_bytes=2**28)
reached = 0
for number, attempt in enumerate((socket.socket, lambda: os.open("/", os.O_RDONLY))):
    try:
        attempt()
        reached += 2**number
    except OSError:
        pass
os._exit(reached)
"""


@pytest.mark.parametrize(("measure", "reached"), [("none", 3), ("seccomp", 0), ("limits", 0)])
def test_each_measure_alone_bars_network_and_files(measure: str, reached: int) -> None:
    if measure == "seccomp" and not seccomp.available():
        pytest.skip("system call numbers are known for Linux on x86-64 and aarch64")
    ended = subprocess.run([sys.executable, "-c", ALONE, measure], cwd=WAV.parents[2], check=False, timeout=30)
    assert ended.returncode == reached
