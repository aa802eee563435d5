"""What must see an opening or an erasure for it to happen: the log and the job queue.

They stand above this layer, so they register themselves at start. Without them nothing is opened and nothing erased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RecordRef:
    """A row in the map: its model's label, its id, its account."""

    label: str
    id: UUID
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one record: the names of the fields, never their values. `deleted`: the row itself is gone."""

    record: RecordRef
    fields: tuple[str, ...]
    deleted: bool


class Log(Protocol):
    """Writes entries inside the caller's transaction."""

    def opened(
        self,
        *,
        actor: Any,
        action: str,
        account_id: UUID | None,
        record: RecordRef | None,
        purpose: str,
        case: str,
        facts: Mapping[str, Any],
    ) -> UUID:
        """Append the entry of an opening and return its id."""

    def condemned(
        self, refs: Sequence[RecordRef], *, condemnation_id: UUID, actor: Any, ground: str, case: str
    ) -> None:
        """Append the entries of a decision to erase `refs`."""

    def erased(self, receipts: Sequence[Receipt], *, condemnation_id: UUID, actor: Any, ground: str, case: str) -> None:
        """Append an entry for each record that is gone."""


class Queue(Protocol):
    """Brings back to life what was interrupted."""

    def condemned(self, condemnation_id: UUID, *, actor: Any) -> None:
        """Make sure that the condemnation is finished even if this process dies."""


class Follower(Protocol):
    """Sees to what else holds the same, outside the rows: a file that was never sealed, say."""

    def __call__(self, refs: Sequence[RecordRef], *, actor: Any, ground: str, case: str) -> None:
        """Write down, inside the caller's transaction, what has to follow the decision about `refs`."""


class NoWitness(RuntimeError):
    """The log or the job queue did not register itself: nothing may be opened or erased."""


_log: list[Log] = []
_queue: list[Queue] = []
_followers: dict[str, Follower] = {}


def register_log(log: Log) -> None:
    """Let `log` witness openings and erasures."""
    _log[:] = [log]


def register_queue(queue: Queue) -> None:
    """Let `queue` witness decisions to erase."""
    _queue[:] = [queue]


def log() -> Log:
    """Return the registered log; NoWitness without one."""
    if not _log:
        raise NoWitness("The log has not registered itself, so nothing can be opened or erased.")
    return _log[0]


def queue() -> Queue:
    """Return the registered job queue; NoWitness without one."""
    if not _queue:
        raise NoWitness("The job queue has not registered itself, so nothing can be erased.")
    return _queue[0]


def follow(name: str, follower: Follower) -> None:
    """Let `follower` know of every decision to erase or redact."""
    _followers[name] = follower


def tell(refs: Sequence[RecordRef], *, actor: Any, ground: str, case: str) -> None:
    """Tell the followers of a decision, inside its transaction: what one of them can't write down is not decided."""
    for follower in _followers.values():
        follower(refs, actor=actor, ground=ground, case=case)
