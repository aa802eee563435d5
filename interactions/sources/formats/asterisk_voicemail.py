"""The voicemail spool of Asterisk: `{context}/{mailbox}/{folder}/msgNNNN.txt` with its sound, and greetings.

The text file (written by apps/app_voicemail.c) is the message; the sound beside it belongs to it. Times in it are
seconds since the epoch. Message files are renumbered as others are deleted, so their id is `msg_id`, not the name. A
greeting is the mailbox owner's voice and belongs to no customer.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from interactions.drafts import (
    AudioDraft,
    AudioKind,
    Direction,
    Ignored,
    InteractionDraft,
    Noted,
    Outcome,
    Place,
    TextDraft,
)
from interactions.sources import call_ids
from interactions.sources.clock import from_epoch, whole_seconds
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable, is_plain_file, open_plain
from interactions.sources.registry import Context
from interactions.sources.sides import (
    CallerId,
    Sides,
    is_persons_name,
    is_withheld,
    plain_code,
    sides,
    split_caller_id,
)
from interactions.sources.sound import is_sound

RECORD = {"section": "message"}
SUFFIXES = (".wav", ".ogg", ".mp3", ".WAV")
_MESSAGE = re.compile(r"msg\d{4,6}\.(?:txt|wav|WAV|ogg|mp3)")
_GREETING = re.compile(r"(?:unavail|busy|greet|temp)\.(?:wav|WAV|ogg|mp3)")
_MAILBOX = re.compile(r"[0-9A-Za-z_.-]{1,20}")


class AsteriskVoicemail:
    """The format, for the registry."""

    name = "asterisk-voicemail"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Go by the name, and by the content: a `[message]` section, or sound."""
        if _MESSAGE.fullmatch(file.name):
            return b"[message]" in file.head() if file.name.endswith(".txt") else is_sound(file.head())
        return bool(_GREETING.fullmatch(file.name)) and is_sound(file.head())

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the message or the greeting. Raises OSError."""
        try:
            if _GREETING.fullmatch(file.name):
                yield _greeting(file)
            elif file.name.endswith(".txt"):
                yield from _message(file, context)
            elif not is_plain_file(file.path.with_suffix(".txt"), context.root):
                yield file.rejected("A voicemail without its text file, which says when and from whom it is.")
        except Unusable as problem:
            yield file.rejected(str(problem))


def message_ids(path: Path) -> tuple[str, ...]:
    """Return the ids of the message whose text file is `path`, strongest first. Raises OSError, Unusable."""
    fields, _ = _fields(path)
    return _ids(fields)


def _message(file: FoundFile, context: Context) -> Iterator[Outcome]:
    fields, is_cp1252 = _fields(file.path)
    sound, copies = _sound(file, context)
    yield _draft(fields, sound, file, context)
    if is_cp1252:
        yield Noted(file.relative, 0, "The file is not UTF-8 and was read as Windows-1252.")
    if sound is None:
        yield Noted(file.relative, 0, "The message has no sound beside it; only what the text file says was taken in.")
    yield from copies


def _draft(fields: dict[str, str], sound: Path | None, file: FoundFile, context: Context) -> InteractionDraft:
    caller = split_caller_id(fields.get("callerid", ""))
    mailbox = plain_code(fields.get("origmailbox", ""))
    way = sides(caller.number, mailbox, known={*context.agent_extensions, mailbox})
    duration_s = whole_seconds(fields.get("duration") or "0", what="duration")
    start_s = _epoch(fields)
    relative = file.relative.removesuffix(file.name) + sound.name if sound else ""
    return InteractionDraft(
        source=SOURCE.name,
        ids=(*_ids(fields), *call_ids.optional_ids((call_ids.FILE, relative))),
        place=Place(file.relative, RECORD),
        started_at=from_epoch(start_s, what="time of the message"),
        ended_at=from_epoch(start_s + duration_s, what="time of the message"),
        duration_s=duration_s,
        direction=way.direction,
        customer_address=_customer_address(caller, way, file),
        own_address=mailbox,
        customer_names=_customer_names(caller, way, file),
        agent_extension=mailbox,
        audio=_audio(sound, relative, mailbox, duration_s),
        anonymous=bool(way.customer_called and is_withheld(caller.number or caller.name)),
    )


def _greeting(file: FoundFile) -> InteractionDraft:
    mailbox, context_name = file.path.parent.name, file.path.parent.parent.name
    if not _MAILBOX.fullmatch(mailbox) or not plain_code(mailbox):
        raise Unusable("A greeting outside the folder of a mailbox; it is not clear whose it is.")
    place = Place(file.relative, {"path": file.relative})
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.GREETING, f"{context_name}/{mailbox}/{file.path.stem}"),),
        place=place,
        direction=Direction.INTERNAL,
        agent_extension=mailbox,
        audio=(AudioDraft(file.path, AudioKind.GREETING, place, mailbox=mailbox),),
    )


def _fields(path: Path) -> tuple[dict[str, str], bool]:
    """Read `key=value` lines of the section `[message]`; the first of equal keys counts, as in Asterisk."""
    with open_plain(path) as stream:
        raw = stream.read(LONG_HEAD_BYTES + 1)
    if len(raw) > LONG_HEAD_BYTES or b"\0" in raw:
        raise Unusable("The text file of the message is too long or holds a NUL byte.")
    text, is_cp1252 = _decoded(raw)
    fields: dict[str, str] = {}
    section = ""
    for line in re.split(r"\r\n|\n|\r", text):
        if line.startswith("["):
            section = line.strip()
        elif section == "[message]" and "=" in line and not line.startswith(";"):
            key, _, value = line.partition("=")
            fields.setdefault(key.strip(), value.strip())
    return fields, is_cp1252


def _decoded(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), True


def _ids(fields: dict[str, str]) -> tuple[str, ...]:
    """Return `msg_id`, or what stands for it where an older Asterisk wrote none, then the channel of the caller."""
    mailbox = f"{fields.get('context', '')}/{fields.get('origmailbox', '')}"
    own = fields.get("msg_id") or f"{mailbox}/{_epoch(fields)}/{fields.get('callerchan', '')}"
    return (
        call_ids.call_id(call_ids.VOICEMAIL, own),
        *call_ids.optional_ids((call_ids.CHANNEL, fields.get("callerchan", ""))),
    )


def _epoch(fields: dict[str, str]) -> int:
    text = fields.get("origtime", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise Unusable("The message does not say when it was left, or not in seconds since 1970.")
    return int(text)


def _sound(file: FoundFile, context: Context) -> tuple[Path | None, list[Outcome]]:
    """Return the sound of a message, and what to say of its copies: Asterisk can write several formats at once."""
    beside = [file.path.with_suffix(suffix) for suffix in SUFFIXES]
    found = [path for path in beside if is_plain_file(path, context.root) and _is_sound_file(path)]
    folder = file.relative.removesuffix(file.name)
    copies: list[Outcome] = [
        Ignored(folder + path.name, "The same message in another sound format; one of them is taken in.")
        for path in found[1:]
    ]
    return (found[0] if found else None), copies


def _is_sound_file(path: Path) -> bool:
    with open_plain(path) as stream:
        return is_sound(stream.read(16))


def _audio(sound: Path | None, relative: str, mailbox: str, duration_s: int) -> tuple[AudioDraft, ...]:
    if sound is None:
        return ()
    place = Place(relative, {"path": relative})
    return (AudioDraft(sound, AudioKind.VOICEMAIL, place, mailbox=mailbox, expected_s=float(duration_s)),)


def _customer_address(caller: CallerId, way: Sides, file: FoundFile) -> TextDraft | None:
    if not way.customer_called or not (caller.number or is_withheld(caller.name)):
        return None
    text, start = (caller.number, caller.number_start) if caller.number else (caller.name, caller.name_start)
    return TextDraft(text, Place(file.relative, RECORD, "callerid", start))


def _customer_names(caller: CallerId, way: Sides, file: FoundFile) -> tuple[TextDraft, ...]:
    if not way.customer_called or not is_persons_name(caller.name):
        return ()
    return (TextDraft(caller.name, Place(file.relative, RECORD, "callerid", caller.name_start)),)


SOURCE = AsteriskVoicemail()
