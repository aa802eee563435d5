"""Find what identifies somebody in free text: phones and e-mails, written, spoken or spelled, ids and addresses.

Everything identifier-shaped is reported whether or not its owner is known, every reading where there are several: a
find is an index row and hurts nobody, a miss is a person who was promised to be forgotten. Time and memory grow with
the text and no faster.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from customers.effort import Effort
from customers.emails import emails_in
from customers.folding import BARRIER, SEGMENT, folded
from customers.id_mentions import ids_in
from customers.identifiers import Kind, NotAnIdentifier, normalise
from customers.names import find_name
from customers.phone_mentions import phones_in
from customers.phones import Plan, plan
from customers.spoken import SEGMENT_GAP

__all__ = ["Effort", "Found", "FoundAcross", "Segment", "find", "find_in_segments", "find_name"]

SEGMENTS_APART = 5
LONGEST_BACK_CHANNEL = 60


@dataclass(frozen=True)
class Found:
    """An identifier in a text: `value` is its normal form, start and end are offsets of characters, end excluded."""

    kind: Kind
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Segment:
    """One utterance of a transcript."""

    speaker: str
    text: str


@dataclass(frozen=True)
class FoundAcross:
    """An identifier in a transcript: one part for each segment it touches, as (index of segment, start, end)."""

    kind: Kind
    value: str
    parts: tuple[tuple[int, int, int], ...]


class _Hit(NamedTuple):
    kind: Kind
    value: str
    spans: tuple[tuple[int, int], ...]


def _said(view: str, numbering: Plan, effort: Effort) -> Iterator[_Hit]:
    """Yield what may be spelled out, and so be said over several segments."""
    yield from (_Hit(Kind.PHONE, value, spans) for value, spans in phones_in(view, numbering, effort))
    yield from (_Hit(Kind.EMAIL, value, spans) for value, spans in emails_in(view))


def _hits(
    text: str, numbering: Plan, effort: Effort, regions: Sequence[str], customer_id: re.Pattern[str] | None
) -> Iterator[_Hit]:
    view = folded(text)
    yield from _said(view, numbering, effort)
    yield from (_Hit(kind, value, (span,)) for kind, value, span in ids_in(view, regions))
    if customer_id is None:
        return
    for found in customer_id.finditer(text):
        try:
            value = normalise(Kind.CUSTOMER_ID, found[0], regions=()).value
        except NotAnIdentifier:
            continue
        yield _Hit(Kind.CUSTOMER_ID, value, (found.span(),))


def find(
    text: str,
    *,
    regions: Sequence[str],
    dial_prefixes: Sequence[str] = ("9",),
    customer_id: re.Pattern[str] | None = None,
    effort: Effort | None = None,
) -> list[Found]:
    """Return all identifiers in `text`, in order of place.

    `regions`: the account's own first, then those of its numbers. `customer_id`: how the account's customer numbers
    look beyond the usual. `effort`: how much work the text may take; says afterwards whether numbers were left out.
    Raise ValueError for an unknown region.
    """
    hits = _hits(text, plan(regions, dial_prefixes), effort or Effort(), regions, customer_id)
    found = {Found(hit.kind, hit.value, hit.spans[0][0], hit.spans[-1][1]) for hit in hits}
    return sorted(found, key=lambda one: (one.start, one.end, one.kind, one.value))


class _Joined(NamedTuple):
    """Segments as one text: `starts[i]` is where segment `numbers[i]` begins in `view`."""

    view: str
    numbers: list[int]
    starts: list[int]


def _back_channel(view: str) -> bool:
    return len(view) <= LONGEST_BACK_CHANNEL and SEGMENT_GAP.fullmatch(view) is not None


def _join(views: Sequence[str], numbers: Sequence[int]) -> _Joined:
    """Join the numbered segments; what lies too far apart is kept apart."""
    pieces: list[str] = []
    kept: list[int] = []
    starts: list[int] = []
    length = 0
    for number in numbers:
        if kept:
            pieces.append(SEGMENT if number - kept[-1] <= SEGMENTS_APART else BARRIER)
            length += 1
        kept.append(number)
        starts.append(length)
        pieces.append(views[number])
        length += len(views[number])
    return _Joined("".join(pieces), kept, starts)


def _parts(joined: _Joined, spans: Sequence[tuple[int, int]], at: int) -> tuple[tuple[tuple[int, int, int], ...], int]:
    """Turn places in the joined text into one part a segment; `at` and the second result keep the walk linear."""
    while at + 1 < len(joined.starts) and joined.starts[at + 1] <= spans[0][0]:
        at += 1
    parts: dict[int, tuple[int, int]] = {}
    here = at
    for start, end in spans:
        while here + 1 < len(joined.starts) and joined.starts[here + 1] <= start:
            here += 1
        first, offset = parts.get(here, (start - joined.starts[here], 0))[0], joined.starts[here]
        parts[here] = (first, end - offset)
    return tuple((joined.numbers[index], start, end) for index, (start, end) in parts.items()), at


def _across(joined: _Joined, numbering: Plan, effort: Effort) -> Iterator[FoundAcross]:
    """Yield what is said over at least two of the joined segments."""
    hits = sorted(_said(joined.view, numbering, effort), key=lambda hit: hit.spans[0][0])
    at = 0
    for hit in hits:
        parts, at = _parts(joined, hit.spans, at)
        if len(parts) > 1:
            yield FoundAcross(hit.kind, hit.value, parts)


def _blanked(view: str, found: Sequence[Found]) -> str:
    """Take what was found whole out of a segment, so that its neighbours are also read without it."""
    pieces, at = [], 0
    for one in found:
        if one.kind == Kind.PHONE and one.start >= at:
            pieces += [view[at : one.start], BARRIER * (one.end - one.start)]
            at = one.end
    return "".join([*pieces, view[at:]])


def find_in_segments(
    segments: Sequence[Segment],
    *,
    regions: Sequence[str],
    dial_prefixes: Sequence[str] = ("9",),
    customer_id: re.Pattern[str] | None = None,
    effort: Effort | None = None,
) -> list[FoundAcross]:
    """Return all identifiers in a transcript, those said over several segments or by both speakers included.

    Noises and back-channel words ("[noise]", "okay", "got it") between the parts are passed over. A speaker's own
    words are also read without the other's, who may repeat each part. Arguments and errors as for `find`.
    """
    numbering, effort = plan(regions, dial_prefixes), effort or Effort()
    views: list[str] = []
    blanked: list[str] = []
    result: dict[FoundAcross, None] = {}
    for number, segment in enumerate(segments):
        alone = find(segment.text, regions=regions, dial_prefixes=dial_prefixes, customer_id=customer_id, effort=effort)
        result |= {FoundAcross(one.kind, one.value, ((number, one.start, one.end),)): None for one in alone}
        views.append(folded(segment.text))
        blanked.append(_blanked(views[number], alone))
    spoken = [number for number, view in enumerate(views) if not _back_channel(view)]
    voices: dict[str, list[int]] = {}
    for number in spoken:
        voices.setdefault(segments[number].speaker, []).append(number)
    for way in (views, blanked) if blanked != views else (views,):
        for numbers in [spoken, *(voices.values() if len(voices) > 1 else ())]:
            result |= dict.fromkeys(_across(_join(way, numbers), numbering, effort))
    return sorted(result, key=lambda one: (one.parts, one.kind, one.value))
