"""Legal holds: which records must stay, for which matter, until when somebody looks again.

A hold names records by label and id, because the apps that hold them and this one do not know each other. What it says
about the matter may name people, so it is sealed; the log gets the coded ground and the hold's reference.
"""

from django.db import models

from accounts.models import Account, User
from privacy.models import SealedField, SealedModel
from retention.querysets import HoldQuerySet


class Ground(models.TextChoices):
    """Why something is held, as a code for the log."""

    LITIGATION = "litigation", "Lawsuit or claim"
    AUTHORITY = "authority", "Order of an authority"
    COMPLAINT = "complaint", "Complaint under examination"
    INVESTIGATION = "investigation", "Internal investigation"


class LegalHold(SealedModel):
    """One hold: while it is not released nothing it covers can be erased. `reference` is safe for the log."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    reference = models.CharField(max_length=24)
    ground = models.CharField(max_length=16, choices=Ground)
    matter = SealedField()
    reason = SealedField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    review_on = models.DateField(null=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    release_reason = SealedField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_hold", "See legal holds"),
            ("place_hold", "Place a legal hold"),
            ("release_hold", "Release a legal hold"),
        ]
        constraints = [models.UniqueConstraint(fields=["account", "reference"], name="hold_reference_once")]
        indexes = [
            models.Index(fields=["account", "-placed_at"], name="hold_by_time"),
            models.Index(fields=["condemnation_id"], condition=models.Q(erased_at=None), name="hold_condemned"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_active(self) -> bool:
        """Say whether the hold still keeps what it covers."""
        return self.released_at is None


class HoldScope(models.Model):
    """One record a hold covers, with everything that belongs to it."""

    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="scopes")
    label = models.CharField(max_length=80)
    record_id = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["hold", "label", "record_id"], name="hold_scope_once")]
        indexes = [models.Index(fields=["record_id", "label"], name="hold_scope_by_record")]

    def __str__(self) -> str:
        return f"{self.label} {self.record_id}"
