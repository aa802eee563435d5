"""Recordings named by the id of their call and nothing else, `{id}.{wav,WAV,mp3,ogg}`, whichever system gave it."""

from collections.abc import Iterator

from interactions.drafts import AudioDraft, AudioKind, InteractionDraft, Outcome, Place
from interactions.sources import call_ids
from interactions.sources.formats.freepbx_monitor import is_monitor_name
from interactions.sources.found import FoundFile
from interactions.sources.registry import Context
from interactions.sources.sound import is_sound, is_sound_name


class CallAudio:
    """The format, for the registry."""

    name = "call-audio"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Go by the name, and by the content only that it is sound."""
        known = is_sound_name(file.name) and call_ids.ids_in_name(file.name) and not is_monitor_name(file.name)
        return bool(known) and is_sound(file.head())

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call of which this is the recording."""
        place = Place(file.relative, {"path": file.relative})
        yield InteractionDraft(
            source=self.name,
            ids=(
                *call_ids.ids_in_name(file.name),
                *call_ids.optional_ids((call_ids.FILE, file.relative)),
            ),
            place=place,
            audio=(AudioDraft(file.path, AudioKind.RECORDING, place),),
        )


SOURCE = CallAudio()
