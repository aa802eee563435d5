"""Introduce retention to interactions, which do not know each other: how long calls are kept, and what had to stay."""

from collections.abc import Sequence

from interactions import deferring, holding, keeping
from interactions.holding import HeldBecause
from interactions.keeping import Kept
from interactions.models import Interaction
from privacy.witness import RecordRef
from retention.deferring import defer
from retention.explaining import why_held
from retention.fate import fates


def introduce() -> None:
    """Let the policies answer how long a call is kept, and write down which content may not be deleted."""
    keeping.register(kept)
    holding.register(held_because)
    deferring.register(defer)


def kept(interaction: Interaction) -> list[Kept]:
    """Return what the policies say of a call, what goes first on top."""
    found = fates(interaction.account, interaction.circumstances, interaction.ended_at)
    first = sorted(found, key=lambda each: each.last_day)
    return [Kept(each.kind, each.until, each.policy, each.why, each.is_due) for each in first]


def held_because(lineage: Sequence[RecordRef]) -> list[HeldBecause]:
    """Return which legal holds cover a call, and why."""
    return [HeldBecause(each.reference, each.ground, each.because) for each in why_held(lineage)]
