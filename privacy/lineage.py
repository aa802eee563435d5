"""Climb from records to all the records they belong to, and lock them, as the map says.

Locks are taken from the top down and by id, so that two erasures, or an erasure and a hold, never wait in a circle. A
hold takes the same lock on what it covers: one of the two comes first, and the other sees it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet

from privacy import bulk
from privacy import map as data_map
from privacy.guards import Target
from privacy.models import SealedModel
from privacy.witness import RecordRef

Found = dict[type[Model], dict[UUID, Any]]
Line = tuple[RecordRef, ...]
Lines = dict[type[Model], dict[UUID, Line]]


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
    return fresh, _targets(fresh, locked)


def bare(query: "QuerySet[Any]") -> list[Any]:
    """Return the rows of a query with what an erasure looks at alone: sealed values are most of what a row weighs."""
    model: type[Model] = query.model
    return bulk.load(query, *_looked_at(model))


@cache
def _looked_at(model: type[Model]) -> tuple[str, ...]:
    entry, names = data_map.entry(model), {each.attname for each in model._meta.concrete_fields}
    wanted = ("id", "account_id", "key_id", "condemned_at", "content_key_id", entry.content)
    return (*(name for name in wanted if name in names), *(name for name, _ in _links(model)))


@cache
def _links(model: type[Model]) -> tuple[tuple[str, type[Model]], ...]:
    """Return the columns that lead to what a model belongs to, each with the model it leads to."""
    return tuple((f"{name}_id", parent) for name, parent in data_map.parents(model).items())


def condemned_models(condemnation_id: UUID) -> list[type[SealedModel]]:
    """Return the models of which rows of a condemnation are still to be erased, children before parents."""
    with connection.cursor() as cursor:
        cursor.execute(_condemned_in(), {"id": condemnation_id})
        labels = {label for (label,) in cursor.fetchall()}
    return [data_map.sealed_model(each) for each in reversed(data_map.erasable()) if each.label in labels]


@cache
def _condemned_in() -> str:
    """Write one question to all tables: asking thirty of them one by one took longer than an erasure."""
    return " UNION ALL ".join(
        f"SELECT '{each.label}' WHERE EXISTS (SELECT FROM \"{each.model._meta.db_table}\""  # noqa: S608 - our own names
        " WHERE condemnation_id = %(id)s AND erased_at IS NULL)"
        for each in data_map.erasable()
    )


def _moved_meanwhile(locked: Found) -> dict[type[Model], set[UUID]]:
    """Return the records above that were not locked yet, since a row was tied to another while it was waited for."""
    missing: dict[type[Model], set[UUID]] = defaultdict(set)
    for model, rows in list(locked.items()):
        for name, parent in _links(model):
            named = {getattr(row, name) for row in rows.values()} - {None}
            if named - locked.get(parent, {}).keys():
                missing[parent] |= named - locked.get(parent, {}).keys()
    return missing


def targets(rows: Iterable[SealedModel]) -> list[Target]:
    """Return the targets of rows without locking anything: for previews."""
    rows = list(rows)
    ids = _ids_above(_ids_by_model(rows))
    loaded: Found = {model: model._default_manager.in_bulk(list(wanted)) for model, wanted in ids.items()}
    return _targets(rows, loaded)


def _targets(rows: Sequence[SealedModel], loaded: Found) -> list[Target]:
    climbed: Lines = defaultdict(dict)
    lines = [_line(row, loaded, climbed) for row in rows]
    return [Target(line[0], line) for line in lines]


def _line(row: Any, loaded: Found, climbed: Lines) -> Line:
    """Return the references of a row and of what it belongs to, through rows already loaded, each climbed once."""
    line: Line = (reference(row),)
    model: type[Model] = type(row)
    for name, parent in _links(model):
        named = getattr(row, name)
        higher = climbed[parent].get(named)
        if higher is None:
            above = loaded[parent].get(named) if parent in loaded else None
            higher = climbed[parent][named] = () if above is None else _line(above, loaded, climbed)
        line += higher
    return line


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
            for name, parent in _links(model):
                found = model._default_manager.filter(pk__any_of=wanted).exclude(**{name: None})
                higher[parent] |= set(found.values_list(name, flat=True).distinct())
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
