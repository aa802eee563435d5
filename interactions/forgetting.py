"""What calls and their contents are known by when an old export comes again: the marks that the erasure ledger keeps.

A call is known by the ids that phone systems gave it. A content that was taken out of a call that stays is known by its
index within that call: the same words elsewhere are somebody else's.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from interactions.models import Interaction, OfInteraction, SourceId
from privacy.blind_index import lasting
from privacy.ledger import Mark, Opened


def mark_of_source(account_id: UUID, index: bytes) -> Mark:
    """Return the mark of a call by the blind index of one of its ids."""
    return Mark("source", lasting(account_id, index))


def mark_of_content(row: OfInteraction) -> Mark:
    """Return the mark of a content of a call by its blind index."""
    return Mark(
        f"content-{row._meta.model_name}", row.interaction_id.bytes + lasting(row.account_id, bytes(row.digest))
    )


def marks_of_sources(rows: Sequence[SourceId], opened: Opened, until: datetime) -> Iterator[Mark]:
    """Yield the marks of calls that are being erased."""
    yield from (mark_of_source(row.account_id, bytes(row.digest)) for row in rows)


def marks_of_contents(rows: Sequence[OfInteraction], opened: Opened, until: datetime) -> Iterator[Mark]:
    """Yield the marks of contents that are erased while their call stays; with the call they need none."""
    staying = _living({row.interaction_id for row in rows})
    yield from (mark_of_content(row) for row in rows if row.interaction_id in staying)


def _living(interactions: Iterable[UUID]) -> set[UUID]:
    rows = Interaction.objects.filter(pk__any_of=interactions, condemned_at=None)
    return set(rows.values_list("pk", flat=True))
