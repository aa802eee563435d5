"""Conversation analysis of Vonage Contact Center, one interaction or a list of them.

Categories, talk times and sentiment are kept as they stand; the plain transcript becomes one without times, a line an
utterance (layout: Vonage, Conversation Analyzer API). The guid names the interaction; its own record says when it was.
"""

from collections.abc import Callable, Iterator
from typing import Any

from interactions.drafts import AnalysisDraft, InteractionDraft, Noted, Outcome, Place, SegmentDraft, TranscriptDraft
from interactions.sources import call_ids
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import load_object, objects_at, pointer, text_at
from interactions.sources.json_list import READ_AS_CP1252
from interactions.sources.registry import Context

PARTS = ("categories", "callTimeBreakDown", "callTimeBreakdown", "sentimentSummary", "confidence", "language")
_MARKS = (b'"callTimeBreakDown"', b'"callTimeBreakdown"', b'"sentimentSummary"', b'"categories"')


class ConversationAnalysis:
    """The format, for the registry."""

    name = "conversation-analysis"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for a guid, a status and one of the parts of an analysis."""
        if not file.name.lower().endswith(".json"):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return b'"guid"' in head and b'"status"' in head and any(mark in head for mark in _MARKS)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield each interaction with its analysis. Raises OSError."""
        return read_interactions(file, _draft)


def read_interactions(
    file: FoundFile, draft_of: Callable[[dict[str, Any], Place], InteractionDraft]
) -> Iterator[Outcome]:
    """Yield what `draft_of` makes of each object with a guid, for which it may raise Unusable. Raises OSError."""
    try:
        data, is_cp1252 = load_object(file)
    except Unusable as problem:
        yield file.rejected(str(problem))
        return
    if is_cp1252:
        yield Noted(file.relative, 0, READ_AS_CP1252)
    for at, item in _interactions_in(data):
        try:
            yield draft_of(item, Place(file.relative, {"pointer": at}))
        except Unusable as problem:
            yield file.rejected(str(problem))


def _interactions_in(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects with a guid, each with its pointer: the document itself, or those in its lists."""
    if "guid" in data:
        yield "", data
        return
    for name in data:
        for at, item in objects_at(data, name):
            if "guid" in item:
                yield pointer(name, at), item


def _draft(item: dict[str, Any], place: Place) -> InteractionDraft:
    found = {name: item[name] for name in PARTS if item.get(name)}
    said = tuple(_lines(item, place))
    transcript = TranscriptDraft(said, Place(place.file, {"pointer": f"{place.record['pointer']}/transcript"}))
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.VCC, text_at(item, "guid").lower()),),
        place=place,
        transcripts=(transcript,) if said else (),
        analyses=(AnalysisDraft("conversation", found, place),) if found else (),
    )


def _lines(item: dict[str, Any], place: Place) -> Iterator[SegmentDraft]:
    text = item.get("transcript")
    start = 0
    for line in text.split("\n") if isinstance(text, str) else ():
        if line.strip():
            at = Place(place.file, {"pointer": f"{place.record['pointer']}/transcript"}, "transcript", start)
            yield SegmentDraft("", 0, 0, line, at)
        start += len(line) + 1


SOURCE = ConversationAnalysis()
