"""The log's rows: entries, their places in the tree, its signed heads, and what is personal, sealed apart.

Entries, places and heads are append-only, for their owner too: triggers refuse UPDATE, DELETE and TRUNCATE, and the
application role has no right to them. A detail can only become empty.
"""

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from privacy.ids import new_id
from privacy.models import SealedField, SealedModel, condemned_index

NAMED_CALL = models.Func(
    "text", models.Value('"call":"([0-9a-f-]{36})"'), function="SUBSTRING", output_field=models.TextField()
)
"""The call that an entry about a content names among its facts: it still leads there when the content's row is gone."""


class Outcome(models.TextChoices):
    """How an act ended."""

    DONE = "done", "done"
    REFUSED = "refused", "refused"
    FAILED = "failed", "failed"


class Event(models.Model):
    """One entry. `text` is the entry; the columns repeat what is searched for, and the verifier compares them.

    leaf_hash: SHA-256(0x00 ‖ text). detail_commitment: SHA-256(salt ‖ detail), empty when the entry has no detail.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    account_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    record_label = models.CharField(max_length=80)
    record_id = models.CharField(max_length=80)
    purpose = models.CharField(max_length=80)
    case = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=Outcome)
    text = models.TextField()
    leaf_hash = models.BinaryField(max_length=32)
    detail_commitment = models.BinaryField(max_length=32, null=True)

    class Meta:
        permissions = [("verify", "Verify the access log")]
        indexes = [
            models.Index(fields=["account_id", "at", "id"], name="trail_event_account_at"),
            models.Index(
                fields=["record_label", "record_id"], condition=~models.Q(record_id=""), name="trail_event_record"
            ),
            models.Index(fields=["account_id", "user_id", "at", "id"], name="trail_event_user_at"),
            models.Index(
                fields=["account_id", "at", "id"], condition=~models.Q(outcome="done"), name="trail_event_not_done_at"
            ),
            models.Index(NAMED_CALL, condition=models.Q(text__contains='"call":"'), name="trail_event_call"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk} {self.action}"

    @property
    def told(self) -> dict[str, Any]:
        """Return the entry as it was written: `how` (role, via, request …), `facts` and what the columns repeat."""
        told: dict[str, Any] = json.loads(self.text)
        return told


class Position(models.Model):
    """The place of one entry in the tree, counted from 0. Transaction ids would not survive a restore."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="position")

    def __str__(self) -> str:
        return f"position {self.pk}"


class Checkpoint(models.Model):
    """A signed head of the tree: how many entries, their root, the note that says so, and what the tree grows from."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    frontier = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint {self.pk}"


class Detail(SealedModel):
    """What is personal in the entry of the same id: address, device, a searched identifier, with the commitment's salt.

    digests: blind indexes of the identifiers in it, by which forgetting that person finds it. ended_at: when the act
    was over, which is what retention counts from.
    """

    account_id = models.UUIDField()
    sealed = SealedField(json=True)
    digests = ArrayField(models.BinaryField(max_length=32), null=True)
    ended_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            condemned_index("trail_detail_condemned"),
            GinIndex(fields=["digests"], condition=models.Q(digests__isnull=False), name="trail_detail_found"),
            models.Index(
                fields=["account_id", "ended_at", "id"], condition=models.Q(condemned_at=None), name="trail_detail_age"
            ),
        ]

    def __str__(self) -> str:
        return f"detail {self.pk}"


class VerificationRun(models.Model):
    """What one run of the verifier found; `findings` holds its first hundred sentences."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    seconds = models.FloatField()
    entries = models.BigIntegerField()
    pending = models.BigIntegerField()
    findings_count = models.IntegerField()
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"verification {self.pk}"

    @property
    def ok(self) -> bool:
        """Say whether the run found nothing."""
        return self.findings_count == 0
