"""What a hold covers: records by name, and conditions that also catch what arrives later.

A condition is decided when somebody wants to erase, never copied to calls: so none is missed, however many there are
and whenever they come. `key` is a hash of account, agent and queue: with it, the few conditions that may fit a call are
found by one index (agent and queue, agent alone, queue alone, neither), however many holds there are.
"""

import hashlib
from uuid import UUID

from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, IntegerRangeField
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.contrib.postgres.indexes import GistIndex
from django.db import models

from accounts.models import Account, Agent
from privacy.ids import new_id
from retention.models.holds import LegalHold

DIRECTIONS = ("inbound", "outbound", "internal")
CONTENTS = ("recording", "voicemail", "transcript", "analysis", "comment")
NAMED = models.Q(agent__isnull=False) | ~models.Q(queue="") | ~models.Q(direction="") | ~models.Q(content="")
LIMITED = models.Q(period__startswith__isnull=False) | models.Q(period__endswith__isnull=False)
SOME_LENGTH = models.Q(seconds__startswith__gt=0) | models.Q(seconds__endswith__isnull=False)


class HoldScope(models.Model):
    """One record a hold covers, with everything that belongs to it.

    An identifier covers every customer who carries the same, later ones too.
    """

    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="scopes")
    label = models.CharField(max_length=80)
    record_id = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["hold", "label", "record_id"], name="hold_scope_once")]
        indexes = [models.Index(fields=["record_id", "label"], name="hold_scope_by_record")]

    def __str__(self) -> str:
        return f"{self.label} {self.record_id}"


class HoldCondition(models.Model):
    """Calls that a hold covers by what they are: all that is named must fit, what is empty fits every call.

    period: from when to when they began. seconds: how long they lasted. content: what they must have left. is_live:
    whether the hold is in force.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="conditions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    queue = models.CharField(max_length=64, blank=True)
    direction = models.CharField(max_length=8, blank=True)
    content = models.CharField(max_length=16, blank=True)
    period = DateTimeRangeField()
    seconds = IntegerRangeField()
    key = BigIntegerRangeField(editable=False)
    is_live = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="hold_condition_direction", condition=models.Q(direction__in=["", *DIRECTIONS])
            ),
            models.CheckConstraint(name="hold_condition_content", condition=models.Q(content__in=["", *CONTENTS])),
            models.CheckConstraint(
                name="hold_condition_not_empty", condition=models.Q(period__isempty=False, seconds__isempty=False)
            ),
            models.CheckConstraint(name="hold_condition_names_some", condition=NAMED | LIMITED | SOME_LENGTH),
        ]
        indexes = [
            models.Index(RangeStartsWith("key"), condition=models.Q(is_live=True), name="hold_condition_keys"),
            GistIndex(fields=["key", "period"], condition=models.Q(is_live=True), name="hold_condition_fits"),
            models.Index(
                fields=["account"], condition=models.Q(is_live=True) & ~models.Q(content=""), name="hold_on_content"
            ),
        ]

    def __str__(self) -> str:
        return f"condition of hold {self.hold_id}"


def key_of(account_id: UUID, agent_id: UUID | None, queue: str) -> int:
    """Return the key of conditions that name this agent and queue, as a signed 64-bit number."""
    named = f"{account_id}|{agent_id or ''}|{queue}".encode()
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), signed=True)
