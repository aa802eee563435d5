"""Retention policies, and how an account disposes of what they no longer keep.

A policy never changes: a change is another policy that takes its place on a later day. So what was in force on any
day can be told, and whoever proposed, withdrew, ended or paused something is on record.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Account, Purpose, User
from privacy.ids import new_id
from retention.decision import Rule
from retention.querysets import PolicyQuerySet
from retention.terms import Term

TERM_LENGTH = 16


class Policy(models.Model):
    """How long records of some kinds are kept. Empty conditions fit every call; empty `minimum`, `maximum`: none.

    In force from `effective_at` until `ends_at`, unless withdrawn before. `because`: the law or contract behind it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="policies")
    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False)
    kinds = ArrayField(models.CharField(max_length=16))
    purposes = ArrayField(models.CharField(max_length=16, choices=Purpose), default=list, blank=True)
    directions = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    lines = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    queues = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    campaigns = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    teams = ArrayField(models.UUIDField(), default=list, blank=True)
    keep = models.CharField(max_length=TERM_LENGTH)
    minimum = models.CharField(max_length=TERM_LENGTH, blank=True)
    maximum = models.CharField(max_length=TERM_LENGTH, blank=True)
    because = models.CharField(max_length=200, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    effective_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    paused_until = models.DateField(null=True)
    paused_because = models.CharField(max_length=200, blank=True)
    paused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PolicyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = "policies"
        permissions = [
            ("view_policy", "See how long things are kept"),
            ("change_policy", "Decide how long things are kept"),
            ("control_disposal", "Start, pause and confirm disposal runs"),
        ]
        indexes = [models.Index(fields=["account", "effective_at"], name="policy_by_account")]

    def __str__(self) -> str:
        return f"policy {self.pk}"

    @property
    def rule(self) -> Rule:
        """Return the policy as the decision sees it. Raises PolicyError for a term nobody could have saved."""
        return Rule(
            id=str(self.pk),
            name=self.name,
            kinds=frozenset(self.kinds),
            keep=Term.parse(self.keep),
            minimum=Term.parse(self.minimum) if self.minimum else None,
            maximum=Term.parse(self.maximum) if self.maximum else None,
            purposes=frozenset(self.purposes),
            directions=frozenset(self.directions),
            lines=frozenset(self.lines),
            queues=frozenset(self.queues),
            campaigns=frozenset(self.campaigns),
            teams=frozenset(str(team) for team in self.teams),
            is_default=self.is_default,
        )


class DisposalRules(models.Model):
    """How an account disposes: `pending_days` before a change is in force, the window of local hours, the pace.

    A window with `to_hour` before `from_hour` ends on the next morning.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="disposal_rules")
    pending_days = models.PositiveSmallIntegerField(default=30, validators=[MaxValueValidator(365)])
    from_hour = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(23)])
    to_hour = models.PositiveSmallIntegerField(default=6, validators=[MinValueValidator(1), MaxValueValidator(24)])
    pause_ms = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(60_000)])

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="window_has_hours", condition=~models.Q(from_hour=models.F("to_hour")))
        ]

    def __str__(self) -> str:
        return f"disposal rules of account {self.account_id}"
