"""Twilio's list of recordings, `GET /2010-04-01/Accounts/{sid}/Recordings.json`, one page a file.

An entry names no number: it belongs to its call by `call_sid`. It does not say when the call was, since a recording
begins later, so it waits for the call's own record (layout: Twilio, Recording resource).
"""

from collections.abc import Iterator
from typing import Any

from interactions.drafts import InteractionDraft, Outcome, Place
from interactions.sources import call_ids
from interactions.sources.formats.twilio_calls import API_VERSION
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.json_document import text_at
from interactions.sources.json_list import is_list_of, read_list
from interactions.sources.registry import Context


class TwilioRecordings:
    """The format, for the registry."""

    name = "twilio-recordings"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for a list of recordings of this version of the interface."""
        return is_list_of(file, "recordings", API_VERSION)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield, for each recording, the call it is of. Raises OSError."""
        return read_list(file, "recordings", _draft)


def _draft(recording: dict[str, Any], place: Place) -> InteractionDraft:
    if not text_at(recording, "call_sid"):
        raise Unusable("It does not say which call it is of.")
    return InteractionDraft(
        source=SOURCE.name,
        ids=(
            call_ids.call_id(call_ids.TWILIO, text_at(recording, "call_sid")),
            *call_ids.optional_ids((call_ids.TWILIO_RECORDING, text_at(recording, "sid"))),
        ),
        place=place,
    )


SOURCE = TwilioRecordings()
