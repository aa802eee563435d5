"""The whole house under its supervisor: it comes up, mends itself, refuses to be started twice, and goes down."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded.children import command_of
from config.run import ask_health
from tests.house import CHECKOUT, PROGRAM, Running, running_house, soon

pytestmark = pytest.mark.house


@pytest.fixture(scope="module")
def house() -> Iterator[Running]:
    with running_house(Running) as running:
        yield running


def refusal(house: Running, **changes: str) -> str:
    """Start a second house that must not come up; return the sentence it ends with."""
    done = subprocess.run(
        PROGRAM,
        cwd=CHECKOUT,
        env={**house.environment, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_health_answers_200(house: Running) -> None:
    with urllib.request.urlopen(f"{house.address}healthz") as answer:  # noqa: S310 - an http address made here
        assert json.load(answer) == {"ok": True, "failing": []}


def test_a_second_start_says_who_runs(house: Running) -> None:
    assert house.process
    sentence = refusal(house)
    assert f"process {house.process.pid}, {house.address}" in sentence
    assert "\n" not in sentence


def test_a_port_in_use_is_a_sentence(house: Running, tmp_path: Path) -> None:
    assert f"port {house.port} is taken" in refusal(house, LETHE_HOME=str(tmp_path / "other"))


def test_a_second_terminal_works_on_the_running_house(house: Running) -> None:
    variables = {name: house.environment[name] for name in ("PATH", "HOME", "LETHE_HOME")}
    show = [sys.executable, "manage.py", "migrate", "--check"]
    done = subprocess.run(show, cwd=CHECKOUT, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["worker", "web", "valkey", "postgres"])
def test_a_part_that_is_killed_comes_back(house: Running, name: str) -> None:
    before = house.children()
    os.kill(before[name], signal.SIGKILL)
    assert soon(lambda: house.children().get(name, before[name]) != before[name])
    assert soon(lambda: ask_health(house.address) == []), f"{ask_health(house.address)}\n{house.text()}"
    answers = [ask_health(house.address) for _ in range(20)]
    assert not [failing for failing in answers if failing], "somebody still has a connection that died with the server"
    assert f"{name} ended (signal 9) and is started again" in house.text()


def test_no_password_is_in_a_log_or_on_the_terminal(house: Running) -> None:
    secrets = [file.read_text() for file in [*(house.home / "passwords").iterdir(), house.home / "secret-key"]]
    assert len(secrets) >= 4
    texts = [house.text(), *(log.read_text() for log in (house.home / "logs").iterdir())]
    assert not [secret for secret in secrets for text in texts if secret in text]


def test_no_file_in_the_home_is_open_to_others(house: Running) -> None:
    public = {"static", "postgres"}  # Style sheets, and programs; the data folder below is PostgreSQL's to guard.
    files = [path for part in house.home.iterdir() if part.name not in public for path in [part, *part.rglob("*")]]
    assert len(files) > 20
    assert [path for path in files if path.is_file() and path.stat().st_mode & 0o066] == []
    assert stat.S_IMODE((house.home / "postgres" / "data").stat().st_mode) == 0o700


def test_data_outlive_a_stop_and_a_start_and_nothing_runs_between(house: Running) -> None:
    url = re.search(r"^DATABASE_OWNER_URL=(.*)$", (house.home / "lethe.env").read_text(), re.MULTILINE)
    assert url
    with psycopg.connect(url[1]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'alice' AS name")
    pids = house.children()
    assert len(pids) == 6
    assert house.stop() == 0
    assert not [pid for pid in pids.values() if command_of(pid)]
    assert ask_health(house.address) == ["web"]
    began = time.monotonic()
    house.start()
    assert time.monotonic() - began < 30
    with psycopg.connect(url[1]) as connection:
        assert connection.execute("SELECT name FROM kept").fetchone() == ("alice",)
        connection.execute("DROP TABLE kept")


def test_a_house_whose_supervisor_is_killed_leaves_nobody_and_starts_again(house: Running) -> None:
    assert house.process
    commands = {pid: command_of(pid) for pid in house.everybody()}
    assert len(commands) > 5 + 2 + 1, "the parts, the web server's workers and the queue's"
    house.process.kill()
    house.process.wait()
    assert soon(lambda: not [pid for pid, command in commands.items() if command_of(pid) == command])
    house.start()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_first_start_that_was_killed_half_way_is_completed() -> None:
    with tempfile.TemporaryDirectory(prefix="lethe-house-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        house = Running(Path(folder))
        with open(house.said, "ab") as said:
            first = subprocess.Popen(PROGRAM, cwd=CHECKOUT, env=house.environment, stdout=said, stderr=said)
        assert soon(lambda: "up to date" in house.text())
        first.kill()
        first.wait()
        house.start()
        assert house.stop() == 0
