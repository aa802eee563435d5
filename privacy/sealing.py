"""Seal the personal values of a row under the row's own key.

The associated data names model, row and field, so that a sealed value moved to another place does not open.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from privacy.keyring.ring import NewKey
from privacy.models import SealedField, SealedModel
from vault.wrapping import open_value, seal_value


def context(row: SealedModel, field: str) -> bytes:
    """Return the associated data of one sealed value."""
    return f"{_label(type(row))}/{row.pk}/{field}".encode()


@cache
def _label(model: type[SealedModel]) -> str:
    return model._meta.label


def sealed_field(row: SealedModel, name: str) -> SealedField:
    """Return the sealed field `name` of the row's model; TypeError when that field is not sealed."""
    return _sealed_field(type(row), name)


@cache
def _sealed_field(model: type[SealedModel], name: str) -> SealedField:
    field = model._meta.get_field(name)
    if not isinstance(field, SealedField):
        raise TypeError(f"{model._meta.label}.{name} is not a sealed field.")
    return field


def seal(row: SealedModel, new: NewKey, values: Mapping[str, Any]) -> None:
    """Set the row's key and its sealed fields from `values`; None and "" stay empty."""
    row.key_id = new.id
    for name, value in values.items():
        field = sealed_field(row, name)
        empty = value is None or value == ""
        setattr(row, name, None if empty else seal_value(new.key, field.encode(value), context=context(row, name)))


def unseal(row: SealedModel, key: bytes, name: str) -> Any:
    """Return the value of one sealed field, or None where nothing is sealed.

    Raises vault.errors.Tampered when the bytes are not what was sealed for this row and field.
    """
    sealed = getattr(row, name)
    if sealed is None:
        return None
    return sealed_field(row, name).decode(open_value(key, bytes(sealed), context=context(row, name)))
