"""Compute the blind indexes of a restored copy anew from what its living rows say.

The copy names an index key that was destroyed, so its indexes match nothing and can't be uncovered. Apps say how the
index of a row follows from its opened values. Where nobody can say (ids of phone systems are kept nowhere but in their
index) the row gets a random one: it is findable by what it belongs to, and an export it came from would be taken in a
second time.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from privacy import blind_index, keys
from privacy.blind_index import INDEX_BYTES, bare, cover, cover_name
from privacy.index_rotation import Column, alone, columns, next_generation, portions, write
from privacy.keyring.ring import load_keys
from privacy.models import IndexKey, SealedModel
from privacy.sealing import unseal

Preimage = tuple[str, str]
"""A kind and a value in its normal form."""
Preimages = Callable[[Sequence[Any], Mapping[UUID, Mapping[str, Any]]], Mapping[UUID, Sequence[Preimage]]]
"""From rows and their opened fields to what stands behind the index, or the list of indexes, of each."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done: indexes computed, and rows that got a random one."""

    generation: int
    computed: int
    random: int


_says: dict[type[SealedModel], tuple[Preimages, tuple[str, ...]]] = {}


def indexed_by(model: type[SealedModel], preimages: Preimages, *, opens: Iterable[str] = ()) -> None:
    """Say what stands behind the indexes of a model's rows; `opens`: sealed fields it is given opened."""
    _says[model] = (preimages, tuple(opens))


def opened(rows: Sequence[Any], names: Sequence[str]) -> dict[UUID, dict[str, Any]]:
    """Return the sealed fields of rows whose key lives. Nothing of it leaves this machinery but as an index."""
    living = load_keys(row.key_id for row in rows if row.key_id is not None)
    return {row.pk: {name: unseal(row, living[row.key_id], name) for name in names}
            for row in rows if row.key_id in living}  # fmt: skip


def rebuild(account_id: UUID) -> Rebuilt:
    """Give every living row of the account an index under a new key, in one transaction. Safe to repeat.

    Run `replay_erasures` first: what was forgotten must not be indexed. Raises keyring.KeyLost, then nothing was done.
    """
    computed = random = 0
    with transaction.atomic(durable=True):
        alone(account_id)
        number = next_generation(account_id, 0)
        keys.directory().create_secret(blind_index.secret_name(account_id))
        keys.directory().create_secret(cover_name(account_id, number))
        for column in columns():
            for rows in portions(column, account_id):
                changed = _indexes(column, account_id, number, [row_id for row_id, _ in rows])
                # An empty list is an answer: nothing stands behind it. Only a single index can't be left out.
                write(column, [(row_id, os.urandom(INDEX_BYTES) if new is None else new) for row_id, new in changed])
                known = sum(index is not None for _, index in changed)
                computed, random = computed + known, random + len(changed) - known
        IndexKey.objects.update_or_create(
            pk=account_id, defaults={"generation": number, "switched_at": timezone.now(), "settled_at": None}
        )
    blind_index.refresh(account_id)
    return Rebuilt(number, computed, random)


def _indexes(column: Column, account_id: UUID, number: int, ids: list[UUID]) -> list[tuple[UUID, Any]]:
    preimages, names = _says.get(column.model, (None, ()))
    if preimages is None:
        return [(row_id, [] if column.many else None) for row_id in ids]
    rows = list(column.model._default_manager.filter(pk__in=ids))
    said = defaultdict(list, {row_id: list(found) for row_id, found in preimages(rows, opened(rows, names)).items()})
    covered = {
        row_id: [cover(account_id, number, bare(account_id, kind, value)) for kind, value in said[row_id]]
        for row_id in ids
    }
    if column.many:
        return list(covered.items())
    return [(row_id, next(iter(found), None)) for row_id, found in covered.items()]
