"""What a customer is known by when an old export comes again: the marks that the erasure ledger keeps.

An identifier that another living customer carries too is nobody's to refuse, and a name fits many people: neither
becomes a mark. What names a person counts up to the moment of the erasure; who calls after it is welcome. A contact or
note has no such moment: it is known by what it says, wherever its file lies and whatever that is called.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
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
NOBODY = b""
"""Whom a note is about that names nobody."""


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
    """Yield the marks of contacts and notes that are being erased, by place and by what they say.

    One whose values don't open is known by its place alone.
    """
    named = _named_by({row.customer_id for row in rows if isinstance(row, Note) and row.customer_id})
    for row in rows:
        about = named.get(row.customer_id, []) if row.customer_id else [NOBODY]
        yield from marks_of_record(row, opened.get(row.pk, {}), about)


def marks_of_opened(row: RegisterEntry | Note, said: Mapping[str, Any]) -> list[Mark]:
    """Return the marks of one contact or note from its opened values, before they change. One query for a note."""
    return list(marks_of_records([row], {row.pk: said}, datetime.now(UTC)))


def marks_of_record(row: OfRegister, said: Mapping[str, Any], about: Iterable[bytes]) -> Iterator[Mark]:
    """Yield the marks of a contact or note: by its place, and by what it says whatever its place.

    said: its values as they are sealed. about: whom it names, each as `lasting`, or NOBODY: "called back" about one
    customer is another note than the same words about the next.
    """
    yield mark_of_record(row)
    if isinstance(row, Note) and said.get("texts"):
        yield from (Mark("said-note", each + _note_as_said(row, said)) for each in about)
    elif isinstance(row, RegisterEntry) and said.get("values"):
        columns = {_plain(name): _plain(text) for name, text in said["values"].items()}
        yield Mark("said-contact", _canonical(columns))


def _note_as_said(row: Note, said: Mapping[str, Any]) -> bytes:
    # Its row does not count, nor where its file lies: both change with every export. The register's own id does.
    texts = sorted(_plain(each["text"]) for each in said["texts"])
    at = row.written_at.astimezone(UTC).isoformat() if row.written_at else ""
    key = (said.get("place") or {}).get("record", {}).get("key", {})
    return _canonical([texts, _plain(said.get("author") or ""), at, [_plain(each) for each in key.values()]])


def _plain(text: str) -> str:
    """Return a text in the one form of Unicode and with single spaces: saving a file anew may change both."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode(errors="surrogatepass")


def _named_by(customers: Collection[UUID]) -> Mapping[UUID, list[bytes]]:
    """Return what customers are named by, as `lasting`."""
    named: dict[UUID, list[bytes]] = defaultdict(list)
    rows = Identifier.objects.filter(customer_id__in=customers, kind__in=NAMING, erased_at=None)
    for customer_id, account_id, index in rows.values_list("customer_id", "account_id", "digest") if customers else ():
        named[customer_id].append(lasting(account_id, bytes(index)))
    return named
