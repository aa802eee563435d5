"""Persons as they can be recognised."""

from customers.models.merging import Merge
from customers.models.people import (
    Customer,
    FieldMeaning,
    Identifier,
    Note,
    OfRegister,
    RegisterEntry,
)

__all__ = [
    "Customer",
    "FieldMeaning",
    "Identifier",
    "Merge",
    "Note",
    "OfRegister",
    "RegisterEntry",
]
