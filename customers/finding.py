"""Find the customers who carry an identifier, for a person who merges or splits them; the search is on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import phonenumbers

from accounts.models import Account
from accounts.rights import require
from customers.errors import NotRead
from customers.identifiers import NotAnIdentifier, candidates, parse
from customers.models import Customer, Identifier
from customers.querysets import MERGE
from privacy.blind_index import digest
from trail.actor import Actor, require_actor
from trail.append import append

MOST_LINES, MOST_FOUND = 20, 50


@dataclass(frozen=True)
class Found:
    """A customer, and which of the typed lines it carries, counted from 1."""

    customer: Customer
    by: tuple[int, ...]


def find_customers(*, actor: Actor, account: Account, lines: Sequence[str]) -> list[Found]:
    """Return who carries any of the identifiers (`KIND:VALUE`, or a bare number or address), in any spelling.

    Raises Refused, NotRead.
    """
    require(require_actor(actor), MERGE, account, action="customer.searched")

    if not 1 <= len(lines) <= MOST_LINES:
        raise NotRead(f"Give at least one identifier and at most {MOST_LINES}, one per line. Nothing was searched.")
    digests = [_digests(account, line, place) for place, line in enumerate(lines, start=1)]
    everything = [index for each in digests for index in each]
    rows = Identifier.objects.indexed(account.pk, everything).filter(customer__condemned_at=None)
    carried: dict[UUID, set[bytes]] = {}
    for customer_id, index in rows.values_list("customer_id", "digest"):
        carried.setdefault(customer_id, set()).add(bytes(index))

    _note(actor, account, lines, everything if carried else [], len(carried))
    if not carried:
        raise NotRead("No customer of this account carries any of these. Check the spelling, or add another.")
    customers = Customer.objects.in_bulk(sorted(carried)[:MOST_FOUND])
    return [
        Found(customers[pk], tuple(place for place, of_line in enumerate(digests, 1) if carried[pk] & set(of_line)))
        for pk in customers
    ]


def _digests(account: Account, line: str, place: int) -> list[bytes]:
    try:
        kind, value = parse(line)
        readings = candidates(kind, value, regions=regions_of(account))
    except NotAnIdentifier as problem:
        raise NotRead(f"Identifier {place}: {problem.reason} Nothing was searched.") from None
    return [digest(account.pk, each.kind, each.value) for each in readings]


def regions_of(account: Account) -> list[str]:
    """Return the regions in which an account's numbers are read, its own first."""
    numbers = account.lines.values_list("number", flat=True)
    regions = [phonenumbers.region_code_for_number(phonenumbers.parse(number)) for number in numbers]
    return [each for each in dict.fromkeys([account.region, *regions]) if each in phonenumbers.SUPPORTED_REGIONS]


def _note(actor: Actor, account: Account, lines: Sequence[str], digests: Sequence[bytes], found: int) -> None:
    """Write what was typed, sealed, only when it names somebody: forgetting that person takes it along."""
    detail = {"identifiers": "\n".join(lines)} if digests else {}
    facts = {"identifiers": len(lines), "customers": found}
    append("customer.searched", actor=actor, account_id=account.pk, facts=facts, detail=detail, found_by=list(digests))
