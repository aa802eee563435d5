"""Which function does which kind of job.

Each app names its kinds in its `tasks.py`, which the worker and the tests load; a kind nobody named stays in the queue
and is reported, never dropped.
"""

from collections.abc import Callable
from typing import Protocol

from jobs.models import Job


class Progress(Protocol):
    """Tells how far a job is, and learns whether to go on."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Note that `done` of `total` items are done. Raises jobs.errors.Cancelled and LeaseLost: then stop."""


Work = Callable[[Job, Progress], None]

_kinds: dict[str, Work] = {}


class KindTaken(ValueError):
    """Two functions claim one kind of job."""


def job(kind: str) -> Callable[[Work], Work]:
    """Let the decorated function do jobs of this kind. It must be safe to run twice."""

    def register(work: Work) -> Work:
        known = _kinds.setdefault(kind, work)
        if (known.__module__, known.__qualname__) != (work.__module__, work.__qualname__):
            raise KindTaken(f"The kind {kind} is claimed by {known.__module__} and {work.__module__}.")
        return work

    return register


def work_for(kind: str) -> Work | None:
    """Return the function for a kind, None when no loaded app names it."""
    return _kinds.get(kind)
