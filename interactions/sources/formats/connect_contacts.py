"""Contact records of Amazon Connect, one JSON object a line, as streams and archives hold them.

Attributes are whatever a contact flow set. Times are UTC (layout: Amazon Connect, data model for contact records). A
line may hold several objects without anything between, since Firehose writes no line ends of its own.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from interactions.drafts import Direction, InteractionDraft, Noted, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.attributes import read_attributes
from interactions.sources.clock import iso_time
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import load_object, object_at, object_in, pointer, text_at
from interactions.sources.json_list import READ_AS_CP1252
from interactions.sources.lines import Line, lines
from interactions.sources.registry import Context
from interactions.sources.sides import campaign_code, holds_number, is_withheld

_MARKS = (b'"ContactId"', b'"CustomerEndpoint"', b'"InitiationTimestamp"')
_OUTBOUND = frozenset({"OUTBOUND", "EXTERNAL_OUTBOUND", "CALLBACK", "API"})
LONGEST_QUEUE = 64


class ConnectContacts:
    """The format, for the registry."""

    name = "connect-contacts"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for the names that every contact record has."""
        head = file.head(LONG_HEAD_BYTES)
        return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and all(mark in head for mark in _MARKS)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the contact of each line, or the one that is spread over all lines. Raises OSError."""
        if file.head().removeprefix(b"\xef\xbb\xbf").lstrip()[1:].lstrip(b" \t")[:1] in (b"\r", b"\n"):
            yield from _single(file, context)
            return
        noted = False
        with file.open() as stream:
            for line in lines(stream):
                if line.is_cp1252 and not noted:
                    noted = True
                    yield Noted(file.relative, line.number, READ_AS_CP1252)
                yield from _contacts(line, file, context)


def _single(file: FoundFile, context: Context) -> Iterator[Outcome]:
    try:
        data, is_cp1252 = load_object(file)
        yield _draft(data, Place(file.relative, {"pointer": ""}), context)
        if is_cp1252:
            yield Noted(file.relative, 0, READ_AS_CP1252)
    except Unusable as problem:
        yield file.rejected(str(problem))


def _contacts(line: Line, file: FoundFile, context: Context) -> Iterator[Outcome]:
    try:
        if line.problem:
            raise Unusable(line.problem)
        for text in _objects(line.text):
            yield _draft(object_in(text), Place(file.relative, {"line": line.number}), context)
    except Unusable as problem:
        yield file.rejected(str(problem), line.number)


def _objects(text: str) -> list[str]:
    """Cut a line where one object ends and the next begins."""
    text = text.strip()
    if "}{" not in text:
        return [text] if text else []
    pieces, start = [], 0
    decoder = json.JSONDecoder()
    try:
        while start < len(text):
            _, end = decoder.raw_decode(text, start)
            pieces.append(text[start:end])
            start = end
    except (ValueError, RecursionError):
        pieces.append(text[start:])
    return pieces


def _draft(contact: dict[str, Any], place: Place, context: Context) -> InteractionDraft:
    started, ended = _time(contact, "InitiationTimestamp"), _time(contact, "DisconnectTimestamp")
    if started is None:
        raise Unusable("It does not say when it began.")
    if ended and ended < started:
        raise Unusable("It ends before it begins.")
    outbound = text_at(contact, "InitiationMethod") in _OUTBOUND
    address = _address(contact, place)
    found = read_attributes(
        object_at(contact, "Attributes"), {**place.record, "pointer": "/Attributes"}, place.file, context
    )
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.CONNECT, text_at(contact, "ContactId")),),
        place=place,
        started_at=started,
        answered_at=_time(object_at(contact, "Agent"), "ConnectedToAgentTimestamp"),
        ended_at=ended,
        running=ended is None,
        duration_s=int((ended - started).total_seconds()) if ended else None,
        talk_s=_talk_s(contact),
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        customer_address=address,
        own_address=text_at(contact, "SystemEndpoint", "Address"),
        customer_names=found.customer_names,
        customer_ids=found.customer_ids,
        queue=_queue(contact),
        campaign=campaign_code(text_at(contact, "Campaign", "CampaignId")) or found.campaign,
        values=found.values,
        anonymous=bool(address and is_withheld(address.text)),
    )


def _time(data: dict[str, Any], name: str) -> datetime | None:
    text = text_at(data, name)
    return iso_time(text, what=name) if text else None


def _address(contact: dict[str, Any], place: Place) -> TextDraft | None:
    text = text_at(contact, "CustomerEndpoint", "Address")
    record = {**place.record, "pointer": pointer("CustomerEndpoint", "Address")}
    return TextDraft(text, Place(place.file, record, "Address")) if text else None


def _talk_s(contact: dict[str, Any]) -> int | None:
    """Return how long agent and customer were connected, in seconds, where it is a believable number."""
    value = object_at(contact, "Agent").get("AgentInteractionDuration")
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else None


def _queue(contact: dict[str, Any]) -> str:
    name = text_at(contact, "Queue", "Name")
    return name if len(name) <= LONGEST_QUEUE and name.isprintable() and not holds_number(name) else ""


SOURCE = ConnectContacts()
