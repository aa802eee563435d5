"""What a customer is known by when an old export comes again: the marks that the erasure ledger keeps.

An identifier that another living customer carries too is nobody's to refuse, and a name fits many people: neither
becomes a mark. What names a person counts up to the moment of the erasure; who calls after it is welcome.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import Account
from customers.identifiers import normalise
from customers.kinds import Identifier as Known
from customers.kinds import Kind, NotAnIdentifier
from customers.models import Identifier, Note, OfRegister, RegisterEntry
from privacy.blind_index import digest, lasting
from privacy.ledger import Mark, Opened

NAMING = frozenset({Kind.PHONE, Kind.EMAIL, Kind.SOCIAL, Kind.CUSTOMER_ID, Kind.CRM_ID})
"""What a source gives for the one person a call is with."""


def mark_of(kind: Kind, value: str, until: datetime | None = None) -> Mark:
    """Return the mark of an identifier in its normal form."""
    return Mark(f"identifier-{kind.value}", value.encode(), until)


def mark_of_record(row: OfRegister) -> Mark:
    """Return the mark of a register's record, by the blind index of its place and content."""
    return Mark(f"record-{row._meta.model_name}", lasting(row.account_id, bytes(row.digest)))


def marks_of_identifiers(rows: Sequence[Identifier], opened: Opened, until: datetime) -> Iterator[Mark]:
    """Yield the marks of identifiers that are being erased."""
    known = [(Kind(row.kind), opened[row.pk]["value"]) for row in rows if row.pk in opened]
    if rows:
        yield from marks_of_person(rows[0].account_id, known, until)


def marks_of_person(account_id: UUID, typed: Iterable[tuple[Kind, str | None]], until: datetime) -> Iterator[Mark]:
    """Yield the marks of (kind, text) that name one person of an account and no living one."""
    region = Account.objects.values_list("region", flat=True).get(pk=account_id)
    read = [known for kind, text in typed if kind in NAMING and text and (known := _read(kind, text, region))]
    by_index = {digest(account_id, each.kind, each.value): each for each in read}
    living = Identifier.objects.filter(
        account_id=account_id, digest__in=list(by_index), condemned_at=None, created_at__lte=until
    )
    shared = {bytes(index) for index in living.values_list("digest", flat=True)}
    yield from (mark_of(each.kind, each.value, until) for index, each in by_index.items() if index not in shared)


def _read(kind: Kind, text: str, region: str) -> Known | None:
    try:
        return normalise(kind, text, regions=[region])
    except NotAnIdentifier:
        return None


def marks_of_records(rows: Sequence[RegisterEntry | Note], opened: Opened, until: datetime) -> Iterator[Mark]:
    """Yield the marks of contacts and notes that are being erased."""
    yield from (mark_of_record(row) for row in rows)
