"""The personal data map: for every field of every model, whether it is personal, and what becomes of it on erasure.

Search, export, erasure, residue scan and retention read this one map. A model or field that nobody declared stops the
program at start: what is not declared would be forgotten by nobody.
"""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model

from privacy.models import SealedField, SealedModel


class Category(StrEnum):
    """What kind of personal data a field holds."""

    VOICE = "voice"
    WORDS = "words"
    IDENTIFIER = "identifier"
    NAME = "name"
    SOURCE = "source"
    BEHAVIOUR = "behaviour"
    STAFF = "staff"
    CASE = "case"


@dataclass(frozen=True)
class Shred:
    """The sealed value is cleared and its key shredded."""

    says: str = "shredded"


@dataclass(frozen=True)
class Clear:
    """The value is replaced by an empty one."""

    value: object = None
    says: str = "cleared"


@dataclass(frozen=True)
class Tokenise:
    """The value is replaced by a random token derived from nothing."""

    says: str = "replaced by a random token"


@dataclass(frozen=True)
class Keep:
    """The value stays, for the reason given."""

    because: str
    says: str = "kept"


OnErase = Shred | Clear | Tokenise | Keep


@dataclass(frozen=True)
class Datum:
    """One personal field: its category and what erasure does to it."""

    category: Category
    on_erase: OnErase = field(default_factory=Shred)


@dataclass(frozen=True)
class Entry:
    """What the map says about one model."""

    model: type[Model]
    personal: Mapping[str, Datum]
    plain: frozenset[str]
    belongs_to: tuple[str, ...] = ()
    ages_from: str = ""
    found_by: str = ""
    row_stays_because: str = ""
    content: str = ""
    subject: str = "customer"

    @property
    def label(self) -> str:
        """The model's label, as in `interactions.Recording`."""
        return self.model._meta.label


class MapError(Exception):
    """The map and the models disagree; the message names each model, file and the line to add."""


_entries: dict[type[Model], Entry] = {}
_exempt: dict[str, str] = {}
_kinds: dict[str, Entry] = {}
_of_accounts: set[str] = set()


def declare(
    model: type[Model],
    *,
    personal: Mapping[str, Datum] | None = None,
    plain: Iterable[str] = (),
    belongs_to: str | tuple[str, ...] = (),
    ages_from: str = "",
    found_by: str = "",
    row_stays_because: str = "",
    content: str = "",
    subject: str = "customer",
) -> None:
    """Enter a model into the map.

    belongs_to: foreign keys that lead to the records this one is part of (a hold on those covers it). ages_from: the
    field, or path, retention counts from. found_by: how a person is found here. row_stays_because: the row outlives the
    erasure of its values, for this reason; without one the row is deleted. content: the field with the name of a sealed
    file, whose key id stands in `content_key_id`. subject: customer, staff or nobody.
    """
    if model in _entries:
        raise MapError(f"{model._meta.label} is declared twice.")
    parents = (belongs_to,) if isinstance(belongs_to, str) else belongs_to
    _entries[model] = Entry(
        model, dict(personal or {}), frozenset(plain), parents, ages_from, found_by, row_stays_because, content, subject
    )


def exempt(label: str, *, because: str) -> None:
    """Leave a model of another package out of the map, for a reason that `docs/personal-data.md` prints."""
    _exempt[label] = because


def entry(model: type[Model]) -> Entry:
    """Return what the map says about a model; MapError when it is not declared."""
    try:
        return _entries[model]
    except KeyError:
        raise MapError(f"{model._meta.label} is not in the personal data map.") from None


def entries() -> list[Entry]:
    """Return every entry, by label."""
    return sorted(_entries.values(), key=lambda each: each.label)


def exemptions() -> dict[str, str]:
    """Return the exempted labels with their reasons."""
    return dict(sorted(_exempt.items()))


def dispose(model: type[Model], *, as_kind: str, of_account: bool = False) -> None:
    """Let retention policies speak of a declared model as `as_kind`; it ages from `ages_from`, by `circumstances`.

    `of_account`: it came with no call, so its account alone says which policies apply. Either way the moment it ages
    from stands in its own `ended_at`, empty as long as it does not age.
    """
    _kinds[as_kind] = entry(model)
    if of_account:
        _of_accounts.add(as_kind)


def decided_by(kind: str) -> str:
    """Return the column by which policies decide over a kind: that of its call's circumstances, or its account."""
    return "account_id" if kind in _of_accounts else "circumstances_id"


def kinds() -> dict[str, Entry]:
    """Return what retention policies speak of, by kind, children before parents."""
    return dict(sorted(_kinds.items(), key=lambda pair: (-depth(pair[1].model), pair[0])))


def erasable() -> list[Entry]:
    """Return the entries whose rows the eraser can take, parents before children."""
    own = [each for each in entries() if issubclass(each.model, SealedModel)]
    return sorted(own, key=lambda each: (depth(each.model), each.label))


def sealed_model(entry: Entry) -> type[SealedModel]:
    """Return the model of one of the `erasable`; MapError for an entry whose rows have no key of their own."""
    if not issubclass(entry.model, SealedModel):
        raise MapError(f"{entry.label} has no sealed values.")
    return entry.model


@cache
def depth(model: type[Model]) -> int:
    """Return how many records lie above this one at most: 0 for a customer, 2 for a recording."""
    return max((1 + depth(parent) for parent in parents(model).values()), default=0)


def parents(model: type[Model]) -> dict[str, type[Model]]:
    """Return the models a model belongs to, by foreign key name."""
    names = entry(model).belongs_to
    return {name: model._meta.get_field(name).related_model for name in names}  # type: ignore[misc]  # `check` saw that they are relations


def check() -> None:
    """Refuse a model or field that nobody declared, and an entry that does not fit its model. Raises MapError."""
    problems: list[str] = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in _exempt or model._meta.proxy:
            continue
        problems += _check_model(model) if model in _entries else [_undeclared(model)]
    if problems:
        raise MapError("The personal data map is not complete, so Lethe does not start.\n" + "\n".join(problems))


def _undeclared(model: type[Model]) -> str:
    names = ", ".join(f'"{each.name}"' for each in model._meta.concrete_fields)
    return (
        f"- {model._meta.label} ({_source(model)}) is not declared. Add to {_map_file(model)}:\n"
        f"      declare({model.__name__}, personal={{…}}, plain=[{names}])"
    )


def _check_model(model: type[Model]) -> list[str]:
    found = _entries[model]
    names = {each.name: each for each in model._meta.concrete_fields}
    declared = found.personal.keys() | found.plain
    where = f"{model._meta.label} ({_source(model)})"
    problems = [
        f'- {where}: field "{name}" is not declared. Add it to `personal` or `plain` in {_map_file(model)}.'
        for name in sorted(names.keys() - declared)
    ]
    problems += [f'- {where}: the map names "{name}", which is no field.' for name in sorted(declared - names.keys())]
    problems += [f'- {where}: "{name}" is both personal and plain.' for name in found.personal.keys() & found.plain]
    problems += [
        f'- {where}: "{name}" is sealed and so must stand in `personal`.'
        for name in sorted(found.plain & names.keys())
        if isinstance(names[name], SealedField)
    ]
    problems += [f"- {where}: {each}" for each in _check_paths(found)]
    return problems


def _check_paths(found: Entry) -> list[str]:
    problems = []
    for name in found.belongs_to:
        if not isinstance(_field(found.model, name), ForeignKey):
            problems.append(f'belongs_to "{name}" is no foreign key.')
    of_calls = [each for kind, each in _kinds.items() if kind not in _of_accounts]
    if found in of_calls and not (found.ages_from and _field(found.model, "circumstances")):
        problems.append("policies speak of it, so it needs `ages_from` and a field `circumstances`.")
    if found in _kinds.values() and _field(found.model, "ended_at") is None:
        problems.append("policies speak of it, so it needs a field `ended_at`.")
    if found.ages_from and _walk(found.model, found.ages_from) is None:
        problems.append(f'ages_from "{found.ages_from}" leads nowhere.')
    if found.content and _field(found.model, found.content) is None:
        problems.append(f'content "{found.content}" is no field.')
    return problems


def _field(model: type[Model], name: str) -> Field | None:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _walk(model: type[Model], path: str) -> Field | None:
    *steps, last = path.split("__")
    for step in steps:
        through = _field(model, step)
        if through is None or not through.related_model:
            return None
        model = through.related_model
    return _field(model, last)


def _source(model: type[Model]) -> str:
    try:
        file, line = inspect.getsourcefile(model), inspect.getsourcelines(model)[1]
    except (OSError, TypeError):
        return model.__module__
    path = Path(file or "")
    return f"{path.relative_to(settings.BASE) if path.is_relative_to(settings.BASE) else path.name}:{line}"


def _map_file(model: type[Model]) -> str:
    path = Path(apps.get_app_config(model._meta.app_label).path)
    inside = path.is_relative_to(settings.BASE) and ".venv" not in path.parts
    return f"{path.relative_to(settings.BASE)}/personal_data.py" if inside else "config/personal_data.py"
