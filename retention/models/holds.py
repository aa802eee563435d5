"""Legal holds: which records must stay, for which matter, until when somebody looks again.

A hold names records by label and id, because the apps that hold them and this one do not know each other. What it says
about the matter may name people, so it is sealed; the log gets the coded ground and the hold's reference.
"""

from django.db import models

from accounts.models import Account, User
from privacy.models import SealedField, SealedModel, condemned_index
from retention.querysets import HoldQuerySet


class Ground(models.TextChoices):
    """Why something is held, as a code for the log."""

    LITIGATION = "litigation", "Lawsuit or claim"
    AUTHORITY = "authority", "Order of an authority"
    COMPLAINT = "complaint", "Complaint under examination"
    INVESTIGATION = "investigation", "Internal investigation"


class LegalHold(SealedModel):
    """One hold: while it is not released nothing it covers can be erased. `reference` is safe for the log.

    owner: who answers for it. too_late: records that were just being erased when it was placed. release_asked_by: who
    asked for its release, where a second person must agree.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    reference = models.CharField(max_length=24)
    ground = models.CharField(max_length=16, choices=Ground)
    matter = SealedField()
    reason = SealedField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    review_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    too_late = models.PositiveIntegerField(default=0)
    release_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    release_asked_at = models.DateTimeField(null=True)
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
            ("change_hold_rules", "Decide whether a second person releases legal holds"),
        ]
        constraints = [models.UniqueConstraint(fields=["account", "reference"], name="hold_reference_once")]
        indexes = [
            models.Index(fields=["account", "-placed_at"], name="hold_by_time"),
            models.Index(fields=["account", "review_on"], condition=models.Q(released_at=None), name="hold_to_review"),
            condemned_index("hold_condemned"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_active(self) -> bool:
        """Say whether the hold still keeps what it covers."""
        return self.released_at is None


class HoldRules(models.Model):
    """What an account asks of its holds. four_eyes: a second person must agree before a hold is released."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="hold_rules")
    four_eyes = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"rules of holds of account {self.account_id}"
