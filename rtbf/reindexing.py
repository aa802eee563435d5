"""What stands behind the indexes of a request's identifiers, to compute them anew in a restored copy."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from customers.identifiers import NotAnIdentifier, candidates
from customers.kinds import Kind
from interactions.batch import numbering_of
from privacy.index_rebuild import Preimage
from rtbf.models import RequestedIdentifier


def behind_requested(
    rows: Sequence[RequestedIdentifier], values: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, list[Preimage]]:
    """Return every reading of what was typed, but for the account's own numbers."""
    return {row.pk: _readings(row, values[row.pk]["typed"] or "") for row in rows if row.pk in values}


def _readings(row: RequestedIdentifier, typed: str) -> list[Preimage]:
    numbering = numbering_of(row.account)
    try:
        read = candidates(Kind(row.kind), typed, regions=numbering.regions)
    except NotAnIdentifier:
        return []
    return [(str(each.kind), each.value) for each in read if each.value not in numbering.own_numbers]
