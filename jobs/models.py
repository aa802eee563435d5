"""Long work as rows: what is to be done, how far it is, who works on it, and when to try again.

A row holds ids and codes only. The message in the queue is a doorbell; whether work is done is decided here.
"""

from django.db import models

from privacy.ids import new_id


class Status(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


OPEN = (Status.QUEUED, Status.RUNNING)


class Job(models.Model):
    """One piece of long work. `subject` is the id of the row it works on; `actor` who asked, as the log writes it.

    rung_at: when a worker was last rung for. lease: which attempt works on it; lease_until: when it counts as lost.
    attempts: since it last made progress.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=80)
    account_id = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)
    actor = models.JSONField()
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    queued_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=80, blank=True)
    cancel_requested_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(status="queued"), name="jobs_job_due"),
            models.Index(fields=["lease_until"], condition=models.Q(status="running"), name="jobs_job_leased"),
            models.Index(fields=["account_id", "-queued_at"], name="jobs_job_account"),
            models.Index(fields=["subject"], name="jobs_job_subject"),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} {self.kind}"

    @property
    def is_open(self) -> bool:
        """Say whether the job is still waiting or working."""
        return self.status in OPEN


class Heartbeat(models.Model):
    """When a part of the house last said that it lives."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"heartbeat {self.name}"
