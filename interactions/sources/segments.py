"""Reads the segments of a timed transcript in the Harper Valley form into utterances.

The place of each is its own pointer into the document, so that a word found later leads back to the source. A segment
that cannot be placed in time is rejected alone; the others keep their positions.
"""

from collections.abc import Callable, Iterator
from typing import Any

from interactions.drafts import InteractionDraft, Noted, Outcome, Place, Rejected, SegmentDraft
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.json_document import load_object, pointer
from interactions.sources.json_list import READ_AS_CP1252
from interactions.sources.word_times import from_offsets

LONGEST_MS = 7 * 86_400_000
TEXT_FIELD = "human_transcript"
_SPEAKERS = {
    **dict.fromkeys(("agent", "operator", "advisor", "representative"), "agent"),
    **dict.fromkeys(("caller", "customer", "client"), "customer"),
}


def read_segments(data: dict[str, Any], file: FoundFile) -> tuple[tuple[SegmentDraft, ...], list[Rejected]]:
    """Return the utterances of `data["segments"]` in order of time, and what was left out. Raises Unusable."""
    items = data.get("segments")
    if not isinstance(items, list):
        raise Unusable("The transcript has no list of segments.")
    heard, left_out = [], []
    for position, item in enumerate(items):
        try:
            heard.append(_segment(item, position, file))
        except Unusable as problem:
            left_out.append(file.rejected(f"Segment {position + 1} was left out: {problem}"))
    return tuple(sorted(heard, key=lambda draft: draft.start_ms)), left_out


def read_call(
    file: FoundFile, draft_of: Callable[[dict[str, Any], tuple[SegmentDraft, ...]], InteractionDraft]
) -> Iterator[Outcome]:
    """Yield what was left out, and the call that `draft_of` makes of the document and its utterances.

    `draft_of` may raise Unusable: then the file is rejected. Raises OSError.
    """
    try:
        data, is_cp1252 = load_object(file)
        heard, left_out = read_segments(data, file)
        yield from left_out
        yield draft_of(data, heard)
        if is_cp1252:
            yield Noted(file.relative, 0, READ_AS_CP1252)
    except Unusable as problem:
        yield file.rejected(str(problem))


def speaker_of(name: Any) -> str:
    """Return the side of a call that a transcript calls so: agent, customer, or nothing."""
    return _SPEAKERS.get(name.strip().lower(), "") if isinstance(name, str) else ""


def _segment(item: Any, position: int, file: FoundFile) -> SegmentDraft:
    if not isinstance(item, dict) or not isinstance(item.get(TEXT_FIELD), str):
        raise Unusable("it has no text.")
    text, start_ms = item[TEXT_FIELD], _milliseconds(item.get("offset_ms"))
    heard, offsets, lengths = (item.get(name) for name in ("transcript", "word_offsets_ms", "word_durations_ms"))
    return SegmentDraft(
        speaker=speaker_of(item.get("speaker_role")),
        start_ms=start_ms,
        duration_ms=_milliseconds(item.get("duration_ms")),
        text=text,
        place=Place(file.relative, {"pointer": pointer("segments", position, TEXT_FIELD)}, TEXT_FIELD),
        words=from_offsets(text, heard, offsets, lengths, start_ms),
    )


def _milliseconds(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable("its time is missing or no number.")
    if not 0 <= value <= LONGEST_MS:
        raise Unusable("its time is negative or longer than a week.")
    return round(value)
