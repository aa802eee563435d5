"""Introduce retention to interactions, which do not know each other: how long calls are kept, and what had to stay."""

from interactions import deferring, keeping
from interactions.keeping import Kept
from interactions.models import Interaction
from retention.deferring import defer
from retention.fate import fates


def introduce() -> None:
    """Let the policies answer how long a call is kept, and write down which content may not be deleted."""
    keeping.register(kept)
    deferring.register(defer)


def kept(interaction: Interaction) -> list[Kept]:
    """Return what the policies say of a call, what goes first on top."""
    found = fates(interaction.account, interaction.circumstances, interaction.ended_at)
    return [
        Kept(each.kind, each.until, each.policy, each.why) for each in sorted(found, key=lambda each: each.last_day)
    ]
