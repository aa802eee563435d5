"""Take the passages about a person out of another's call: out of the sound first, then out of the text.

In this order, because the text says when the passages are heard. Interrupted, both are done again and change nothing
that is done already.
"""

from dataclasses import dataclass
from typing import TypedDict, cast

from interactions.models import OfInteraction, Transcription
from interactions.redaction import redact_passages
from interactions.silencing import silence_passages
from privacy.guards import Refusal
from privacy.models import SealedModel
from rtbf.models import PlanItem
from trail.actor import Actor


class Asker(TypedDict):
    """Who asks the eraser, and why."""

    actor: Actor
    ground: str
    case: str
    without_guards: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What became of the passages of one text. `unplaced`: there is a sound, and nobody knows when they are heard."""

    refused: Refusal | None = None
    unplaced: bool = False


def take_out(row: SealedModel, item: PlanItem, asker: Asker) -> Taken:
    """Take an item's passages out of a text and of the sound it is of.

    Raises what interactions.silencing.silence_passages and interactions.redaction.redact_passages raise.
    """
    unplaced = False
    if isinstance(row, Transcription):
        hushed = silence_passages(row, item.spans or (), **asker)
        if hushed.refused:
            return Taken(next(iter(hushed.refused.values())))
        unplaced = hushed.unplaced
    refused = redact_passages(cast("OfInteraction", row), item.spans or (), **asker)
    return Taken(next(iter(refused.values()), None), unplaced)
