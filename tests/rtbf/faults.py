"""Every step of an erasure at which something can break: after each commit, and around each touch of the store.

`at_each_step(strike)` calls `strike` at each step the first time this process comes there; a step is known by the flow
it is part of and the function that commits. `python -m tests.rtbf.faults` is a nursery: for each line it reads it forks
a worker, which does what is due and is killed at the first step nobody was killed at yet; it answers with that step.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLInsertCompiler, SQLUpdateCompiler

from vault.files import FileStorage
from vault.store import Store

HERE = Path(__file__).resolve().parents[2]
PRODUCT = ("privacy", "rtbf", "interactions", "customers", "jobs", "trail", "vault")
FLOWS = (
    "rtbf/execution/carrying_out.py",
    "rtbf/execution/looking_again.py",
    "rtbf/proof/proving.py",
    "rtbf/proof/certificate.py",
    "rtbf/external/tasking.py",
)
ALL = os.environ.get("FAULTS_ALL") == "1"
"""Take a function for another step in each part of the flow that calls it."""
WHOLE = ("run", "close", "execute")
Strike = Callable[[str, str], None]


def step(what: str) -> str:
    """Name the step: what happens, in which function of the product, within which part of which flow."""
    inner, outer = "", ""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(str(HERE)):
            name = str(Path(file).relative_to(HERE))
            if name.split("/", maxsplit=1)[0] in PRODUCT:
                inner = inner or f"{name}:{frame.f_code.co_name}"
                part = frame.f_code.co_name
                outer = f"{name}:{part}" if ALL and name in FLOWS and part not in WHOLE else outer
        frame = frame.f_back
    return f"{what} | {inner} | {outer}" if inner else ""


@contextmanager
def at_each_step(strike: Strike, known: set[str] | None = None) -> Iterator[set[str]]:
    """Call `strike(step, kind)` at each step not `known`; kinds: default, keyring (a commit), put, delete, open."""
    seen = known if known is not None else set()

    def arrive(kind: str, when: str = "after") -> None:
        name = step(f"{when} {kind}")
        if not name or " | jobs/runner" in name or " | jobs/beat" in name or name in seen:
            return
        seen.add(name)
        strike(name, kind)

    with ExitStack() as stack:
        for target, method in ((BaseDatabaseWrapper, "commit"), (SQLInsertCompiler, "execute_sql"),
                               (SQLUpdateCompiler, "execute_sql")):  # fmt: skip
            stack.enter_context(patch.object(target, method, _committing(getattr(target, method), arrive)))
        # What is removed is removed by the storage, many at a time or one.
        for door, method in ((Store, "put"), (Store, "open"), (FileStorage, "delete")):
            stack.enter_context(patch.object(door, method, _storing(getattr(door, method), method, arrive)))
        yield seen


def _committing(real: Callable[..., Any], arrive: Callable[..., None]) -> Callable[..., Any]:
    def commit(self: Any, *args: Any, **options: Any) -> Any:
        connection = self if isinstance(self, BaseDatabaseWrapper) else self.connection
        answer = real(self, *args, **options)
        # A statement outside a transaction is its own commit.
        if not connection.in_atomic_block or isinstance(self, BaseDatabaseWrapper):
            arrive(connection.alias)
        return answer

    return commit


def _storing(real: Callable[..., Any], method: str, arrive: Callable[..., None]) -> Callable[..., Any]:
    def touch(self: Any, *args: Any, **options: Any) -> Any:
        arrive(method, "before")
        answer = real(self, *args, **options)
        arrive(method)
        return answer

    return touch


def work(known: set[str], out: int) -> None:
    """Do what is due, as a worker; die at the first step that is not known."""
    from jobs import runner

    def die(name: str, kind: str) -> None:
        os.write(out, name.encode())
        os.kill(os.getpid(), signal.SIGKILL)

    with at_each_step(die, known):
        runner.run_due()
    os.write(out, b"done")


def main() -> None:
    """Fork a worker for each line that comes in, and answer with the step at which it died, or `done`."""
    import django

    django.setup()
    import jobs.tasks  # noqa: F401 - registers kinds of jobs
    import rtbf.tasks  # noqa: F401 - the kinds of jobs

    known: set[str] = set()
    for _ in sys.stdin:
        here, there = os.pipe()
        child = os.fork()
        if not child:
            try:
                work(known, there)
            finally:
                os._exit(0)
        os.close(there)
        _, status = os.waitpid(child, 0)
        with open(here, "rb") as answer:
            name = answer.read().decode()
        known.add(name)
        print(f"{name or 'broke'}\t{os.WTERMSIG(status)}", flush=True)


if __name__ == "__main__":
    main()
