"""What was typed into a request names the person too, also where no customer carried it: the ledger keeps it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from customers.forgetting import marks_of_person
from customers.kinds import Kind
from privacy.ledger import Mark, Opened
from rtbf.models import RequestedIdentifier


def marks_of_typed(rows: Sequence[RequestedIdentifier], opened: Opened, until: datetime) -> Iterator[Mark]:
    """Yield the marks of identifiers typed into requests that are being erased."""
    typed = [(Kind(row.kind), opened[row.pk]["shown"]) for row in rows if row.pk in opened]
    if rows:
        yield from marks_of_person(rows[0].account_id, typed, until)
