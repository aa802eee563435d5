"""Requests of customers: the request, what was typed, and for those to be forgotten the plan row by row.

A request and its plan hold ids, codes and counts, so that they can stay when the customer is gone. What was typed
stands apart, sealed, in rows that the eraser takes when the request has run: else the request itself would remember.
"""

from datetime import date
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import Account, User
from customers.kinds import Kind
from privacy.ids import new_id
from privacy.models import SealedField, SealedModel, condemned_index
from rtbf.codes import Asks, Channel, Check, Ending, Extension, RefusalGround, SecondPerson
from rtbf.querysets import PlanItemQuerySet, RequestQuerySet


class State(models.TextChoices):
    """Where a request stands."""

    DRAFT = "draft", "Not searched yet"
    DISCOVERING = "discovering", "Being searched"
    PLANNED = "planned", "Not confirmed"
    WAITING = "waiting", "Waiting for a second person"
    PENDING = "pending", "Waiting for the grace period"
    DECIDING = "deciding", "To be decided"
    EXECUTING = "executing", "Being carried out"
    COMPLETED = "completed", "Completed"
    EXCEPTIONS = "completed_with_exceptions", "Completed with exceptions"
    CANCELLED = "cancelled", "Cancelled"
    WITHDRAWN = "withdrawn", "Withdrawn by the customer"
    REFUSED = "refused", "Refused"


OPEN: Final = (State.DRAFT, State.DISCOVERING, State.PLANNED, State.WAITING, State.PENDING, State.DECIDING)
"""Nothing has been done yet: it can be cancelled."""
ENDED: Final = (State.COMPLETED, State.EXCEPTIONS, State.CANCELLED, State.WITHDRAWN, State.REFUSED)


class Action(models.TextChoices):
    """What becomes of one record."""

    DELETE = "delete", "Delete"
    ANONYMISE = "anonymise", "De-identify"
    REDACT = "redact", "Redact the passage"
    KEEP = "keep", "Keep"
    DECIDE = "decide", "A person decides"


class Outcome(models.TextChoices):
    """What became of one record."""

    DONE = "done", "Done"
    GONE = "gone", "Was gone already"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Failed"
    NOT_THEIRS = "other", "Not the customer's"


def today() -> date:
    """Return the day it is in UTC: when a request came in, where nobody says otherwise."""
    return timezone.now().date()


class Request(models.Model):
    """One request of a person, to be forgotten or for another right. `reference` is safe for the log.

    asks: which right. ground: of a restriction or an objection. decision: what an objection led to.
    group_id: the same for the requests of one person in several accounts. second_because: why a second person must
    approve. started_at: the end of the time in which it can be cancelled.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=24)
    asks = models.CharField(max_length=16, choices=Asks, default=Asks.ERASURE)
    ground = models.CharField(max_length=16, blank=True)
    decision = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=32, choices=State, default=State.PLANNED)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    group_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=12, choices=Channel, blank=True)
    received_on = models.DateField(default=today)
    due_on = models.DateField(default=today)
    extended_at = models.DateTimeField(null=True)
    extended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    extended_because = models.CharField(max_length=12, choices=Extension, blank=True)
    reminded_on = models.DateField(null=True)
    identity_by = models.CharField(max_length=16, choices=Check, blank=True)
    identity_checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    identity_checked_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    second_because = models.CharField(max_length=12, choices=SecondPerson, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    grace_ends_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=16, choices=Ending, blank=True)
    refused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refused_because = models.CharField(max_length=16, choices=RefusalGround, blank=True)
    started_at = models.DateTimeField(null=True)
    replanned_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    job_id = models.UUIDField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("raise_request", "Ask to forget a customer"),
            ("view_request", "See requests to forget a customer"),
            ("cancel_request", "Cancel a request during its grace period"),
            ("approve_request", "Approve a request to forget a customer"),
            ("refuse_request", "Refuse a request, or take more time for it"),
            ("write_letter", "Keep the case file and write letters about a request"),
            ("decide_right", "Correct or restrict a customer's data, decide objections"),
            ("answer_member", "Give members a copy of their data, erase what names leavers"),
            ("change_rules", "Set the rules and letters for requests"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="request_reference_once"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="request_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["account", "state", "-raised_at"], name="request_by_state"),
            models.Index(fields=["confirmed_by", "confirmed_at"], name="request_by_confirmer"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Say whether the request can still be cancelled."""
        return self.state in OPEN

    @property
    def is_finished(self) -> bool:
        """Say whether the request has run."""
        return self.state in (State.COMPLETED, State.EXCEPTIONS)

    @property
    def is_ended(self) -> bool:
        """Say whether nothing more will happen to the request: the clock stands still."""
        return self.state in ENDED


class RequestedIdentifier(SealedModel):
    """One identifier as typed and as read back. `digests`: the blind index of every reading."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    digests = ArrayField(models.BinaryField(), default=list)
    typed = SealedField()
    shown = SealedField()

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("requested_condemned"),
        ]

    def __str__(self) -> str:
        return f"requested identifier {self.pk}"


class PlanItem(models.Model):
    """What is to become of one record, and what became of it. Frozen, but for what a person decides and the outcome.

    unit: records of one unit go together or stay together (a call with all its parts). customer_id: whose it is; empty
    for what stands in other people's calls. spans: what is redacted, as [segment, start, end]. late: found after the
    confirmation. decision: what a person chose; found_action and found_because are then what the search had found.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="items")
    label = models.CharField(max_length=80)
    record_id = models.UUIDField()
    unit = models.UUIDField()
    customer_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=24)
    action = models.CharField(max_length=12, choices=Action)
    because = models.CharField(max_length=40)
    held_by = models.UUIDField(null=True)
    spans = models.JSONField(null=True)
    late = models.BooleanField(default=False)
    decision = models.CharField(max_length=24, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    found_action = models.CharField(max_length=12, blank=True)
    found_because = models.CharField(max_length=40, blank=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["request", "label", "record_id"], name="plan_item_once")]
        indexes = [
            models.Index(fields=["request", "unit"], condition=models.Q(done_at=None), name="plan_item_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.label} {self.record_id}"
