"""The kinds of identifier a person can be recognised by, and the one refusal all normalisers share.

A refusal is shown to people and may reach a log, so its sentence says what is wrong and never what was typed.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an identifier is."""

    PHONE = "phone"
    EMAIL = "email"
    SOCIAL = "social"
    CRM_ID = "crm-id"
    CUSTOMER_ID = "customer-id"
    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth-date"
    NATIONAL_ID = "national-id"
    IP = "ip"
    DEVICE = "device"


class NotAnIdentifier(ValueError):
    """The text is no identifier of the kind asked for. `reason` is a sentence without the text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Identifier:
    """One identifier: `value` is the normal form that is blind-indexed, `display` is for people who may see it."""

    kind: Kind
    value: str
    display: str

    def __repr__(self) -> str:
        """Name the kind alone: a repr ends up in tracebacks."""
        return f"Identifier({self.kind.value})"
