"""Transcripts made apart from the call: segments of the Harper Valley form that name a CDR or a voicemail file.

`cdr_uniqueid` names a call of the phone system. `voicemail` is a path; the message there has an id of its own that
outlives the path, so it is read from the text file beside the sound.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from interactions.drafts import (
    AudioKind,
    Direction,
    InteractionDraft,
    Outcome,
    Place,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.sources import call_ids
from interactions.sources.formats.asterisk_voicemail import message_ids
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable, is_plain_file
from interactions.sources.json_document import pointer, text_at
from interactions.sources.mention import mentioned_file
from interactions.sources.registry import Context
from interactions.sources.segments import read_call
from interactions.sources.sides import is_extension, is_withheld

_REFERENCE = re.compile(rb'"(?:cdr_uniqueid|voicemail)"\s*:\s*"')
_DIRECTIONS = {direction.value: direction for direction in Direction}


class SegmentTranscript:
    """The format, for the registry."""

    name = "segment-transcript"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for segments and a reference to a call."""
        if not file.name.lower().endswith(".json"):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return b'"segments"' in head and b'"metadata"' not in head and bool(_REFERENCE.search(head))

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call with its transcript. Raises OSError."""
        return read_call(file, partial(_draft, file=file, context=context))


def _draft(
    data: dict[str, Any], heard: tuple[SegmentDraft, ...], file: FoundFile, context: Context
) -> InteractionDraft:
    ids, of_file = _reference(data, context)
    place = Place(file.relative, {"pointer": ""})
    of = AudioKind.VOICEMAIL if of_file else AudioKind.RECORDING
    number = _text(data, file, "caller", "number")
    extension = text_at(data, "agent", "extension")
    return InteractionDraft(
        source=SOURCE.name,
        ids=ids,
        place=place,
        direction=_DIRECTIONS.get(text_at(data, "direction"), Direction.INBOUND if of_file else None),
        customer_address=number,
        customer_names=_present(_text(data, file, "caller", "name")),
        customer_ids=_present(_text(data, file, "customer_id")),
        agent_name=text_at(data, "agent", "name"),
        agent_extension=extension if is_extension(extension, context.agent_extensions) else "",
        transcripts=(TranscriptDraft(heard, place, of, of_file),) if heard else (),
        anonymous=bool(number and is_withheld(number.text)),
    )


def _reference(data: dict[str, Any], context: Context) -> tuple[tuple[str, ...], str]:
    """Return the ids of the call, and the path of the voicemail if it is one."""
    if unique_id := text_at(data, "cdr_uniqueid"):
        return (call_ids.call_id(call_ids.ASTERISK, unique_id),), ""
    sound = mentioned_file(text_at(data, "voicemail"), context.root)
    return (*_voicemail_ids(context.root / sound, context), call_ids.call_id(call_ids.FILE, sound)), sound


def _voicemail_ids(sound: Path, context: Context) -> tuple[str, ...]:
    text_file = sound.with_suffix(".txt")
    if not is_plain_file(text_file, context.root):
        return ()
    try:
        return message_ids(text_file)
    except (Unusable, OSError):
        return ()  # the text file is rejected in its own place, with the reason


def _text(data: dict[str, Any], file: FoundFile, *names: str) -> TextDraft | None:
    text = text_at(data, *names)
    return TextDraft(text, Place(file.relative, {"pointer": pointer(*names)}, names[-1])) if text else None


def _present(draft: TextDraft | None) -> tuple[TextDraft, ...]:
    return (draft,) if draft else ()


SOURCE = SegmentTranscript()
