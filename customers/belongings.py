"""What is tied to a customer, in whatever app: found by foreign keys, so that a model added later moves along unasked.

Only links are read and moved. A record keeps its key, so nothing is opened and nothing sealed again.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from customers.models import Customer

AT_ONCE = 5_000
Ids = dict[str, list[UUID]]
"""Ids of records by the label of their model."""


def _ties() -> Iterator[tuple[type[Model], str]]:
    for relation in Customer._meta.related_objects:
        yield relation.related_model, relation.field.name


def ids_of(customer_id: UUID) -> Ids:
    """Return the ids of everything tied to a customer, erased records included."""
    found = {
        model._meta.label: list(model._default_manager.filter(**{name: customer_id}).values_list("pk", flat=True))
        for model, name in _ties()
    }
    return {label: sorted(ids) for label, ids in found.items() if ids}


def count_of(customer_id: UUID) -> dict[str, int]:
    """Return how many records of each kind are tied to a customer, by their model's name as it reads after the number.

    The notes of merges are left out.
    """
    counts: dict[str, int] = {}
    for model, name in _ties():
        number = model._default_manager.filter(**{name: customer_id}).count()
        if number and model._meta.label != "customers.Merge":
            counts[_name(model, number)] = number
    return dict(sorted(counts.items()))


def move(source: UUID, target: UUID, chosen: Mapping[str, Collection[UUID]]) -> Ids:
    """Tie the chosen records of one customer to another and return which; what is not the customer's stays."""
    moved: Ids = {}
    for model, name in _ties():
        ids = sorted(chosen.get(model._meta.label, ()))
        own: list[UUID] = []
        for start in range(0, len(ids), AT_ONCE):
            rows = model._default_manager.filter(pk__in=ids[start : start + AT_ONCE], **{name: source})
            own += rows.order_by("pk").values_list("pk", flat=True)
            rows.update(**{name: target})
        if own:
            moved[model._meta.label] = own
    return moved


def numbers_of(chosen: Mapping[str, Collection[UUID]]) -> dict[str, int]:
    """Return numbers of records by the plural of their model, however many there are: so the log counts them."""
    return {
        str(apps.get_model(label)._meta.verbose_name_plural): len(ids)
        for label, ids in sorted(chosen.items())
        if ids and label != "customers.Merge"
    }


def in_words(chosen: Mapping[str, Collection[UUID]]) -> dict[str, int]:
    """Return numbers of records by their model's name as it reads after the number."""
    counted = {label: len(ids) for label, ids in sorted(chosen.items()) if ids and label != "customers.Merge"}
    return {_name(apps.get_model(label), number): number for label, number in counted.items()}


def _name(model: Any, number: int) -> str:
    return str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural)
