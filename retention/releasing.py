"""Tell those who waited for a hold that it was released, within the transaction that releases it.

What waits stands above this app (requests to forget a customer), so it registers itself at start.
"""

from collections.abc import Callable
from typing import Protocol

from retention.models import LegalHold
from trail.actor import Actor


class Waiting(Protocol):
    """Somebody whose work a hold deferred."""

    def __call__(self, hold: LegalHold, *, actor: Actor) -> None:
        """Take up again what `hold` deferred, as rows and jobs of the caller's transaction."""


_waiting: dict[str, Waiting] = {}


def when_released(name: str, waiting: Callable[..., None]) -> None:
    """Let `waiting` be told of every hold that is released."""
    _waiting[name] = waiting


def tell(hold: LegalHold, *, actor: Actor) -> None:
    """Tell everybody who waits, within the caller's transaction: the release and what it sets going are one."""
    for waiting in _waiting.values():
        waiting(hold, actor=actor)
