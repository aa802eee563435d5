"""Transcripts of the Harper Valley form: one call a file, with times, speakers and conversation analysis.

Times are milliseconds since the epoch. What the analysis says is kept in the shape of the source, so that a text in it
leads back to its place (layout: Gridspace-Stanford Harper Valley).
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from interactions.drafts import (
    AnalysisDraft,
    Direction,
    InteractionDraft,
    Outcome,
    Place,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.sources import call_ids
from interactions.sources.clock import from_epoch
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import object_at, pointer, text_at
from interactions.sources.registry import Context
from interactions.sources.segments import read_call


class HarperValley:
    """The format, for the registry."""

    name = "harper-valley"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for metadata with a start in milliseconds, and a call id of its own."""
        if not file.name.lower().endswith(".json"):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return all(name in head for name in (b'"sid"', b'"metadata"', b'"start_time_ms"'))

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call with its transcript and analyses. Raises OSError."""
        return read_call(file, partial(_draft, file=file))


def _draft(data: dict[str, Any], heard: tuple[SegmentDraft, ...], file: FoundFile) -> InteractionDraft:
    metadata = object_at(data, "metadata")
    arrived, answered, ended = _times(metadata)
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.HARPER_VALLEY, text_at(data, "sid")),),
        place=_place(file),
        started_at=arrived,
        answered_at=answered,
        ended_at=ended,
        duration_s=int((ended - arrived).total_seconds()),
        talk_s=int((ended - answered).total_seconds()),
        direction=Direction.INBOUND,
        customer_names=_names(metadata, file),
        agent_name=text_at(metadata, "agent", "name"),
        transcripts=(TranscriptDraft(heard, _place(file)),) if heard else (),
        analyses=tuple(_analyses(data, metadata, file)),
    )


def _times(metadata: dict[str, Any]) -> tuple[datetime, datetime, datetime]:
    """Return when the caller arrived, when the talk began and when it ended."""
    start_ms, end_ms = metadata.get("start_time_ms"), metadata.get("end_time_ms")
    arrival_ms = object_at(metadata, "caller").get("arrival_time_ms", start_ms)
    start, end, arrival = (_moment(value) for value in (start_ms, end_ms, arrival_ms))
    if end < start:
        raise Unusable("The call ends before it begins.")
    return min(arrival, start), start, end


def _moment(milliseconds: Any) -> datetime:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        raise Unusable("A time of the call is missing or no number of milliseconds.")
    return from_epoch(milliseconds / 1000, what="time of the call")


def _names(metadata: dict[str, Any], file: FoundFile) -> tuple[TextDraft, ...]:
    name = text_at(metadata, "caller", "name")
    return (TextDraft(name, _place(file, "metadata", "caller", "name")),) if name else ()


def _analyses(data: dict[str, Any], metadata: dict[str, Any], file: FoundFile) -> Iterator[AnalysisDraft]:
    for kind in ("emotion", "dialog_acts"):
        items = [_only(kind, segment) for segment in data["segments"]]
        if any(items):
            yield AnalysisDraft(kind, {"segments": items}, _place(file))
    if labels := object_at(metadata, "labels"):
        yield AnalysisDraft("labels", labels, _place(file, "metadata", "labels"))
    if tasks := _picked(metadata, "tasks", "task_responses"):
        yield AnalysisDraft("tasks", tasks, _place(file, "metadata"))
    if survey := _picked(metadata, "survey", "survey"):
        yield AnalysisDraft("survey", survey, _place(file, "metadata"))


def _picked(metadata: dict[str, Any], name: str, name_of_side: str) -> dict[str, Any]:
    """Return `name` of the call and `name_of_side` of agent and caller where they hold anything, in their places."""
    picked = {name: metadata[name]} if metadata.get(name) else {}
    for side in ("agent", "caller"):
        if value := object_at(metadata, side).get(name_of_side):
            picked[side] = {name_of_side: value}
    return picked


def _only(name: str, segment: Any) -> dict[str, Any]:
    """Return the segment with one of its parts only, so that positions in the list stay those of the source."""
    return {name: segment[name]} if isinstance(segment, dict) and segment.get(name) else {}


def _place(file: FoundFile, *parts: str) -> Place:
    return Place(file.relative, {"pointer": pointer(*parts)}, parts[-1] if parts else "")


SOURCE = HarperValley()
