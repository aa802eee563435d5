"""Persons as they can be recognised."""

from customers.models.disclosures import Disclosure
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
    "Disclosure",
    "FieldMeaning",
    "Identifier",
    "Merge",
    "Note",
    "OfRegister",
    "RegisterEntry",
]
