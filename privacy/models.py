"""What every row with personal values is made of, and what the eraser must remember between its steps."""

import json
from typing import Any

from django.db import models

from privacy.ids import new_id


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
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() if self.json else value.encode()

    def decode(self, plaintext: bytes) -> Any:
        """Return the value whose plaintext bytes were opened."""
        return json.loads(plaintext) if self.json else plaintext.decode()


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


class Condemnation(models.Model):
    """One decision to erase a set of rows: who, why, for which case. Lives until every row of it is erased."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    account_id = models.UUIDField(null=True)
    ground = models.CharField(max_length=40)
    case = models.CharField(max_length=64, blank=True)
    actor = models.JSONField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=models.Q(done_at=None), name="privacy_condemnation_open")]

    def __str__(self) -> str:
        return f"condemnation {self.pk}"


class DoomedKey(models.Model):
    """A key that a committed decision has sentenced: shredded next, however often that takes.

    The row stays for ever. An older keyring put back from a dump brings the key back too, and then this row is all that
    says which keys to shred again.
    """

    key_id = models.UUIDField(primary_key=True, editable=False)
    condemnation = models.ForeignKey(Condemnation, on_delete=models.PROTECT, related_name="doomed_keys")
    replaced_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"doomed key {self.pk}"


class DoomedFile(models.Model):
    """A sealed file nobody can open any more, still to be unlinked. The name is random and says nothing."""

    name = models.CharField(primary_key=True, max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"doomed file {self.name}"
