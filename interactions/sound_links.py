"""Tie each transcript to the sound it is of, whichever of the two comes first.

The source says which file it is of; else the call's only sound of that kind is meant, else its only sound. Where
several are left nothing is guessed. Rows are tied before they are inserted, those that were there by an update.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from interactions.contents import Prepared
from interactions.drafts import AudioKind, TranscriptDraft
from interactions.models import SOUNDS, Recording, SoundFile, Transcription, Voicemail

OF: dict[AudioKind, type[SoundFile]] = {AudioKind.RECORDING: Recording, AudioKind.VOICEMAIL: Voicemail}
Sounds = dict[UUID, list[SoundFile]]


def tie(prepared: Sequence[Prepared]) -> None:
    """Tie the transcripts of a batch to the sounds of their calls, and its sounds to the transcripts there were.

    Call it within the transaction that inserts the batch, before it does.
    """
    words = [each for each in prepared if isinstance(each.row, Transcription)]
    fresh = [each for each in prepared if isinstance(each.row, SoundFile)]
    if not words and not fresh:
        return
    calls = {each.row.interaction_id for each in [*words, *fresh] if isinstance(each.row, Transcription | SoundFile)}
    sounds, by_file = _sounds_of(calls, fresh)
    for each in words:
        if isinstance(each.row, Transcription) and each.transcript:
            _set(each.row, _of(each.transcript, sounds[each.row.interaction_id], by_file))
    _tie_earlier({each.row.interaction_id for each in fresh if isinstance(each.row, SoundFile)}, sounds)


def _sounds_of(calls: set[UUID], fresh: Iterable[Prepared]) -> tuple[Sounds, dict[str, SoundFile]]:
    """Return the sounds of calls, those of the batch included, and those of the batch by the path of their file."""
    sounds: Sounds = defaultdict(list)
    by_file: dict[str, SoundFile] = {}
    for each in fresh:
        if isinstance(each.row, SoundFile):
            sounds[each.row.interaction_id].append(each.row)
            if each.sound:
                by_file[each.sound.place.file] = each.row
    for model in SOUNDS:
        known = model._default_manager.filter(interaction_id__in=calls, condemned_at=None)
        for row in known.only("pk", "interaction_id"):
            sounds[row.interaction_id].append(row)
    return sounds, by_file


def _of(draft: TranscriptDraft, sounds: Sequence[SoundFile], by_file: dict[str, SoundFile]) -> SoundFile | None:
    named = by_file.get(draft.of_file) if draft.of_file else None
    if named in sounds:
        return named
    of_kind = [each for each in sounds if isinstance(each, OF.get(draft.of, Recording))]
    return _only(of_kind) or (_only(sounds) if not of_kind else None)


def _only(sounds: Sequence[SoundFile]) -> SoundFile | None:
    return sounds[0] if len(sounds) == 1 else None


def _set(row: Transcription, sound: SoundFile | None) -> None:
    row.recording_id = sound.pk if isinstance(sound, Recording) else None
    row.voicemail_id = sound.pk if isinstance(sound, Voicemail) else None


def _tie_earlier(calls: set[UUID], sounds: Sounds) -> None:
    """Tie transcripts that came before the only sound of their call."""
    untied = Transcription.objects.filter(interaction_id__in=calls, recording=None, voicemail=None, condemned_at=None)
    for row in untied.only("pk", "interaction_id") if calls else ():
        if sound := _only(sounds[row.interaction_id]):
            name = "recording" if isinstance(sound, Recording) else "voicemail"
            Transcription.objects.filter(pk=row.pk).update(**{f"{name}_id": sound.pk})
