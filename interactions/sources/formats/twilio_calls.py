"""Twilio's list of calls, `GET /2010-04-01/Accounts/{sid}/Calls.json`, one page a file.

A call between two people has a leg for each; a leg that names its parent belongs to the parent's call, whose numbers
decide. Times are RFC 2822 (layout: Twilio, Call resource).
"""

import re
from collections.abc import Iterator
from typing import Any

from interactions.drafts import Direction, InteractionDraft, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.clock import mail_time, whole_seconds
from interactions.sources.found import FoundFile
from interactions.sources.json_document import pointer, text_at
from interactions.sources.json_list import is_list_of, read_list
from interactions.sources.registry import Context
from interactions.sources.sides import is_persons_name, is_withheld

API_VERSION = b"2010-04-01"
# What Twilio shows for a caller without a number: anonymous, restricted, blocked, unknown, unavailable on a keypad.
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
# What Twilio calls a call that has not ended (Call resource, status).
UNDER_WAY = frozenset({"queued", "initiated", "ringing", "in-progress"})
_SOFTPHONE = re.compile(r"client:", re.IGNORECASE)


class TwilioCalls:
    """The format, for the registry."""

    name = "twilio-calls"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for a list of calls of this version of the interface."""
        return is_list_of(file, "calls", API_VERSION)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the calls of the page. Raises OSError."""
        return read_list(file, "calls", _draft)


def _draft(call: dict[str, Any], place: Place) -> InteractionDraft:
    started = text_at(call, "start_time") or text_at(call, "date_created")
    ended = text_at(call, "end_time")
    direction = _direction(call)
    column = "from" if direction is Direction.INBOUND else "to"
    is_leg = bool(text_at(call, "parent_call_sid"))
    return InteractionDraft(
        source=SOURCE.name,
        ids=(
            call_ids.call_id(call_ids.TWILIO, text_at(call, "sid")),
            *call_ids.optional_ids((call_ids.TWILIO, text_at(call, "parent_call_sid"))),
        ),
        place=place,
        started_at=mail_time(started, what="start") if started else None,
        ended_at=mail_time(ended, what="end") if ended else None,
        running=not ended and text_at(call, "status") in UNDER_WAY,
        duration_s=_duration(call),
        direction=None if is_leg else direction,
        customer_address=None if is_leg else _text(call, place, column),
        own_address="" if is_leg else text_at(call, "to" if column == "from" else "from"),
        customer_names=_names(call, place) if direction is Direction.INBOUND else (),
        anonymous=column == "from" and _is_withheld(text_at(call, "from")),
    )


def _direction(call: dict[str, Any]) -> Direction:
    """Say who began: a softphone in a browser is the company's, whatever Twilio calls its direction."""
    inbound = text_at(call, "direction") == "inbound" and not _SOFTPHONE.match(text_at(call, "from"))
    return Direction.INBOUND if inbound else Direction.OUTBOUND


def _is_withheld(number: str) -> bool:
    return number in WITHHELD or is_withheld(number)


def _duration(call: dict[str, Any]) -> int | None:
    text = text_at(call, "duration")
    return whole_seconds(text, what="duration") if text else None


def _names(call: dict[str, Any], place: Place) -> tuple[TextDraft, ...]:
    name = _text(call, place, "caller_name")
    return (name,) if name and is_persons_name(name.text) else ()


def _text(call: dict[str, Any], place: Place, name: str) -> TextDraft | None:
    text = text_at(call, name)
    at = place.record["pointer"] + pointer(name)
    return TextDraft(text, Place(place.file, {"pointer": at}, name)) if text else None


SOURCE = TwilioCalls()
