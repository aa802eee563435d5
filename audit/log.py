"""Read the log in pages: newest first, by (moment, id), never by counting.

An account's auditor sees the entries of that account, and of those that belong to none only the verifications, which
concern everybody. `visible_to` is the only way this app gets entries.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Self
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.lookups import Exact

from accounts.roles import rights_of
from audit.filters import VIA_JOB, BadFilter, Filters
from audit.naming import CONTENT
from audit.vocabulary import ACTIONS, OTHER, READING, actions_of
from interactions.models import Interaction
from privacy.map import entries as mapped
from trail.actor import Actor
from trail.details import details_from
from trail.models import NAMED_CALL, Event, Outcome

SEE: Final = "trail.view_event"
CONCERN_ALL: Final = ("log.verified",)
PAGE: Final = 50
_CURSOR = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{32})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between entries."""

    at: datetime
    id: UUID

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return the place of an entry."""
        return cls(event.at, event.pk)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a place from an address. Raises BadFilter."""
        found = _CURSOR.fullmatch(text)
        try:
            if found is None:
                raise ValueError
            return cls(_EPOCH + int(found[1], 16) * _MICROSECOND, UUID(found[2]))
        except (OverflowError, ValueError):
            raise BadFilter("The place in the list is not one of ours. Begin with the newest entry.") from None

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND:x}-{self.id.hex}"


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and whether there are newer and older ones."""

    events: Sequence[Event]
    has_newer: bool
    has_older: bool


def visible_to(actor: Actor) -> QuerySet[Event]:
    """Return the entries of the actor's own account, for whoever may read the log; else none."""
    return Event.objects.filter(account_id=actor.account_id) if may_read(actor) else Event.objects.none()


def concerning_all(actor: Actor) -> QuerySet[Event]:
    """Return the entries of no account that every auditor may read."""
    return Event.objects.filter(account_id=None, action__in=CONCERN_ALL) if may_read(actor) else Event.objects.none()


def may_read(actor: Actor) -> bool:
    """Say whether the actor's role in an account includes reading the log."""
    return actor.account_id is not None and SEE in rights_of(actor.role)


def find(actor: Actor, event_id: UUID) -> Event | None:
    """Return one entry the actor may read."""
    return (visible_to(actor) | concerning_all(actor)).filter(pk=event_id).first()


def page(
    actor: Actor, filters: Filters, zone: str, place: Cursor | None, way: Literal["older", "newer"], size: int = PAGE
) -> Page:
    """Return the `size` entries next to a place, or the newest, without counting and however long the log is."""
    if actor.account_id is None or not may_read(actor):
        return Page([], has_newer=False, has_older=False)
    order = ("-at", "-id") if way == "older" else ("at", "id")
    wanted = condition(filters, actor.account_id, zone)
    # Each arm follows an index of its own in this order, and stops at the end of the page.
    arms = [rows.filter(who) for rows in (visible_to(actor), concerning_all(actor)) for who in _arms(filters)]
    first, *rest = (beside(arm.filter(wanted), place, way).order_by(*order)[: size + 1] for arm in arms)
    found = list(first.union(*rest, all=True).order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if way == "older":
        return Page(found, has_newer=place is not None, has_older=more)
    return Page(found[::-1], has_newer=more, has_older=True)


def beside(rows: QuerySet[Event], place: Cursor | None, way: str) -> QuerySet[Event]:
    """Return the rows older or newer than a place."""
    if place is None:
        return rows
    if way == "older":
        return rows.filter(at__lte=place.at).filter(Q(at__lt=place.at) | Q(id__lt=place.id))
    return rows.filter(at__gte=place.at).filter(Q(at__gt=place.at) | Q(id__gt=place.id))


def condition(filters: Filters, account_id: UUID, zone: str) -> Q:
    """Return the condition that all filters make; days are those of `zone`."""
    start, end = filters.window(zone)
    wanted = [
        Q(*by_person(filters.person), _connector=Q.OR) if filters.person else Q(),
        by_role(filters.role) if filters.role else Q(),
        by_group(filters.what) if filters.what else Q(),
        Q(purpose=filters.purpose) if filters.purpose else Q(),
        Q(outcome=filters.outcome) if filters.outcome else Q(),
        Q(at__gte=start) if start else Q(),
        Q(at__lt=end) if end else Q(),
        about(filters.record, account_id) if filters.record else Q(),
        from_workstation(filters.workstation, account_id) if filters.workstation else Q(),
        ~Q(action=READING, outcome=Outcome.DONE) if filters.hides_reads else Q(),
    ]
    return Q(*wanted)


def _arms(filters: Filters) -> tuple[Q, ...]:
    return by_person(filters.person) if filters.person else (Q(),)


def by_person(person: UUID) -> tuple[Q, Q]:
    """Return the conditions "done by this person" and "done by a job on their behalf"; no entry fits both."""
    return Q(user_id=person), Q(user_id=None, text__contains=f'"how":{{"on_behalf_of":"{person}"')


def from_workstation(index: str, account_id: UUID) -> Q:
    """Return the condition "done from the address with this blind index"."""
    return Q(pk__in=details_from(account_id, bytes.fromhex(index)).values("pk"))


def by_role(role: str) -> Q:
    """Return the condition "done in this role", as the entry itself says it."""
    if role == VIA_JOB:
        return Q(user_id=None, text__contains='"how":{"on_behalf_of":null') & Q(text__contains='"via":"job"}')
    return Q(text__contains=f'","role":"{role}","via":"')


def by_group(group: str) -> Q:
    """Return the condition "an action of this group"; what no table knows is among the others."""
    return Q(action__in=actions_of(group)) | (~Q(action__in=list(ACTIONS)) if group == OTHER else Q())


def about(record: UUID, account_id: UUID) -> Q:
    """Return the condition "about this record"; for a call also about what belongs to it.

    Entries about a content name its call, so they are found when the content's own row is gone.
    """
    known = Q(record_label__in=[each.label for each in mapped()], record_id__in=[str(record)])
    if not Interaction.objects.filter(pk=record, account_id=account_id).exists():
        return known
    for label, model in CONTENT.items():
        rows = model._default_manager.filter(interaction=record, account_id=account_id)
        known |= Q(record_label=label, record_id__in=[str(pk) for pk in rows.values_list("pk", flat=True)])
    return known | (Q(Exact(NAMED_CALL, str(record))) & Q(text__contains='"call":"'))
