"""Disposal runs: what one night disposed of, what was deferred and why, and what the next one is expected to find."""

from django.db import models

from accounts.models import Account, User
from privacy.ids import new_id
from retention.querysets import OfRetentionQuerySet


class RunState(models.TextChoices):
    """Where a run stands."""

    REFUSED = "refused", "A person must decide"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    EXCEPTIONS = "completed_with_exceptions", "Completed with exceptions"
    CANCELLED = "cancelled", "Not carried out"


class Run(models.Model):
    """One disposal run of one account. `cut_off`: the day it disposes for, fixed at its start.

    `cursor`: the portion it is at (number, ended_at, id). `counts`: by kind, the records due, disposed, deferred and
    failed. `foreseen`: what the run before expected, None before the first. `code`: why it did not begin by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="disposal_runs")
    reference = models.CharField(max_length=24)
    state = models.CharField(max_length=32, choices=RunState)
    cut_off = models.DateField()
    policies_at = models.DateTimeField()
    code = models.CharField(max_length=24, blank=True)
    foreseen = models.PositiveBigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    checkpoint = models.PositiveBigIntegerField(null=True)
    next_foreseen = models.PositiveBigIntegerField(null=True)
    job_id = models.UUIDField(null=True)

    objects = OfRetentionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="run_reference_once"),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=[RunState.REFUSED, RunState.RUNNING, RunState.PAUSED]),
                name="one_open_run_an_account",
            ),
        ]
        indexes = [models.Index(fields=["account", "-created_at"], name="run_by_time")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Say whether the run has not ended."""
        return self.state in (RunState.REFUSED, RunState.RUNNING, RunState.PAUSED)


class Deferral(models.Model):
    """A record that was due and stayed, with the ground. Counted as resolved once it has gone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)
    record_id = models.UUIDField()
    ground = models.CharField(max_length=40)
    held_by = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="deferrals")
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)
    resolved_at = models.DateTimeField(null=True)

    objects = OfRetentionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "label", "record_id"], name="deferral_once")]
        indexes = [
            models.Index(fields=["account", "-last_at"], condition=models.Q(resolved_at=None), name="deferral_open")
        ]

    def __str__(self) -> str:
        return f"deferral of {self.label} {self.record_id}"
