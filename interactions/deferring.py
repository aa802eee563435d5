"""Write down what had to stay though somebody wanted it deleted: another app keeps these rows, and registers itself."""

from collections.abc import Callable, Mapping

from privacy.guards import Refusal
from privacy.witness import RecordRef

Deferrer = Callable[[Mapping[RecordRef, Refusal]], None]

_deferrers: list[Deferrer] = []


def register(deferrer: Deferrer) -> None:
    """Let `deferrer` write down what was refused."""
    if deferrer not in _deferrers:
        _deferrers.append(deferrer)


def defer(kept: Mapping[RecordRef, Refusal]) -> None:
    """Write down which records stay, and on which ground."""
    for deferrer in _deferrers:
        deferrer(kept)
