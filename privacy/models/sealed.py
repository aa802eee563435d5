"""What every row with personal values is made of."""

import json
from typing import Any

from django.db import models

from privacy.ids import new_id

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class SealedField(models.BinaryField):
    """A personal value under its row's own key: the column holds ciphertext, never the value.

    `json=True` seals any JSON-ready value, otherwise text. Read through `privacy.open`, write through
    `privacy.sealing`.
    """

    def __init__(self, *, json: bool = False, **options: Any) -> None:
        self.json = json
        super().__init__(**{"null": True, "editable": False, **options})

    def deconstruct(self) -> Any:
        """Keep `json` in migrations."""
        name, path, arguments, options = super().deconstruct()
        if self.json:
            options["json"] = True
        return name, path, arguments, options

    def encode(self, value: Any) -> bytes:
        """Return the plaintext bytes that are sealed for `value`."""
        return (_as_json(value) if self.json else value).encode()

    def decode(self, plaintext: bytes) -> Any:
        """Return the value whose plaintext bytes were opened."""
        return json.loads(plaintext) if self.json else plaintext.decode()


def condemned_index(name: str) -> models.Index:
    """Return the index by which the eraser finds what it condemned. Living rows are not in it and cost it nothing."""
    unfinished = models.Q(condemnation_id__isnull=False, erased_at=None)
    return models.Index(fields=["condemnation_id"], condition=unfinished, name=name)


class SealedModel(models.Model):
    """A row whose personal values stand under a key of its own. Subclasses have an `account` (the tenant).

    condemned_at: the point of no return of an erasure; erased_at: its end. In between the row is resumed by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_id = models.UUIDField(null=True, editable=False)
    condemned_at = models.DateTimeField(null=True, editable=False)
    condemnation_id = models.UUIDField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    account_id: Any

    class Meta:
        abstract = True

    @property
    def is_living(self) -> bool:
        """Say whether nothing of this row was condemned."""
        return self.condemned_at is None
