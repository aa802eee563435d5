"""What stands behind the indexes of identifiers and mentions, to compute them anew in a restored copy.

The same reading that indexed a value or a text when it was taken in is done again. Where it finds a place no more, the
words at that place are read alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import Account
from customers.identifiers import NotAnIdentifier, candidates
from customers.kinds import Kind
from customers.mentions_in_text import Segment, find, find_in_segments
from customers.models import Identifier
from customers.name_mentions import names_in
from interactions.batch import numbering_of
from interactions.models import Mention
from privacy.index_rebuild import Preimage, opened

TEXTS = {"transcription": "segments", "comment": "text", "value": "value", "note": "texts"}
Parts = tuple[tuple[int, int, int], ...]
Known = dict[tuple[str, Parts], list[str]]


def behind_identifiers(
    rows: Sequence[Identifier], values: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, list[Preimage]]:
    """Return the first reading of each identifier's value, which is the one that was indexed."""
    regions = _regions(rows)
    return {
        row.pk: [(row.kind, value)]
        for row in rows
        if row.pk in values and (value := _read(row.kind, values[row.pk]["value"] or "", regions))
    }


def behind_mentions(rows: Sequence[Mention], _: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, list[Preimage]]:
    """Return what each mention's text says at its place. Several readings of one place are given out in turn."""
    found: dict[UUID, list[Preimage]] = {}
    regions = _regions(rows)
    by_text: dict[tuple[str, UUID], list[Mention]] = defaultdict(list)
    for row in rows:
        by_text[next((name, text_id) for name in TEXTS if (text_id := getattr(row, f"{name}_id")))].append(row)
    for (name, text_id), mentions in by_text.items():
        segments = _segments(name, text_id)
        known = _known(segments, is_talk=name == "transcription", regions=regions)
        for row in mentions:
            parts: Parts = tuple((at, start, end) for at, start, end in row.parts)
            readings = known.get((row.kind, parts), [])
            value = readings.pop(0) if readings else _read(row.kind, _words(segments, parts), regions)
            if value:
                found[row.pk] = [(row.kind, value)]
    return found


def _regions(rows: Iterable[Any]) -> Sequence[str]:
    account_id = next((row.account_id for row in rows), None)
    return numbering_of(Account.objects.get(pk=account_id)).regions if account_id else ()


def _read(kind: str, text: str, regions: Sequence[str]) -> str:
    try:
        return candidates(Kind(kind), text, regions=regions)[0].value
    except NotAnIdentifier:
        return ""


def _segments(name: str, text_id: UUID) -> list[Segment]:
    """Return a text as its segments, one for what has none; nothing where its key is gone."""
    model = Mention._meta.get_field(name).related_model
    rows = list(model._default_manager.filter(pk=text_id))  # type: ignore[union-attr]  # a foreign key's model
    said = opened(rows, [TEXTS[name]]).get(text_id, {}).get(TEXTS[name])
    if not isinstance(said, list):
        return [Segment("", said)] if said else []
    return [Segment(each.get("speaker", ""), each["text"]) for each in said]


def _known(segments: list[Segment], *, is_talk: bool, regions: Sequence[str]) -> Known:
    known: Known = defaultdict(list)
    for kind, parts, value in _found(segments, is_talk, regions):
        known[kind, parts].append(value)
    return known


def _found(segments: list[Segment], is_talk: bool, regions: Sequence[str]) -> Iterator[tuple[str, Parts, str]]:
    if is_talk:
        for across in find_in_segments(segments, regions=regions):
            yield str(across.kind), across.parts, across.value
        return
    for at, segment in enumerate(segments):
        for each in [*find(segment.text, regions=regions), *names_in(segment.text)]:
            yield str(each.kind), ((at, each.start, each.end),), each.value


def _words(segments: list[Segment], parts: Parts) -> str:
    return " ".join(segments[at].text[start:end] for at, start, end in parts if at < len(segments))
