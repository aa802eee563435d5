"""Page through calls: filters, and keyset paging that costs the same at any depth.

There is no page number and no count of everything: a page begins after a call, and "about" is counted up to a
thousand. Rows come from `visible_to` and are only ever narrowed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from accounts.typed import id_in, number_in
from interactions.drafts import Direction
from interactions.models import Analysis, Comment, Interaction, OfInteraction, Recording, Transcription, Voicemail
from interactions.querysets import InteractionQuerySet

ROWS: Final = 50
COUNTED: Final = 1_000
KINDS: Final[dict[str, tuple[type[OfInteraction], str, str]]] = {
    "recording": (Recording, "Recording", "mic"),
    "voicemail": (Voicemail, "Voicemail", "voicemail"),
    "transcript": (Transcription, "Transcript", "notes"),
    "comment": (Comment, "Comments", "chat_bubble"),
    "analysis": (Analysis, "Analysis", "insights"),
}
LENGTHS: Final[dict[str, tuple[str, int, int | None]]] = {
    "short": ("Under 1 minute", 0, 60),
    "middle": ("1 to 5 minutes", 60, 300),
    "long": ("5 to 15 minutes", 300, 900),
    "longest": ("15 minutes and more", 900, None),
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; what can't be understood narrows nothing."""

    since: date | None = None
    until: date | None = None
    agent: UUID | None = None
    direction: str = ""
    kind: str = ""
    queue: str = ""
    length: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        """Return the filters a form asks for."""
        direction, kind, length = (asked.get(name, "") for name in ("direction", "kind", "length"))
        return cls(
            since=_day(asked.get("since", "")),
            until=_day(asked.get("until", "")),
            agent=id_in(asked.get("agent", "")),
            direction=direction if direction in set(Direction) else "",
            kind=kind if kind in KINDS else "",
            queue=asked.get("queue", "").replace("\0", "").strip()[:64],
            length=length if length in LENGTHS else "",
        )

    @property
    def as_query(self) -> dict[str, str]:
        """Return the filters as a query string holds them."""
        names = ("since", "until", "agent", "direction", "kind", "queue", "length")
        return {name: str(value) for name in names if (value := getattr(self, name))}

    def narrow(self, rows: InteractionQuerySet, zone: str) -> InteractionQuerySet:
        """Return the rows that pass; days are those of `zone`."""
        wanted = Q()
        if self.since:
            wanted &= Q(started_at__gte=_midnight(self.since, zone))
        if self.until and self.until < date.max:
            wanted &= Q(started_at__lt=_midnight(self.until + timedelta(days=1), zone))
        for name, value in (("agent_id", self.agent), ("direction", self.direction), ("queue", self.queue)):
            wanted &= Q(**{name: value}) if value else Q()
        if self.length:
            _, low, high = LENGTHS[self.length]
            wanted &= Q(duration_s__gte=low) & (Q(duration_s__lt=high) if high else Q())
        return rows.filter(wanted).filter(_has(KINDS[self.kind][0])) if self.kind else rows.filter(wanted)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: just after (or before) a call."""

    at: datetime
    pk: UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.pk.hex}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the place a link names; nonsense is the beginning."""
        moment, _, pk = text.partition("-")
        found, microseconds = id_in(pk), number_in(moment, digits=16)
        if found is None or microseconds is None:
            return None
        return cls(_EPOCH + timedelta(microseconds=microseconds), found)

    @classmethod
    def of(cls, row: Interaction) -> Self:
        """Return the place of a call."""
        return cls(row.started_at, row.pk)


@dataclass(frozen=True, slots=True)
class Page:
    """Calls, latest first, with the places of the pages beside this one; `about` is exact up to COUNTED."""

    rows: list[Any]
    newer: Place | None
    older: Place | None
    about: int

    @property
    def about_in_words(self) -> str:
        """Return how many calls there are, as far as it was counted."""
        if self.about > COUNTED:
            return f"more than {COUNTED:,} calls"
        return "1 call" if self.about == 1 else f"{self.about:,} calls"


def page_of(rows: InteractionQuerySet, *, after: Place | None = None, before: Place | None = None) -> Page:
    """Return a page of `rows`: the latest, the ones older than `after`, or the ones newer than `before`."""
    marked = rows.annotate(**{f"has_{name}": _has(model) for name, (model, _, _) in KINDS.items()})
    marked = marked.select_related("agent")
    if before is not None:
        beyond = Q(started_at__gte=before.at) & (Q(started_at__gt=before.at) | Q(id__gt=before.pk))
        found = list(marked.filter(beyond).order_by("started_at", "id")[: ROWS + 1])
        shown = found[:ROWS][::-1]
        has_newer, has_older = len(found) > ROWS, True
    else:
        beyond = Q()
        if after is not None:
            beyond = Q(started_at__lte=after.at) & (Q(started_at__lt=after.at) | Q(id__lt=after.pk))
        found = list(marked.filter(beyond).order_by("-started_at", "-id")[: ROWS + 1])
        shown = found[:ROWS]
        has_newer, has_older = after is not None, len(found) > ROWS
    newer = Place.of(shown[0]) if shown and has_newer else None
    older = Place.of(shown[-1]) if shown and has_older else None
    return Page(shown, newer, older, rows.order_by()[: COUNTED + 1].count())


def _has(model: type[OfInteraction]) -> Exists:
    return Exists(model._default_manager.filter(interaction_id=OuterRef("pk"), condemned_at=None))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
