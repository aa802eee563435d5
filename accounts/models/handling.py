"""What calls are handled for, and under which circumstances: the few facts that retention policies speak of.

Calls share circumstances: tens of millions of calls have a few hundred combinations of purpose, direction, line,
queue, campaign and team. A policy decides for a combination once, so that a preview need not look at every call.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.people import Account, Team
from accounts.querysets import OfAccountQuerySet
from privacy.ids import new_id


class Purpose(models.TextChoices):
    """What a call is recorded and kept for (GDPR Art. 5(1)(b))."""

    TRAINING = "training", "Training of staff"
    QUALITY = "quality", "Quality of service"
    EVIDENCE = "evidence", "Evidence in disputes"
    CONTRACT = "contract", "Proof of a contract"
    DUTY = "legal_duty", "Duty by law to record"


class Circumstances(models.Model):
    """One combination of facts about calls of one account; never changed once calls refer to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    purposes = ArrayField(models.CharField(max_length=16, choices=Purpose))
    direction = models.CharField(max_length=8)
    line = models.CharField(max_length=20, blank=True)
    queue = models.CharField(max_length=64, blank=True)
    campaign = models.CharField(max_length=64, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purposes", "direction", "line", "queue", "campaign", "team"],
                nulls_distinct=False,
                name="circumstances_once",
            )
        ]

    def __str__(self) -> str:
        return f"circumstances {self.pk}"


class PurposeRule(models.Model):
    """What calls with these facts are handled for; empty facts fit every call. All rules that fit add up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="purpose_rules")
    purposes = ArrayField(models.CharField(max_length=16, choices=Purpose))
    direction = models.CharField(max_length=8, blank=True)
    line = models.CharField(max_length=20, blank=True)
    queue = models.CharField(max_length=64, blank=True)
    campaign = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_purposerule", "See what calls are kept for"),
            ("change_purposerule", "Decide what calls are kept for"),
        ]
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"purpose rule {self.pk}"
