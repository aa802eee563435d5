"""Finds the call of a transcript that does not name it: the transcript is named as the recording it is of.

The name itself may be the id of a call, or the sound of the same name lies beside it; a voicemail's text file then has
the id that outlives its name.
"""

from pathlib import PurePosixPath
from typing import NamedTuple

from interactions.drafts import AudioKind
from interactions.sources import call_ids
from interactions.sources.formats.asterisk_voicemail import SUFFIXES, message_ids
from interactions.sources.found import FoundFile, Unusable, is_plain_file
from interactions.sources.mention import mentioned_file
from interactions.sources.registry import Context

_SOUNDS = (*SUFFIXES, ".MP3")


class OfCall(NamedTuple):
    """The ids of a call, and which of its sounds a transcript is of."""

    ids: tuple[str, ...]
    of: AudioKind = AudioKind.RECORDING
    of_file: str = ""


def call_beside(file: FoundFile, context: Context) -> OfCall:
    """Return the call that the file's own name or neighbours tell of. Raises Unusable."""
    path = PurePosixPath(file.relative)
    sounds = [path.with_suffix(suffix) for suffix in _SOUNDS]
    there = next((each for each in sounds if is_plain_file(context.root / each, context.root)), None)
    found = call_of_sound(there.as_posix(), context) if there else OfCall(call_ids.ids_in_name(file.relative))
    if not found.ids:
        raise Unusable("It does not say which call it is of; give it the name of the recording it belongs to.")
    return found


def call_of_sound(path: str, context: Context) -> OfCall:
    """Return the call of the sound file that an export names by its path. Raises Unusable."""
    sound = mentioned_file(path, context.root)
    ids = (*_message(sound, context), *call_ids.ids_in_name(sound), call_ids.call_id(call_ids.FILE, sound))
    of = AudioKind.VOICEMAIL if ids[0].startswith(call_ids.VOICEMAIL) else AudioKind.RECORDING
    return OfCall(ids, of, sound)


def _message(sound: str, context: Context) -> tuple[str, ...]:
    text_file = (context.root / sound).with_suffix(".txt")
    try:
        return message_ids(text_file) if is_plain_file(text_file, context.root) else ()
    except (Unusable, OSError):
        return ()  # the text file is rejected in its own place, with the reason
