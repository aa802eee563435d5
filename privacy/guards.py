"""What may forbid an erasure: every guard is asked while the eraser holds the row locks.

A hold, an open request or a duty to keep is a guard. Guards are registered at start by the apps above; without any the
program does not start, because an eraser nobody can stop must not run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from privacy.witness import RecordRef


@dataclass(frozen=True, slots=True)
class Target:
    """A record about to be erased, with every record it belongs to (itself first)."""

    record: RecordRef
    lineage: tuple[RecordRef, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a guard keeps a record: a coded ground, and a sentence for people without personal data."""

    ground: str
    says: str
    by: str = ""


Guard = Callable[[Sequence[Target]], Mapping[UUID, Refusal]]
"""Given targets, return a refusal for each record id that must stay. Called inside the eraser's transaction."""


class NoGuards(RuntimeError):
    """No guard is registered: nothing may be erased and the program does not start."""


Turn = Callable[[UUID], None]
"""Given an account, wait for whoever changes what a guard knows, and keep it as it is until the transaction ends."""

_guards: dict[str, Guard] = {}
_turns: dict[str, Turn] = {}
OPEN_REQUESTS: Final = "open requests"
"""The guard that does not bind whoever carries out requests, nor whoever finds out who is who."""
RESTRICTIONS: Final = "restrictions"
"""The guard that does not bind whoever carries out the customer's own request to be forgotten."""


def register(name: str, guard: Guard, *, turn: Turn | None = None) -> None:
    """Let `guard` be asked before every erasure. `turn`: for what it knows that no lock on a row keeps as it is."""
    _guards[name] = guard
    if turn is not None:
        _turns[name] = turn


def names() -> tuple[str, ...]:
    """Return the name of every guard: what no guard can bring back is erased without asking any."""
    return tuple(_guards)


def require() -> None:
    """Raise NoGuards when nobody has registered one."""
    if not _guards:
        raise NoGuards("No guard is registered, so holds could not stop an erasure. Lethe does not start.")


def ask(targets: Sequence[Target], *, without: Iterable[str] = ()) -> dict[UUID, Refusal]:
    """Return the first refusal for each target that must stay.

    `without` names guards that do not bind the asker: an open request does not stop itself.
    """
    require()
    refused: dict[UUID, Refusal] = {}
    for name, guard in _guards.items():
        if name not in set(without):
            for record_id, refusal in guard(targets).items():
                refused.setdefault(record_id, refusal)
    return refused


def decide(targets: Sequence[Target], *, without: Iterable[str] = ()) -> dict[UUID, Refusal]:
    """Return the refusals by which an erasure is decided: they stay true until the caller's transaction ends.

    Call it under the locks of `lineage.lock`. The turns come after those locks, as they do where a hold is placed, so
    that an erasure and a hold never wait in a circle.
    """
    require()
    for account_id in sorted({target.record.account_id for target in targets if target.record.account_id}):
        for turn in _turns.values():
            turn(account_id)
    return ask(targets, without=without)
