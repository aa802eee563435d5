"""The embedded Valkey keeps what it acknowledged and listens to this user only."""

import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.children import spawn, stop
from config.embedded.home import Home
from config.embedded.postgres import environment
from config.embedded.valkey import Valkey


@pytest.fixture
def server(tmp_path: Path) -> Valkey:
    home = Home(Path(tmp_path) / "a home")
    home.create()
    return Valkey(home)


def run(server: Valkey) -> subprocess.Popen[bytes]:
    server.prepare()
    process = spawn(server.command(), output=subprocess.DEVNULL, environment=environment(), folder=Path("/"))
    deadline = time.monotonic() + 10
    while not server.is_ready() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.is_ready()
    return process


@pytest.fixture
def running(server: Valkey) -> Iterator[subprocess.Popen[bytes]]:
    process = run(server)
    yield process
    stop(process)


def test_an_acknowledged_write_outlives_a_kill(server: Valkey, running: subprocess.Popen[bytes]) -> None:
    client = redis.Redis.from_url(server.url())
    for number in range(200):
        client.rpush("queue", number)
    running.send_signal(signal.SIGKILL)
    running.wait()
    again = run(server)
    try:
        assert redis.Redis.from_url(server.url()).llen("queue") == 200
    finally:
        stop(again)


def test_it_listens_on_a_private_socket_only(server: Valkey, running: subprocess.Popen[bytes]) -> None:
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert redis.Redis.from_url(server.url()).config_get("port") == {"port": "0"}


def test_a_server_that_is_not_there_is_not_ready(server: Valkey) -> None:
    assert not server.is_ready()
