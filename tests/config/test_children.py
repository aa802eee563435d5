"""Children end with their parent and take their own children with them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import children

CHECKOUT = Path(__file__).resolve().parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = """
import sys, os
from pathlib import Path
from config.embedded.children import spawn
child = spawn([sys.executable, "-c", "import time; time.sleep(60)"], output=1, environment=os.environ, folder=Path("/"))
print(child.pid, flush=True)
child.wait()
"""
NESTED = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


def soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def is_gone(pid: int) -> bool:
    return not children.command_of(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of a dead parent")
def test_a_child_dies_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=CHECKOUT)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert soon(lambda: not is_gone(child))
    parent.kill()
    parent.wait()
    assert soon(lambda: is_gone(child))


def test_stopping_ends_the_whole_group() -> None:
    silent = children.spawn(
        [sys.executable, "-c", NESTED], output=subprocess.PIPE, environment=os.environ, folder=CHECKOUT
    )
    assert silent.stdout
    grandchild = int(silent.stdout.readline())
    assert soon(lambda: not is_gone(grandchild))  # Right after exec its command line is empty for a moment.
    children.stop(silent)
    assert soon(lambda: is_gone(grandchild))


def test_a_child_that_will_not_stop_is_killed() -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = children.spawn(
        [sys.executable, "-c", deaf], output=subprocess.PIPE, environment=os.environ, folder=CHECKOUT
    )
    assert process.stdout
    assert process.stdout.readline() == b"deaf\n"
    children.stop(process, patience_s=0.1)
    assert process.returncode == -signal.SIGKILL


def test_a_command_is_read_from_a_living_process_only() -> None:
    process = subprocess.Popen(SLEEP)
    assert soon(lambda: "time.sleep(60)" in children.command_of(process.pid))
    process.kill()
    process.wait()
    assert children.command_of(process.pid) == ""
