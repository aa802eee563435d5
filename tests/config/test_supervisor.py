"""The supervisor starts in order, mends what ends by itself, gives up on what can't run, and stops in order."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from config.embedded.children import command_of
from config.embedded.refusal import StartRefused
from config.supervisor import LOG_KEPT_BYTES, STARTS_PER_MINUTE, Interrupted, Part, Supervisor, keep_logs_small

# Notes when it began and when it was asked to end.
NOTING = """
import signal, sys, time
name, diary = sys.argv[1:]
def note(what):
    with open(diary, "a") as file: file.write(f"{name} {what}\\n")
def end(*_):
    time.sleep(0.1); note("ends"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("begins")
while True: time.sleep(0.05)
"""


class Stage:
    """A supervisor, its logs and the diary its parts write."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.diary = folder / "diary"
        self.supervisor = Supervisor(folder)

    def part(self, name: str, program: str = NOTING, *, endless: bool = False) -> Part:
        command = [sys.executable, "-c", program, name, str(self.diary)]
        return Part(
            name, command, os.environ, self.folder, endless=endless, is_ready=lambda _: f"{name} begins" in self.lines
        )

    @property
    def lines(self) -> list[str]:
        return self.diary.read_text().splitlines() if self.diary.exists() else []


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_each_part_waits_for_the_one_before_and_servers_stop_last(stage: Stage) -> None:
    with stage.supervisor.listening():
        for name in ("postgres", "valkey"):
            stage.supervisor.start(stage.part(name, endless=True))
        for name in ("web", "worker"):
            stage.supervisor.start(stage.part(name))
        assert stage.lines == [f"{name} begins" for name in ("postgres", "valkey", "web", "worker")]
    assert set(stage.lines[4:6]) == {"web ends", "worker ends"}
    assert stage.lines[6:] == ["valkey ends", "postgres ends"]


def test_a_part_that_was_killed_is_started_again(stage: Stage) -> None:
    with stage.supervisor.listening():
        part = stage.part("worker")
        stage.supervisor.start(part)
        assert part.process
        part.process.kill()
        assert stage.supervisor.watch(until=lambda: stage.lines.count("worker begins") == 2, within_s=10)


def test_a_part_that_can_not_run_is_given_up_with_a_sentence(stage: Stage) -> None:
    with stage.supervisor.listening():
        part = stage.part("worker", "import sys; print('why it ended'); sys.exit(3)")
        part.is_ready = None
        stage.supervisor.start(part)
        with pytest.raises(StartRefused, match=r"worker ended \d times within a minute.*worker\.log"):
            stage.supervisor.watch(within_s=30)
        assert len(part.starts) == STARTS_PER_MINUTE
    time.sleep(0.2)
    assert (stage.folder / "worker.log").read_text().count("why it ended") == STARTS_PER_MINUTE


def test_a_server_is_started_again_for_as_long_as_it_takes(stage: Stage) -> None:
    part = stage.part("valkey", endless=True)
    part.starts = [0.0, 1.0, *range(10, 30)]
    assert part.may_start_again(31)
    assert part.again_at == 31 + 30
    part.starts = []
    assert part.may_start_again(100)
    assert part.again_at == 100.5


def test_a_part_that_ends_before_it_is_ready_is_a_sentence(stage: Stage) -> None:
    with stage.supervisor.listening(), pytest.raises(StartRefused, match=r"web did not start.*web\.log"):
        stage.supervisor.start(stage.part("web", "raise SystemExit(1)"))


def test_a_step_that_fails_says_where_to_read(stage: Stage) -> None:
    failing = [sys.executable, "-c", "print('the cause'); raise SystemExit(1)"]
    with pytest.raises(StartRefused, match=r"step `prepare` failed.*prepare\.log"):
        stage.supervisor.run_step("prepare", failing, os.environ, stage.folder)
    assert "the cause" in (stage.folder / "prepare.log").read_text()


def test_asking_to_stop_ends_a_step_and_what_runs(stage: Stage) -> None:
    def interrupt() -> None:
        while "step begins" not in stage.lines:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    step = stage.part("step")
    with stage.supervisor.listening():
        part = stage.part("postgres", endless=True)
        stage.supervisor.start(part)
        assert part.process
        threading.Thread(target=interrupt).start()
        with pytest.raises(Interrupted):
            stage.supervisor.run_step("step", step.command, os.environ, stage.folder)
        server = part.process.pid
    assert stage.lines == ["postgres begins", "step begins", "step ends", "postgres ends"]
    assert command_of(server) == ""


def test_a_large_log_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_bytes(bytes(LOG_KEPT_BYTES + 1))
    (tmp_path / "worker.log").write_text("short")
    keep_logs_small(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["web.log.1", "worker.log"]
