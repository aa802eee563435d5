"""Climb from records to all the records they belong to, and lock them, as the map says.

Locks are taken from the top down and by id, so that two erasures, or an erasure and a hold, never wait in a circle. A
hold takes the same lock on what it covers: one of the two comes first, and the other sees it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from privacy import map as data_map
from privacy.guards import Target
from privacy.models import SealedField, SealedModel
from privacy.witness import RecordRef

Found = dict[type[Model], dict[UUID, Any]]


def reference(row: Any) -> RecordRef:
    """Return the reference of a row."""
    return RecordRef(row._meta.label, row.pk, row.account_id)


def lock(rows: Iterable[SealedModel], *, sealed: bool = True) -> tuple[list[SealedModel], list[Target]]:
    """Lock rows and everything above them and return them fresh, with their targets.

    Rows that are gone or were condemned meanwhile are left out. Must run inside a transaction of the data database.
    `sealed`: whether their sealed values are wanted, which are most of what a row weighs.
    """
    ids = _ids_by_model(rows)
    above = _ids_above(ids)
    locked: Found = defaultdict(dict)
    wanted = {model: ids.get(model, set()) | above.get(model, set()) for model in ids.keys() | above.keys()}
    while wanted:
        for model in sorted(wanted, key=lambda each: (data_map.depth(each), each._meta.label)):
            query = model._default_manager.select_for_update(no_key=True).filter(pk__any_of=wanted[model])
            query = query.order_by("pk")
            locked[model] |= {row.pk: row for row in (query if sealed else bare(query))}
        wanted = _moved_meanwhile(locked)
    fresh = [row for model in ids for pk, row in locked[model].items() if pk in ids[model] and row.is_living]
    return fresh, [target(row, locked) for row in fresh]


def bare(query: "QuerySet[Any]") -> "QuerySet[Any]":
    """Leave the sealed values of rows where they are: whoever erases never reads them."""
    return query.defer(*(each.name for each in query.model._meta.concrete_fields if isinstance(each, SealedField)))


def _moved_meanwhile(locked: Found) -> dict[type[Model], set[UUID]]:
    """Return the records above that were not locked yet, since a row was tied to another while it was waited for."""
    missing: dict[type[Model], set[UUID]] = defaultdict(set)
    for model, rows in list(locked.items()):
        for name, parent in data_map.parents(model).items():
            named = {getattr(row, f"{name}_id") for row in rows.values()} - {None}
            if named - locked.get(parent, {}).keys():
                missing[parent] |= named - locked.get(parent, {}).keys()
    return missing


def targets(rows: Iterable[SealedModel]) -> list[Target]:
    """Return the targets of rows without locking anything: for previews."""
    rows = list(rows)
    ids = _ids_above(_ids_by_model(rows))
    loaded: Found = {model: model._default_manager.in_bulk(list(wanted)) for model, wanted in ids.items()}
    return [target(row, loaded) for row in rows]


def target(row: SealedModel, loaded: Found) -> Target:
    """Return a row's target, climbing through rows already loaded."""
    lineage: list[RecordRef] = []
    open_ends: list[Any] = [row]
    while open_ends:
        each = open_ends.pop(0)
        lineage.append(reference(each))
        for name, parent in data_map.parents(type(each)).items():
            parent_id = getattr(each, f"{name}_id")
            if parent_id is not None and parent_id in loaded.get(parent, {}):
                open_ends.append(loaded[parent][parent_id])
    return Target(lineage[0], tuple(lineage))


def _ids_by_model(rows: Iterable[SealedModel]) -> dict[type[Model], set[UUID]]:
    ids: dict[type[Model], set[UUID]] = defaultdict(set)
    for row in rows:
        ids[type(row)].add(row.pk)
    return dict(ids)


def _ids_above(ids: dict[type[Model], set[UUID]]) -> dict[type[Model], set[UUID]]:
    above: dict[type[Model], set[UUID]] = defaultdict(set)
    level = ids
    while level:
        higher: dict[type[Model], set[UUID]] = defaultdict(set)
        for model, wanted in level.items():
            for name, parent in data_map.parents(model).items():
                found = model._default_manager.filter(pk__any_of=wanted).exclude(**{name: None})
                higher[parent] |= set(found.values_list(f"{name}_id", flat=True).distinct())
        for model, found_ids in higher.items():
            above[model] |= found_ids
        level = {model: wanted for model, wanted in higher.items() if wanted}
    return dict(above)


def by_depth(rows: Sequence[SealedModel]) -> list[tuple[type[SealedModel], list[SealedModel]]]:
    """Group rows by model, children before parents: the order in which they can be deleted."""
    groups: dict[type[SealedModel], list[SealedModel]] = defaultdict(list)
    for row in rows:
        groups[type(row)].append(row)
    return sorted(groups.items(), key=lambda pair: (-data_map.depth(pair[0]), pair[0]._meta.label))
