"""Persons as they can be recognised."""

from customers.models.corrections import Corrected
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
from customers.models.restrictions import Ground, Lifting, Restriction

__all__ = [
    "Corrected",
    "Customer",
    "Disclosure",
    "FieldMeaning",
    "Ground",
    "Identifier",
    "Lifting",
    "Merge",
    "Note",
    "OfRegister",
    "RegisterEntry",
    "Restriction",
]
