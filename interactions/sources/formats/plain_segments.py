"""Transcripts as plain JSON: `segments` of start, end (seconds, or `start_ms`, `end_ms`), text and perhaps a speaker.

So speech recognisers write them. `call_id` or the path in `audio`, `recording` or `file` says which call it is of; else
the name of the file does.
"""

import re
from collections.abc import Iterator
from typing import Any

from interactions.drafts import InteractionDraft, Noted, Outcome, Place, Rejected, SegmentDraft, TranscriptDraft
from interactions.sources import call_ids
from interactions.sources.beside import OfCall, call_beside, call_of_sound
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import load_object, pointer, text_at
from interactions.sources.json_list import READ_AS_CP1252, is_list_of
from interactions.sources.registry import Context
from interactions.sources.segments import LONGEST_MS, speaker_of
from interactions.sources.word_times import from_words

_START = re.compile(rb'"start(?:_ms)?"\s*:')
_OTHERS = (b'"human_transcript"', b'"metadata"')


class PlainSegments:
    """The format, for the registry."""

    name = "plain-segments"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for segments with a start and a text, and nothing of the other forms."""
        if not is_list_of(file, "segments", b'"text"'):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return bool(_START.search(head)) and not any(mark in head for mark in _OTHERS)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call with its transcript. Raises OSError."""
        try:
            data, is_cp1252 = load_object(file)
            call = _call(data, file, context)
            read = [_segment(item, at, file) for at, item in enumerate(_segments(data))]
        except Unusable as problem:
            yield file.rejected(str(problem))
            return
        yield from (each for each in read if isinstance(each, Rejected))
        heard = sorted((each for each in read if isinstance(each, SegmentDraft)), key=lambda each: each.start_ms)
        place = Place(file.relative, {"pointer": ""})
        transcript = TranscriptDraft(tuple(heard), place, call.of, call.of_file)
        yield InteractionDraft(source=self.name, ids=call.ids, place=place, transcripts=(transcript,) if heard else ())
        if is_cp1252:
            yield Noted(file.relative, 0, READ_AS_CP1252)


def _call(data: dict[str, Any], file: FoundFile, context: Context) -> OfCall:
    if own := text_at(data, "call_id"):
        return OfCall((call_ids.call_id(call_ids.scheme_of(own), own),))
    path = next((text for name in ("audio", "recording", "file") if (text := text_at(data, name))), "")
    return call_of_sound(path, context) if path else call_beside(file, context)


def _segments(data: dict[str, Any]) -> list[Any]:
    items = data.get("segments")
    if not isinstance(items, list):
        raise Unusable("The transcript has no list of segments.")
    return items


def _segment(item: Any, at: int, file: FoundFile) -> SegmentDraft | Rejected:
    try:
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            raise Unusable("it has no text.")
        start_ms, end_ms = _time(item, "start"), _time(item, "end")
        return SegmentDraft(
            speaker=speaker_of(item.get("speaker")),
            start_ms=start_ms,
            duration_ms=max(0, end_ms - start_ms),
            text=item["text"],
            place=Place(file.relative, {"pointer": pointer("segments", at, "text")}, "text"),
            words=from_words(item["text"], item.get("words")),
        )
    except Unusable as problem:
        return file.rejected(f"Segment {at + 1} was left out: {problem}")


def _time(item: dict[str, Any], name: str) -> int:
    """Return a time in milliseconds, written so or in seconds. Raises Unusable."""
    value = item.get(f"{name}_ms")
    if value is None:
        value = item.get(name)
        value = value * 1000 if isinstance(value, int | float) and not isinstance(value, bool) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_MS:
        raise Unusable("its time is missing, no number, or longer than a week.")
    return round(value)


SOURCE = PlainSegments()
