"""Other systems that hold copies of a customer, and the task each request makes for each of them.

A task is ids, codes and days, and stays. Whom it is about stands apart, sealed, and is erased as soon as the task has
ended; what proves that it was done is sealed too, and ends with the case file.
"""

from typing import Final

from django.db import models

from accounts.models import Account, User
from privacy.ids import new_id
from privacy.models import SealedField, SealedModel, condemned_index
from rtbf.models.requests import Request
from rtbf.querysets import CaseQuerySet, SystemQuerySet


class SystemKind(models.TextChoices):
    """What sort of system holds the copies."""

    SALESFORCE = "salesforce", "Salesforce"
    CRM = "crm", "Another CRM"
    PHONE_SYSTEM = "phone_system", "The phone system itself"
    DIALLER = "dialler", "Dialler and dial lists"
    WAREHOUSE = "warehouse", "Data warehouse and reports"
    PROCESSOR = "processor", "A processor"
    OTHER = "other", "Another system"


class TaskState(models.TextChoices):
    """Where a task stands."""

    OPEN = "open", "To be done"
    SENDING = "sending", "Being sent"
    TAKEN = "taken", "Taken by the system, not confirmed"
    FAILED = "failed", "The connector failed"
    DONE = "done", "Done"
    NOT_NEEDED = "not_needed", "Nothing was there"


ENDED_TASKS: Final = (TaskState.DONE, TaskState.NOT_NEEDED)


class TaskKind(models.TextChoices):
    """What a system is asked to do, or what a recipient is told of (GDPR Art. 19)."""

    ERASE = "erase", "Erase"
    CORRECT = "correct", "Correct"
    RESTRICT = "restrict", "Restrict"
    LIFT = "lift", "End the restriction"


TOLD: Final = {
    TaskKind.ERASE: "Tell the recipient to erase (Art. 19)",
    TaskKind.CORRECT: "Tell the recipient what to correct (Art. 19)",
    TaskKind.RESTRICT: "Tell the recipient of the restriction (Art. 19)",
    TaskKind.LIFT: "Tell the recipient that the restriction ended (Art. 19)",
}


class ExternalSystem(models.Model):
    """One system of an account. `places`: a field or object in each line. `url`: where its connector listens.

    secret_number: which secret in the key directory signs; a new one is made when the old one may be known.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=SystemKind)
    name = models.CharField(max_length=80)
    places = models.TextField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_days = models.PositiveIntegerField(default=14)
    url = models.CharField(max_length=500, blank=True)
    secret_number = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = SystemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="external_system_once")]

    def __str__(self) -> str:
        return self.name


class ExternalTask(models.Model):
    """What one system, or one recipient outside (`disclosure_id`, no system), is asked to do for one request."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="tasks")
    system = models.ForeignKey(ExternalSystem, on_delete=models.PROTECT, null=True, related_name="tasks")
    disclosure_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=8, choices=TaskKind)
    state = models.CharField(max_length=12, choices=TaskState, default=TaskState.OPEN)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    job_id = models.UUIDField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    reminded_on = models.DateField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = CaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "system", "kind"], name="external_task_once"),
            models.UniqueConstraint(fields=["request", "disclosure_id", "kind"], name="external_notice_once"),
        ]
        indexes = [models.Index(fields=["account", "state", "due_on"], name="external_task_by_state")]

    def __str__(self) -> str:
        return f"external task {self.pk}"

    @property
    def asked(self) -> str:
        """Return in words what is asked for."""
        return str(self.get_kind_display()) if self.system_id else TOLD[TaskKind(self.kind)]

    @property
    def has_ended(self) -> bool:
        """Say whether nothing is left to do."""
        return self.state in ENDED_TASKS


class TaskSubject(SealedModel):
    """Whom a task is about, erased when the task ends.

    about: identifiers as [{kind, value}], corrections as [{kind, wrong, right}], and the recipient to be told.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField(ExternalTask, on_delete=models.PROTECT, related_name="subject")
    about = SealedField(json=True)

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("task_subject_condemned"),
        ]

    def __str__(self) -> str:
        return f"task subject {self.pk}"


class TaskEvidence(SealedModel):
    """What somebody, or the connector, said when the task ended: sealed, since it may name the person."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField(ExternalTask, on_delete=models.PROTECT, related_name="evidence")
    text = SealedField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("task_evidence_condemned"),
        ]

    def __str__(self) -> str:
        return f"task evidence {self.pk}"
