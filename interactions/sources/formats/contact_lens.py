"""Conversational analytics of Amazon Connect (Contact Lens): the transcript of one voice contact, and its analysis.

The contact is named by its id alone; its contact record says when it was. Scores and categories are kept in the shape
of the source; the written summary is free text, so it is kept as a value, in which people are found. Times are
milliseconds (layout: Amazon Connect administrator guide, "Example Contact Lens conversational analytics output files
for a call").
"""

from collections.abc import Iterator
from typing import Any

from interactions.drafts import (
    AnalysisDraft,
    InteractionDraft,
    Noted,
    Outcome,
    Place,
    Rejected,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.sources import call_ids
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import load_object, object_at, pointer, text_at
from interactions.sources.json_list import READ_AS_CP1252
from interactions.sources.registry import Context
from interactions.sources.segments import LONGEST_MS, speaker_of

_MARKS = (b'"JobStatus"', b'"Channel"', b'"Participants"', b'"ConversationCharacteristics"')
_SUMMARY = ("ConversationCharacteristics", "ContactSummary", "PostContactSummary", "Content")
_OF_AN_UTTERANCE = ("Sentiment", "LoudnessScore", "IssuesDetected", "OutcomesDetected", "ActionItemsDetected")


class ContactLens:
    """The format, for the registry."""

    name = "contact-lens"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for the names that every analysed contact has."""
        if not file.name.lower().endswith(".json"):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return all(mark in head for mark in _MARKS)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the contact with its transcript and analysis. Raises OSError."""
        try:
            data, is_cp1252 = load_object(file)
            if text_at(data, "Channel") != "VOICE":
                raise Unusable("It is no voice contact; chats and e-mails of Contact Lens are not read.")
            read = list(_utterances(data, file))
            yield from (each for each in read if isinstance(each, Rejected))
            yield _draft(data, [each for each in read if isinstance(each, SegmentDraft)], file)
            if is_cp1252:
                yield Noted(file.relative, 0, READ_AS_CP1252)
        except Unusable as problem:
            yield file.rejected(str(problem))


def _draft(data: dict[str, Any], said: list[SegmentDraft], file: FoundFile) -> InteractionDraft:
    place = Place(file.relative, {"pointer": ""})
    said.sort(key=lambda each: each.start_ms)
    transcript = TranscriptDraft(tuple(said), Place(file.relative, {"pointer": "/Transcript"}))
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.CONNECT, text_at(data, "CustomerMetadata", "ContactId")),),
        place=place,
        transcripts=(transcript,) if said else (),
        analyses=tuple(_analyses(data, place)),
        values=tuple(_summary(data, file)),
    )


def _utterances(data: dict[str, Any], file: FoundFile) -> Iterator[SegmentDraft | Rejected]:
    roles = {text_at(each, "ParticipantId"): text_at(each, "ParticipantRole") for each in _items(data, "Participants")}
    for at, item in enumerate(_items(data, "Transcript")):
        try:
            yield _utterance(item, at, roles, file)
        except Unusable as problem:
            yield file.rejected(f"Utterance {at + 1} was left out: {problem}")


def _items(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the list under `name`; what is no object in it counts as an empty one, so that positions stay."""
    found = data.get(name)
    return [each if isinstance(each, dict) else {} for each in found] if isinstance(found, list) else []


def _utterance(item: dict[str, Any], at: int, roles: dict[str, str], file: FoundFile) -> SegmentDraft:
    if not isinstance(item.get("Content"), str):
        raise Unusable("it has no text.")
    start_ms, end_ms = _milliseconds(item, "BeginOffsetMillis"), _milliseconds(item, "EndOffsetMillis")
    who = text_at(item, "ParticipantId")
    return SegmentDraft(
        speaker=speaker_of(text_at(item, "ParticipantRole") or roles.get(who) or who),
        start_ms=start_ms,
        duration_ms=max(0, end_ms - start_ms),
        text=item["Content"],
        place=Place(file.relative, {"pointer": pointer("Transcript", at, "Content")}, "Content"),
    )


def _milliseconds(item: dict[str, Any], name: str) -> int:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_MS:
        raise Unusable("its time is missing, no number, or longer than a week.")
    return value


def _analyses(data: dict[str, Any], place: Place) -> Iterator[AnalysisDraft]:
    found = {name: object_at(data, name) for name in ("Categories", "ConversationCharacteristics")}
    found["ConversationCharacteristics"] = {
        name: value for name, value in found["ConversationCharacteristics"].items() if name != "ContactSummary"
    }
    of_utterances = [
        {name: item[name] for name in _OF_AN_UTTERANCE if name in item} for item in _items(data, "Transcript")
    ]
    concluded: dict[str, Any] = {name: value for name, value in found.items() if value}
    if any(of_utterances):
        concluded["Transcript"] = of_utterances
    if concluded:
        yield AnalysisDraft("contact-lens", concluded, place)


def _summary(data: dict[str, Any], file: FoundFile) -> Iterator[tuple[str, TextDraft]]:
    if text_at(data, *_SUMMARY):
        text = object_at(object_at(object_at(data, _SUMMARY[0]), _SUMMARY[1]), _SUMMARY[2])[_SUMMARY[3]]
        yield "contact-lens.summary", TextDraft(text, Place(file.relative, {"pointer": pointer(*_SUMMARY)}, "Content"))


SOURCE = ContactLens()
