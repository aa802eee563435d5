"""Find names for the ids that entries carry: people of the account, times of calls, references of holds.

Only what an auditor may know is looked up, and only inside the entry's own account: names of people who work here,
when a call was, that a customer is one and the same. Never a customer's name or number, never content. A few
statements, however many entries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts.models import Agent, Line, Membership, Team
from audit.entry import Entry, as_id
from customers.models import Customer
from interactions.models import CONTENTS, Interaction
from retention.models import LegalHold

CALL: Final = Interaction._meta.label
CUSTOMER: Final = Customer._meta.label
CONTENT: Final = {model._meta.label: model for model in CONTENTS}
REFERRED: Final[dict[str, type[Any]]] = {model._meta.label: model for model in (Agent, Team, Line, LegalHold)}


@dataclass(frozen=True, slots=True)
class Call:
    """Which call, when it began, and whose it was."""

    id: UUID
    started_at: datetime
    customer_id: UUID | None


@dataclass(slots=True)
class Names:
    """What is known about the ids on a page. `calls` by id of the call or of its content."""

    people: dict[UUID, str] = field(default_factory=dict)
    members: dict[UUID, str] = field(default_factory=dict)
    calls: dict[UUID, Call] = field(default_factory=dict)
    forgotten: set[UUID] = field(default_factory=set)
    records: dict[UUID, str] = field(default_factory=dict)

    def call_id(self, entry: Entry) -> UUID | None:
        """Return the call an entry is about, itself or by one of its contents."""
        call = self._call(entry)
        return call.id if call else None

    def customer_of(self, entry: Entry) -> UUID | None:
        """Return the customer an entry is about."""
        if entry.label == CUSTOMER:
            return as_id(entry.record_id)
        call = self._call(entry)
        return call.customer_id if call else None

    def _call(self, entry: Entry) -> Call | None:
        known = as_id(entry.record_id)
        return self.calls.get(known) if known else None


def names_for(entries: Iterable[Entry], account_id: UUID | None) -> Names:
    """Return the names that the entries of one account need."""
    entries = list(entries)
    names = Names()
    if account_id is None:
        return names
    _find_people(names, entries, account_id)
    _find_calls(names, entries, account_id)
    _find_customers(names, entries, account_id)
    for label, model in REFERRED.items():
        ids = _ids(entries, label)
        if ids:
            rows = model._default_manager.filter(account_id=account_id, pk__in=ids)
            names.records |= {row.pk: _reference(row) for row in rows}
    return names


def pseudonym(customer_id: UUID) -> str:
    """Return what a customer is called in the log: the same for the same customer, and leading to nobody."""
    return f"C-{customer_id.hex[-6:].upper()}"


def _find_people(names: Names, entries: list[Entry], account_id: UUID) -> None:
    users = {each for entry in entries for each in (entry.user_id, entry.for_id) if each}
    users |= _ids(entries, "accounts.User")
    wanted = Q(user_id__in=users) | Q(pk__in=_ids(entries, Membership._meta.label))
    rows = Membership.objects.filter(wanted, account_id=account_id)
    for pk, user_id, name, email in rows.values_list("pk", "user_id", "user__name", "user__email"):
        names.people[user_id] = names.members[pk] = name or email


def _find_calls(names: Names, entries: list[Entry], account_id: UUID) -> None:
    """Find each call, by what the entry says itself or by the content it is about."""
    of_record: dict[UUID, UUID] = {each: each for each in _ids(entries, CALL)}
    of_record |= {known: entry.call_id for entry in entries if entry.call_id and (known := as_id(entry.record_id))}
    for label, model in CONTENT.items():
        ids = _ids(entries, label) - of_record.keys()
        if ids:
            rows = model._default_manager.filter(account_id=account_id, pk__in=ids)
            of_record |= dict(rows.values_list("pk", "interaction_id"))
    if not of_record:
        return
    calls = Interaction.objects.filter(account_id=account_id, pk__in=set(of_record.values()))
    found = {row[0]: Call(*row) for row in calls.values_list("pk", "started_at", "customer_id")}
    names.calls = {record: found[call] for record, call in of_record.items() if call in found}


def _find_customers(names: Names, entries: list[Entry], account_id: UUID) -> None:
    ids = _ids(entries, CUSTOMER) | {call.customer_id for call in names.calls.values() if call.customer_id}
    if ids:
        gone = Customer.objects.filter(account_id=account_id, pk__in=ids).exclude(condemned_at=None)
        names.forgotten = set(gone.values_list("pk", flat=True))


def _ids(entries: Iterable[Entry], label: str) -> set[UUID]:
    found = (as_id(entry.record_id) for entry in entries if entry.label == label)
    return {each for each in found if each}


def _reference(row: Any) -> str:
    return row.reference if isinstance(row, LegalHold) else str(row)
