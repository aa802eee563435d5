"""Ask how long a call is kept, and why: another app knows, and registers itself at start."""

from collections.abc import Callable
from dataclasses import dataclass

from interactions.models import Interaction


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a call is kept, until when and why, in words. `is_due`: nothing but a hold or a request keeps it now."""

    what: str
    until: str
    policy: str
    why: str
    is_due: bool = False


Keeper = Callable[[Interaction], list[Kept]]

_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    """Let `keeper` say how long calls are kept."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def kept(interaction: Interaction) -> list[Kept]:
    """Return what is kept of a call and until when; nothing when nobody decides over it."""
    return [each for keeper in _keepers for each in keeper(interaction)]
