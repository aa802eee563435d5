"""Silence what somebody said about a forgotten person in the sound of another's call.

The sound keeps its length, so that everything else still stands at its time. It becomes a new version of the file under
a new key, and the old key is shredded: no backup plays the passage again. Its outline is drawn anew, since the old one
shows where words were. Who was interrupted can do it again; what is silent already stays as it is.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, cast

from interactions.audio import Audio, inspect
from interactions.audio.errors import error_for
from interactions.audio.silence import Silenced, Time, plan
from interactions.forgetting import mark_of_content
from interactions.mention_times import heard_at
from interactions.models import SOUNDS, SoundFile, Transcription
from privacy import ledger, lineage
from privacy.guards import Refusal
from privacy.open import open_content, open_row, warrant
from privacy.versions import Version, replace_content
from privacy.witness import RecordRef
from trail.actor import Actor
from vault.stream import SealedReader

OPENED: Final = "sound.opened_to_silence"


@dataclass(frozen=True)
class Hushed:
    """What became of passages in the sound. `refused`: a guard keeps it; `unplaced`: nobody knows when."""

    refused: dict[RecordRef, Refusal] = field(default_factory=dict)
    unplaced: bool = False


def silence_passages(
    row: Transcription,
    spans: Sequence[Sequence[int]],
    *,
    actor: Actor,
    ground: str,
    case: str = "",
    without_guards: tuple[str, ...] = (),
) -> Hushed:
    """Silence passages ([segment, start, end] in characters) of a transcript in the sound it is of, for good.

    Do it before the text is redacted; afterwards it does the same. Where no time is known nothing is silenced. Raises
    as `silence`.
    """
    sound = _sound_of(row)
    opening = warrant(
        actor=actor,
        action=OPENED,
        account_id=row.account_id,
        purpose=ground,
        record=lineage.reference(row),
        case=case,
    )
    times = heard_at(open_row(row, "segments", warrant=opening)["segments"] or [], spans)
    if sound is None or not times:
        return Hushed(unplaced=_has_sound(row))
    return Hushed(silence(sound, times, actor=actor, ground=ground, case=case, without_guards=without_guards))


def _sound_of(row: Transcription) -> SoundFile | None:
    sound: SoundFile | None = row.recording or row.voicemail
    return sound if sound is not None and sound.is_living else None


def _has_sound(row: Transcription) -> bool:
    rows = (model._default_manager.filter(interaction_id=row.interaction_id, condemned_at=None) for model in SOUNDS)
    return any(each.exists() for each in rows)


def silence(
    row: SoundFile,
    times: Sequence[Time],
    *,
    actor: Actor,
    ground: str,
    case: str = "",
    without_guards: tuple[str, ...] = (),
) -> dict[RecordRef, Refusal]:
    """Silence `times`, (start, end) in milliseconds, of a recording or voicemail for good. Safe to repeat.

    Returns the refusal where a guard keeps the sound as it is. What is compressed is a WAV of 16-bit samples
    afterwards. Raises privacy.open.Forgotten, interactions.audio.AudioError, FileNotFoundError,
    privacy.versions.Changed, and OSError when the store takes nothing: then the sound is as it was. Call it outside a
    transaction.
    """
    left = [time for time in times if not _is_silent(time, row.silenced)]
    if not left:
        return {}
    was = Audio(**row.audio)
    opening = warrant(
        actor=actor,
        action=OPENED,
        account_id=row.account_id,
        purpose=ground,
        record=lineage.reference(row),
        case=case,
        facts={"stretches": len(left), "ms": sum(end - start for start, end in left), "was": row.media_type},
    )
    with open_content(row, warrant=opening) as reader:
        how = plan(was, reader.size, reader.read_at, left)
        version = _version(row, how, was, reader, left)
        # Before the sound changes: as long as it does not, its own index is found first when it comes again.
        ledger.write(row.account_id, [mark_of_content(row)])
        return replace_content(row, version, actor=actor, ground=ground, case=case, without_guards=without_guards)


def _is_silent(time: Time, silenced: Iterable[Sequence[int]]) -> bool:
    return any(start <= time[0] and time[1] <= end for start, end in silenced)


def _version(row: SoundFile, how: Silenced, was: Audio, reader: SealedReader, times: Sequence[Time]) -> Version:
    """Return the new version, after hearing it once as it will be: it must be as long as it was."""

    def whole() -> Iterator[bytes]:
        return reader.iter_range(0, reader.size)

    heard = inspect(how.stream(whole, was))
    if heard.audio.frames != was.frames:
        raise error_for("short", [was.duration_s, heard.audio.duration_s])
    plain: dict[str, Any] = {
        "audio": heard.audio.to_dict(),
        "media_type": heard.audio.media_type,
        "plays_in_browser": heard.audio.browser_can_play,
        "size_bytes": how.size_bytes,
        "silenced": sorted([*row.silenced, *([start, end] for start, end in times)]),
        "digest": os.urandom(32),
    }
    source = cast(BinaryIO, Streamed(how.stream(whole, was)))
    return Version(source, {"peaks": json.loads(heard.peaks.to_json())}, plain)


class Streamed:
    """Parts that are read like a file, never more of them in memory than one."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        """Take the parts."""
        self._parts = parts
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end."""
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._rest = part
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken
