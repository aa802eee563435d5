"""Walk down the personal data map: from records to everything that belongs to them.

The map alone says what belongs to what, so that a model added later is found without a line here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from privacy import map as data_map
from privacy.models import SealedModel

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Below:
    """A living record under a root. `unit`: the record just below the root that it is part of."""

    model: type[SealedModel]
    id: UUID
    root: UUID
    unit: UUID


def below(top: type[SealedModel], roots: Collection[UUID]) -> list[Below]:
    """Return every living record that belongs to the rows `roots` of `top`, parents before children, each once."""
    known: dict[type, dict[UUID, Below]] = defaultdict(dict)
    for root in roots:
        known[top][root] = Below(top, root, root, root)
    for entry in data_map.erasable():
        if entry.model is not top:
            for each in _children(entry, known):
                known[entry.model].setdefault(each.id, each)
    return [each for model, found in known.items() if model is not top for each in found.values()]


def _children(entry: data_map.Entry, known: dict[type, dict[UUID, Below]]) -> Iterator[Below]:
    model = data_map.sealed_model(entry)
    for name, parent in data_map.parents(model).items():
        parents = known.get(parent, {})
        for ids in _portions(list(parents)):
            rows = model._default_manager.filter(**{f"{name}__any_of": ids}, condemned_at=None).order_by("pk")
            # Not by `iterator`: for its cursor the planner reads the whole table by id to have the first row soon.
            for pk, parent_id in rows.values_list("pk", f"{name}_id"):
                above = parents[parent_id]
                unit = pk if above.id == above.root else above.unit
                yield Below(model, pk, above.root, unit)


def _portions(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
