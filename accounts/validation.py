"""Refuse a value before the database does, in words, without repeating it."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from accounts.errors import NotPossible

Record = TypeVar("Record", bound=Model)


def prove(record: Record, *names: str) -> Record:
    """Return the record if the fields `names` hold what they take; raise NotPossible."""
    texts = [getattr(record, name) for name in names]
    if any(isinstance(text, str) and "\x00" in text for text in texts):
        raise NotPossible("A value holds a NUL character. Nothing was changed.")
    others = [field.name for field in record._meta.fields if field.name not in names]
    try:
        record.clean_fields(exclude=others)
    except ValidationError as error:
        raise NotPossible(f"{_sentences(error)} Nothing was changed.") from error
    return record


def _sentences(error: ValidationError) -> str:
    return " ".join(f"{name}: {text}" for name, texts in error.message_dict.items() for text in texts)
