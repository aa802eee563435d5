"""Read texts once more and say which mentions the index lacks: those of today's rules, and names known by now.

A name counts where the same call or note holds another sign of its owner, and not where the call's own customer has
the same name: two people of one name stay two.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from customers.effort import Effort
from customers.kinds import Kind
from customers.mentions_in_text import find_name
from customers.models import Identifier, Note
from interactions.mention_times import span_of
from interactions.mentioning import Numbering, Text, mentions_in, mentions_in_segments, point_to
from interactions.models import Comment, DataSourceValue, Mention, Transcription
from privacy.keyring.ring import KeyLost
from privacy.open import Warrant, open_rows
from vault.errors import VaultError

# The foreign key of a mention, and the sealed field, of each model that holds free text.
TEXTS_OF: dict[type[Any], tuple[str, str]] = {
    Transcription: ("transcription", "segments"),
    Comment: ("comment", "text"),
    DataSourceValue: ("value", "value"),
    Note: ("note", "texts"),
}
NEEDS_A_SECOND_SIGN = (Kind.NAME, Kind.ADDRESS, Kind.BIRTH_DATE)
MENTIONING = ("transcription", "comment", "value")
_Mark = tuple[UUID, str, bytes, str]


@dataclass(frozen=True)
class Reading:
    """What reading a portion came to: mentions the index lacks, with their text, and how many texts nobody can open."""

    missing: list[tuple[Text, Mention]] = field(default_factory=list)
    unreadable: int = 0


@dataclass(frozen=True)
class Reader:
    """Reads texts of one account under a warrant."""

    warrant: Warrant
    numbering: Numbering

    def read(self, rows: Sequence[Any]) -> Reading:
        """Return what the index lacks of texts of one model. Raises django.db.OperationalError without a database."""
        if not rows:
            return Reading()
        name, sealed = TEXTS_OF[type(rows[0])]
        opened, unreadable = self._opened(rows, sealed)
        parts = {row.pk: _parts(opened[row.pk]) for row in rows if row.pk in opened}
        found = [(row, each) for row in rows if row.pk in parts for each in self._mentions(row, parts[row.pk])]
        found += self._names(rows, parts, found)
        known = _known(name, parts)
        return Reading(list(_new(found, known)), unreadable)

    def _opened(self, rows: Sequence[Any], sealed: str) -> tuple[dict[UUID, Any], int]:
        """Open a field of all rows; where one is broken, of each by itself."""
        try:
            values = open_rows(rows, sealed, warrant=self.warrant)
        except (KeyLost, VaultError):
            if len(rows) == 1:
                return {}, 1
            each = [self._opened([row], sealed) for row in rows]
            return {pk: value for found, _ in each for pk, value in found.items()}, sum(broken for _, broken in each)
        return {pk: fields[sealed] for pk, fields in values.items() if fields[sealed]}, 0

    def _mentions(self, row: Any, parts: Sequence[Mapping[str, Any]]) -> list[Mention]:
        effort = Effort(None)
        if isinstance(row, Transcription):
            return mentions_in_segments(row, parts, self.numbering, effort)
        return [
            mention
            for number, part in enumerate(parts)
            for mention in mentions_in(row, part["text"], self.numbering, effort, part=number)
        ]

    def _names(
        self,
        rows: Sequence[Any],
        parts: Mapping[UUID, Sequence[Mapping[str, Any]]],
        found: Iterable[tuple[Any, Mention]],
    ) -> Iterator[tuple[Any, Mention]]:
        """Yield where people stand by name in texts whose call or note holds another sign of them."""
        signs = _signs(rows)
        inside: defaultdict[UUID, set[bytes]] = defaultdict(set)
        for row, mention in found:
            signs[_whole(row)].add(bytes(mention.digest))
            inside[row.pk].add(bytes(mention.digest))
        holders = _holders(self.warrant.account_id, {index for each in signs.values() for index in each})
        owners = {who for row in rows if (who := _owner(row))}
        names = self._known_names({who for each in holders.values() for who in each} | owners)
        for row in rows if holders else ():
            own = names.get(_owner(row), {})
            others = [*own.values(), *_agent_of(row)]
            near = {who for index in inside[row.pk] for who in holders.get(index, ())}
            for who in sorted({who for index in signs[_whole(row)] for who in holders.get(index, ())} - {_owner(row)}):
                for index, text in names.get(who, {}).items():
                    called = _called(row, parts.get(row.pk, ()), text, index, others) if index not in own else ()
                    # Where the sign stands in another text of the call, part of a name may be anybody's.
                    yield from ((row, each) for each, is_whole in called if is_whole or who in near)

    def _known_names(self, customers: set[UUID]) -> dict[UUID | None, dict[bytes, str]]:
        living = Identifier.objects.filter(customer_id__in=customers, kind=Kind.NAME, condemned_at=None)
        rows = list(living.order_by("pk"))
        opened, _ = self._opened(rows, "value") if rows else ({}, 0)
        names: dict[UUID | None, dict[bytes, str]] = defaultdict(dict)
        for row in rows:
            if row.pk in opened:
                names[row.customer_id][bytes(row.digest)] = opened[row.pk]
        return names


def _parts(value: Any) -> Sequence[Mapping[str, Any]]:
    return [{"text": value}] if isinstance(value, str) else value


def _whole(row: Any) -> UUID:
    """Return the call a text is of; a note stands for itself."""
    return row.pk if isinstance(row, Note) else row.interaction_id


def _owner(row: Any) -> UUID | None:
    return row.customer_id if isinstance(row, Note) else row.interaction.customer_id


def _agent_of(row: Any) -> list[str]:
    agent = None if isinstance(row, Note) else row.interaction.agent
    return [agent.name] if agent is not None and agent.name else []


def _signs(rows: Sequence[Any]) -> defaultdict[UUID, set[bytes]]:
    """Return the blind indexes that stand in each call or note, in any of its texts."""
    signs: defaultdict[UUID, set[bytes]] = defaultdict(set)
    living = Mention.objects.filter(condemned_at=None).exclude(kind__in=NEEDS_A_SECOND_SIGN)
    if isinstance(rows[0], Note):
        paths = {"note_id": [row.pk for row in rows]}
    else:
        calls = {row.interaction_id for row in rows}
        paths = {f"{name}__interaction_id": list(calls) for name in MENTIONING}
    for path, ids in paths.items():
        for whole, index in living.filter(**{f"{path}__in": ids}).values_list(path, "digest"):
            signs[whole].add(bytes(index))
    return signs


def _holders(account_id: UUID, digests: set[bytes]) -> dict[bytes, set[UUID]]:
    """Return who carries an identifier that is a sign of its own."""
    holders: dict[bytes, set[UUID]] = defaultdict(set)
    rows = Identifier.objects.indexed(account_id, digests).exclude(kind__in=NEEDS_A_SECOND_SIGN)
    for index, customer_id in rows.values_list("digest", "customer_id"):
        holders[bytes(index)].add(customer_id)
    return holders


def _called(
    row: Any, parts: Sequence[Mapping[str, Any]], name: str, index: bytes, others: Sequence[str]
) -> Iterator[tuple[Mention, bool]]:
    """Yield where a name stands, and whether that is more than one word of it."""
    for number, part in enumerate(parts):
        for start, end in find_name(name, part["text"], others=others):
            place = [[number, start, end]]
            mention = Mention(account_id=row.account_id, kind=Kind.NAME, digest=index, parts=place)
            if isinstance(row, Transcription):
                mention.start_ms, mention.end_ms = span_of(parts, place) or (None, None)
            yield point_to(row, mention), len(part["text"][start:end].split()) > 1


def _mark(text_id: UUID, mention: Mention) -> _Mark:
    return text_id, mention.kind, bytes(mention.digest), repr([list(part) for part in mention.parts])


def _known(name: str, texts: Iterable[UUID]) -> set[_Mark]:
    rows = Mention.objects.filter(**{f"{name}_id__in": list(texts)}, condemned_at=None)
    return {_mark(getattr(row, f"{name}_id"), row) for row in rows}


def _new(found: Iterable[tuple[Any, Mention]], known: set[_Mark]) -> Iterator[tuple[Any, Mention]]:
    for row, mention in found:
        mark = _mark(row.pk, mention)
        if mark not in known:
            known.add(mark)
            yield row, mention
