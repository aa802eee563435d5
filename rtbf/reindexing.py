"""What stands behind the indexes of requests and of searches in the log, to compute them anew in a restored copy."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from accounts.models import Account
from customers.forgetting import NAMING
from customers.identifiers import NotAnIdentifier, candidates
from customers.kinds import Kind
from interactions.batch import numbering_of
from privacy.index_rebuild import Preimage
from rtbf.models import RequestedIdentifier
from trail.models import Detail


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


def behind_searches(rows: Sequence[Detail], values: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, list[Preimage]]:
    """Return every reading of what somebody searched for, so that the log's details of it go with that person.

    The detail keeps what was typed without its kind. Names are left out: they would find searches for namesakes.
    """
    accounts = Account.objects.in_bulk({row.account_id for row in rows})
    found = {}
    for row in rows:
        typed = ((values.get(row.pk) or {}).get("sealed") or {}).get("detail", {}).get("identifiers", "")
        account = accounts.get(row.account_id)
        found[row.pk] = [each for line in typed.splitlines() for each in _any_reading(account, line)] if account else []
    return found


def _any_reading(account: Account, typed: str) -> Iterator[Preimage]:
    numbering = numbering_of(account)
    for kind in sorted(NAMING):
        with suppress(NotAnIdentifier):
            for each in candidates(kind, typed, regions=numbering.regions):
                if each.value not in numbering.own_numbers:
                    yield str(each.kind), each.value
