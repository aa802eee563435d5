"""Closing an account: who asked, who agreed, when it begins, what it came to, and the certificate at the end."""

from django.db import models

from accounts.models import Account, User
from privacy.ids import new_id
from rtbf.querysets import ClosureQuerySet


class Closing(models.TextChoices):
    """Where the closing of an account stands."""

    ASKED = "asked", "A second person must agree"
    WAITING = "waiting", "Waiting"
    STOPPED = "stopped", "Something keeps records"
    EXECUTING = "executing", "Under way"
    DONE = "done", "Closed"
    CANCELLED = "cancelled", "Cancelled"


OPEN_CLOSINGS = (Closing.ASKED, Closing.WAITING, Closing.STOPPED, Closing.EXECUTING)


class Closure(models.Model):
    """One closing of an account. `why`: what stops it, in words. `counts`: erased records by model. Never personal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="closures")
    reference = models.CharField(max_length=24)
    state = models.CharField(max_length=12, choices=Closing, default=Closing.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    certificate = models.TextField(blank=True)
    job_id = models.UUIDField(null=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("close_account", "Ask for the account to be closed"),
            ("approve_closing", "Agree to the closing of the account, or stop it"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="closure_reference_once"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state__in=OPEN_CLOSINGS), name="one_open_closing_an_account"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
