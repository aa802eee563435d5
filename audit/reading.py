"""Read entries for people: the entry of the reading first, then the sealed addresses, then the sentences.

Reading the log is on record: one `log.read` entry each time, with what was looked for as codes. It is also the warrant
under which addresses and devices are opened, in one look at the keyring however many entries a page shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from audit.entry import Entry
from audit.naming import Names, names_for, pseudonym
from audit.sentences import NOWHERE, Sentence, Whence, sentence
from audit.vocabulary import GROUPS, group_of
from privacy.keyring.ring import KeyLost
from privacy.open import Warrant, open_rows, warrant
from privacy.witness import RecordRef
from trail.actor import Actor
from trail.canonical import Fact
from trail.details import workstation_index
from trail.models import Detail, Event, Position
from vault.errors import Tampered

READ: Final = "log.read"
PURPOSE: Final = "audit"
UNOPENED: Final = "The addresses on this page can't be opened: a sealed detail was changed or its key is lost."


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page shows it. `number` counts from 1; None while the entry waits for its place."""

    entry: Entry
    sentence: Sentence
    when: datetime
    number: int | None
    icon: str
    group: str
    customer: str
    call_id: UUID | None
    whence: Whence
    workstation: str

    @property
    def tone(self) -> str:
        """Return how the entry ended."""
        return self.entry.outcome


@dataclass(frozen=True, slots=True)
class Origins:
    """Where acts came from, by entry; `problem` says why none could be opened."""

    found: Mapping[UUID, Whence]
    problem: str = ""


def begin(actor: Actor, account_id: UUID, *, facts: Mapping[str, Fact], event: Event | None = None) -> Warrant:
    """Put a look at the log, or at one entry of it, on record, and return the warrant for its sealed details."""
    ref = RecordRef(Event._meta.label, event.pk, account_id) if event else None
    return warrant(actor=actor, action=READ, account_id=account_id, purpose=PURPOSE, record=ref, facts=facts)


def origins(events: Sequence[Event], permit: Warrant) -> Origins:
    """Open where the acts came from; what people typed lies in the same details and is left there."""
    of_account = [event.pk for event in events if event.detail_commitment and event.account_id == permit.account_id]
    rows = list(Detail.objects.filter(pk__in=of_account, account_id=permit.account_id))
    try:
        opened = open_rows([row for row in rows if row.is_living], "sealed", warrant=permit)
    except (Tampered, KeyLost):
        return Origins({}, UNOPENED)
    return Origins({pk: _whence(opened.get(pk)) for pk in of_account})


def lines(events: Sequence[Event], came_from: Origins, *, account_id: UUID, zone: str) -> list[Line]:
    """Return the entries of one account in sentences, with moments in its zone."""
    entries = [Entry.of(event) for event in events]
    names = names_for(entries, account_id)
    places = dict(Position.objects.filter(event_id__in=[each.id for each in entries]).values_list("event_id", "seq"))
    return [
        _line(entry, names, zone, came_from.found.get(entry.id, NOWHERE), places.get(entry.id), account_id)
        for entry in entries
    ]


def _line(entry: Entry, names: Names, zone: str, whence: Whence, seq: int | None, account_id: UUID) -> Line:
    group = group_of(entry.action)
    return Line(
        entry=entry,
        sentence=sentence(entry, names, zone, whence),
        when=entry.at.astimezone(ZoneInfo(zone)),
        number=seq + 1 if seq is not None else None,
        icon=GROUPS[group][1],
        group=group,
        customer=_customer(entry, names),
        call_id=names.call_id(entry),
        whence=whence,
        workstation=workstation_index(account_id, whence.address).hex() if whence.address else "",
    )


def _customer(entry: Entry, names: Names) -> str:
    customer_id = names.customer_of(entry)
    if customer_id is None:
        return ""
    return "a forgotten customer" if customer_id in names.forgotten else f"customer {pseudonym(customer_id)}"


def _whence(opened: Mapping[str, Any] | None) -> Whence:
    if not opened or not opened.get("sealed"):
        return Whence(is_forgotten=True)
    told = opened["sealed"].get("detail", {})
    return Whence(str(told.get("address", "")), str(told.get("device", "")))
