"""Take passages out of a text that stays: a filler for each character, so that every other place still holds.

The text is sealed anew under a new key and the old key is shredded; the index entries of what stood there go with it.
Lengths are kept, because mentions, the player and other people's passages point at characters.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from customers.forgetting import marks_of_opened
from customers.models import Note
from interactions.forgetting import mark_of_content
from interactions.models import Comment, DataSourceValue, Mention, OfInteraction, Transcription
from privacy import erasure, ledger, redaction
from privacy.guards import Refusal
from privacy.witness import RecordRef
from trail.actor import Actor

FILLER = "█"
Span = Sequence[int]
_SEALED_IN: dict[type, str] = {Transcription: "segments", Comment: "text", DataSourceValue: "value", Note: "texts"}
_MENTIONED_IN: dict[type, str] = {
    Transcription: "transcription",
    Comment: "comment",
    DataSourceValue: "value",
    Note: "note",
}


def redact_passages(
    row: OfInteraction | Note,
    spans: Sequence[Span],
    *,
    actor: Actor,
    ground: str,
    case: str = "",
    without_guards: tuple[str, ...] = (),
) -> dict[RecordRef, Refusal]:
    """Replace the characters of `spans` ([segment, start, end]) in a transcript, comment, value or note by a filler.

    Returns the refusal where a guard keeps the text as it is. Safe to repeat. Raises privacy.open.Forgotten when the
    text was erased meanwhile. Call it outside a transaction.
    """
    name = _SEALED_IN[type(row)]

    def change(values: Mapping[str, Any]) -> dict[str, Any]:
        redacted = _redacted(values[name], spans)
        if redacted != values[name]:
            # Before the text changes: as long as it does not, its own index is found first when it comes again.
            ledger.write(row.account_id, _marks(row, values))
        return {name: redacted}

    refused = redaction.redact(row, change, actor=actor, ground=ground, case=case, without_guards=without_guards)
    if not refused:
        # The old index of the whole text could be tried against guesses of what was taken out.
        type(row)._default_manager.filter(pk=row.pk).update(digest=os.urandom(32))
        mentions = _mentions_in(row, spans)
        erasure.erase(mentions, actor=actor, ground=ground, case=case, without_guards=without_guards)
    return refused


def _marks(row: OfInteraction | Note, values: Mapping[str, Any]) -> list[ledger.Mark]:
    return marks_of_opened(row, values) if isinstance(row, Note) else [mark_of_content(row)]


def _redacted(value: Any, spans: Sequence[Span]) -> Any:
    if isinstance(value, str):
        return _filled(value, [(start, end) for _, start, end in spans])
    return [
        {**segment, "text": _filled(segment["text"], [(start, end) for at, start, end in spans if at == number])}
        for number, segment in enumerate(value)
    ]


def _filled(text: str, places: Sequence[tuple[int, int]]) -> str:
    for start, end in places:
        stretch = text[start:end]
        text = text[:start] + FILLER * len(stretch) + text[end:]
    return text


def _mentions_in(row: OfInteraction | Note, spans: Sequence[Span]) -> list[Mention]:
    """Return the index entries that touch what was taken out, other readings of it included."""
    mentions = Mention.objects.filter(**{_MENTIONED_IN[type(row)]: row.pk}, condemned_at=None)
    return [each for each in mentions if any(_touch(part, span) for part in each.parts for span in spans)]


def _touch(one: Span, other: Span) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
