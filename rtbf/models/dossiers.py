"""Copies of what is held about a person, for the person: an archive for one named member to fetch once.

The archive and what it was asked for by stand sealed, and go when it was fetched or its day has come.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import Account, User
from privacy.models import SealedField, SealedModel, condemned_index
from rtbf.querysets import DossierQuerySet


class DossierState(models.TextChoices):
    """Where a dossier stands."""

    BUILDING = "building", "Being put together"
    READY = "ready", "Ready to fetch"
    FETCHED = "fetched", "Fetched"
    FAILED = "failed", "Could not be put together"
    EXPIRED = "expired", "Expired"


class Right(models.TextChoices):
    """Which right is met."""

    ACCESS = "access", "Access (Art. 15)"
    PORTABILITY = "portability", "Portability (Art. 20)"


class Dossier(SealedModel):
    """One archive. for_user: who alone may fetch it. digests: blind indexes of the identifiers it was asked for by.

    silence_others: only the customer's voice is heard. name_agents: agents by name, else as pseudonyms. ended_at: when
    it was asked for, which is what retention counts from.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=24)
    right = models.CharField(max_length=12, choices=Right, default=Right.ACCESS)
    state = models.CharField(max_length=10, choices=DossierState, default=DossierState.BUILDING)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    for_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    silence_others = models.BooleanField(default=False)
    name_agents = models.BooleanField(default=False)
    digests = ArrayField(models.BinaryField(), null=True, default=list)
    typed = SealedField(json=True)
    blob = models.CharField(max_length=100, null=True)
    content_key_id = models.UUIDField(null=True, editable=False)
    media_type = models.CharField(max_length=64, default="application/zip")
    size_bytes = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    left_out = models.JSONField(default=list)
    job_id = models.UUIDField(null=True)
    raised_at = models.DateTimeField(auto_now_add=True)
    built_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(default=timezone.now, editable=False)
    fetched_at = models.DateTimeField(null=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("raise_dossier", "Put together a copy of what is held about a customer")]
        constraints = [models.UniqueConstraint(fields=["account", "reference"], name="dossier_reference_once")]
        indexes = [
            models.Index(fields=["account", "-raised_at"], name="dossier_by_time"),
            models.Index(
                fields=["account", "ended_at", "id"], condition=models.Q(condemned_at=None), name="dossier_by_age"
            ),
            condemned_index("dossier_condemned"),
        ]

    def __str__(self) -> str:
        return self.reference
