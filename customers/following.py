"""What other apps say when customers are merged or split: an objection, or what must follow the records.

This app knows neither requests nor legal holds. They register here at start, and are asked under the row locks of the
customers, so that nothing they know changes before the act commits.
"""

from collections.abc import Callable
from uuid import UUID

Objection = Callable[[UUID, frozenset[UUID]], str]
"""Given the account and the customers, return a sentence that says what is in the way, or nothing."""
Follower = Callable[[UUID, UUID], None]
"""Given the customer the records leave and the one they go to, let what covered the first cover the second too."""

_objections: dict[str, Objection] = {}
_followers: dict[str, Follower] = {}


def object_with(name: str, objection: Objection) -> None:
    """Let `objection` be asked before every merge and split."""
    _objections[name] = objection


def follow_with(name: str, follower: Follower) -> None:
    """Let `follower` be told of every merge and split."""
    _followers[name] = follower


def objections(account_id: UUID, customers: frozenset[UUID]) -> list[str]:
    """Return what is in the way of merging or splitting these customers."""
    return [said for each in _objections.values() if (said := each(account_id, customers))]


def follow(source: UUID, target: UUID) -> None:
    """Tell everybody that records went from one customer to another."""
    for each in _followers.values():
        each(source, target)
