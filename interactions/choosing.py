"""Read from a form which records of a customer go to another, and which identifiers both go on carrying."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from customers.models import Identifier

IDENTIFIER = Identifier._meta.label
PREFIX = "identifier-"


@dataclass(frozen=True)
class Chosen:
    """Ids of records that move, by their model's label, and of identifiers that both carry."""

    moving: dict[str, list[UUID]]
    shared: list[UUID]


def chosen_in(form: QueryDict) -> Chosen:
    """Return what a form chose. What is no id is left out: it is nobody's record."""
    moving: dict[str, list[UUID]] = {}
    for each in form.getlist("move"):
        label, _, text = each.partition(":")
        _add(moving, label, text)
    for name, value in form.items():
        if name.startswith(PREFIX) and value == "goes":
            _add(moving, IDENTIFIER, name.removeprefix(PREFIX))
    both = [name.removeprefix(PREFIX) for name, value in form.items() if name.startswith(PREFIX) and value == "both"]
    shared: dict[str, list[UUID]] = {}
    for text in [*form.getlist("both"), *both]:
        _add(shared, IDENTIFIER, text)
    return Chosen(moving, shared.get(IDENTIFIER, []))


def is_confirmed(form: QueryDict) -> bool:
    """Say whether the preview was seen and confirmed."""
    return form.get("confirmed") == "yes"


def _add(ids: dict[str, list[UUID]], label: str, text: str) -> None:
    try:
        ids.setdefault(label, []).append(UUID(text))
    except ValueError:
        if not ids[label]:
            del ids[label]
