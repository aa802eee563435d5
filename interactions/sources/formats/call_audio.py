"""Recordings named by the id of their call, `{sid}.{wav,WAV,mp3,ogg}`, sixteen hexadecimal digits."""

import re
from collections.abc import Iterator

from interactions.drafts import AudioDraft, AudioKind, InteractionDraft, Outcome, Place
from interactions.sources import call_ids
from interactions.sources.found import FoundFile
from interactions.sources.registry import Context
from interactions.sources.sound import is_sound

_NAME = re.compile(r"([0-9a-f]{16})\.(?:wav|WAV|mp3|ogg)")


class CallAudio:
    """The format, for the registry."""

    name = "call-audio"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Go by the name, and by the content only that it is sound."""
        return bool(_NAME.fullmatch(file.name)) and is_sound(file.head())

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call of which this is the recording."""
        place = Place(file.relative, {"path": file.relative})
        yield InteractionDraft(
            source=self.name,
            ids=(
                call_ids.call_id(call_ids.HARPER_VALLEY, file.path.stem),
                *call_ids.optional_ids((call_ids.FILE, file.relative)),
            ),
            place=place,
            audio=(AudioDraft(file.path, AudioKind.RECORDING, place),),
        )


SOURCE = CallAudio()
