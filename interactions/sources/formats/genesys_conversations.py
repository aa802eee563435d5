"""Conversation details of Genesys Cloud, the answer of `analytics/conversations/details/query`.

A conversation has participants, they have sessions, and those have segments. Who the customer is, says `purpose`;
numbers are `tel:` or `sip:` addresses. Times are UTC (layout: Genesys Cloud, AnalyticsConversation).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from interactions.drafts import CommentDraft, Direction, InteractionDraft, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.attributes import read_attributes
from interactions.sources.clock import iso_time
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.json_document import object_at, objects_at, pointer, text_at
from interactions.sources.json_list import is_list_of, read_list
from interactions.sources.registry import Context
from interactions.sources.sides import campaign_code, is_persons_name, is_withheld

_CUSTOMER = frozenset({"customer", "external"})
_AGENT = frozenset({"agent", "user"})
_SCHEMES = ("tel:", "sip:", "sips:")


class GenesysConversations:
    """The format, for the registry."""

    name = "genesys-conversations"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for a list of conversations with their ids."""
        return is_list_of(file, "conversations", b'"conversationId"')

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the conversations. Raises OSError."""
        return read_list(file, "conversations", lambda item, place: _draft(item, place, context))


def _draft(item: dict[str, Any], place: Place, context: Context) -> InteractionDraft:
    started, ended = _time(item, "conversationStart"), _time(item, "conversationEnd")
    if started is None:
        raise Unusable("It does not say when it began.")
    if ended and ended < started:
        raise Unusable("It ends before it begins.")
    direction = Direction.OUTBOUND if text_at(item, "originatingDirection") == "outbound" else Direction.INBOUND
    address, own_address = _addresses(item, place, direction)
    talks = list(_talks(item))
    attributes = [read_attributes(*each, place.file, context) for each in _attributes(item, place)]
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.GENESYS, text_at(item, "conversationId")),),
        place=place,
        started_at=started,
        answered_at=min((begun for begun, _ in talks), default=None),
        ended_at=ended,
        running=ended is None,
        duration_s=int((ended - started).total_seconds()) if ended else None,
        talk_s=sum(int((end - begun).total_seconds()) for begun, end in talks),
        direction=direction,
        customer_address=address,
        own_address=own_address,
        campaign=_campaign(item) or next((each.campaign for each in attributes if each.campaign), ""),
        customer_names=(*_names(item, place), *(name for each in attributes for name in each.customer_names)),
        customer_ids=tuple(customer_id for each in attributes for customer_id in each.customer_ids),
        values=tuple(value for each in attributes for value in each.values),
        comments=tuple(_notes(item, place)),
        anonymous=bool(address and is_withheld(address.text)),
    )


def _time(item: dict[str, Any], name: str) -> datetime | None:
    text = text_at(item, name)
    return iso_time(text, what=f"time {name}") if text else None


def _participants(item: dict[str, Any], purposes: frozenset[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    yield from (each for each in objects_at(item, "participants") if text_at(each[1], "purpose") in purposes)


def _addresses(item: dict[str, Any], place: Place, direction: Direction) -> tuple[TextDraft | None, str]:
    """Return the customer's address with its place, and the company's, from the customer's first session."""
    theirs, ours = ("dnis", "ani") if direction is Direction.OUTBOUND else ("ani", "dnis")
    for at, participant in _participants(item, _CUSTOMER):
        for number, session in objects_at(participant, "sessions"):
            if text := text_at(session, theirs):
                record = place.record["pointer"] + pointer("participants", at, "sessions", number, theirs)
                return TextDraft(text, Place(place.file, {"pointer": record}, theirs)), _bare(text_at(session, ours))
    return None, ""


def _bare(address: str) -> str:
    scheme = next((each for each in _SCHEMES if address.lower().startswith(each)), "")
    return address[len(scheme) :].split("@", maxsplit=1)[0]


def _names(item: dict[str, Any], place: Place) -> Iterator[TextDraft]:
    for at, participant in _participants(item, _CUSTOMER):
        name = text_at(participant, "participantName")
        if name and is_persons_name(name):
            record = place.record["pointer"] + pointer("participants", at, "participantName")
            yield TextDraft(name, Place(place.file, {"pointer": record}, "participantName"))


def _attributes(item: dict[str, Any], place: Place) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for at, participant in objects_at(item, "participants"):
        record = {"pointer": place.record["pointer"] + pointer("participants", at, "attributes")}
        yield object_at(participant, "attributes"), record


def _campaign(item: dict[str, Any]) -> str:
    """Return the campaign whose dialer made the call, from the first session that names one."""
    sessions = (session for _, each in objects_at(item, "participants") for _, session in objects_at(each, "sessions"))
    return next(filter(None, (campaign_code(text_at(each, "outboundCampaignId")) for each in sessions)), "")


def _talks(item: dict[str, Any]) -> Iterator[tuple[datetime, datetime]]:
    """Yield when agents spoke with the customer."""
    for _, participant in _participants(item, _AGENT):
        for _, session in objects_at(participant, "sessions"):
            for _, segment in objects_at(session, "segments"):
                begun, end = _time(segment, "segmentStart"), _time(segment, "segmentEnd")
                if text_at(segment, "segmentType") == "interact" and begun and end and begun <= end:
                    yield begun, end


def _notes(item: dict[str, Any], place: Place) -> Iterator[CommentDraft]:
    """Yield what agents wrote when they wrapped up."""
    for at, participant in objects_at(item, "participants"):
        for number, session in objects_at(participant, "sessions"):
            for part, segment in objects_at(session, "segments"):
                if text_at(segment, "wrapUpNote"):
                    steps = ("participants", at, "sessions", number, "segments", part, "wrapUpNote")
                    where = Place(place.file, {"pointer": place.record["pointer"] + pointer(*steps)}, "wrapUpNote")
                    author = text_at(participant, "participantName")
                    yield CommentDraft(segment["wrapUpNote"], author, _time(segment, "segmentEnd"), where)


SOURCE = GenesysConversations()
