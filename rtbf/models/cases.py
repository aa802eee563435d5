"""The case file of a request: who asked, how identity was checked, evidence and letters.

It must outlive the erasure, because the house answers for what it did (Art. 5(2), 17(3)(e)); so it is sealed under keys
of its own, found by nothing but its request, and goes when no policy keeps it any more.
"""

from django.db import models

from accounts.models import Account, User
from privacy.models import SealedField, SealedModel, condemned_index
from rtbf.codes import LetterKind, Relation
from rtbf.models.requests import Request
from rtbf.querysets import CaseQuerySet

ACCOUNTABILITY = "accountability"


class CaseFile(SealedModel):
    """Who asked and what was noted. `requester`: name, and contact for letters.

    ended_at: when its request ended, which is what retention counts from; empty as long as the request goes on.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="case")
    relation = models.CharField(max_length=16, choices=Relation, blank=True)
    ground = models.CharField(max_length=24, default=ACCOUNTABILITY)
    ended_at = models.DateTimeField(null=True)
    requester = SealedField(json=True)
    note = SealedField()

    objects = CaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["account", "ended_at", "id"], condition=models.Q(condemned_at=None), name="case_by_age"
            ),
            condemned_index("case_condemned"),
        ]

    def __str__(self) -> str:
        return f"case file {self.pk}"


class Evidence(SealedModel):
    """One sealed attachment; `content` is base64 text. It is handed out as a download and never shown."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="evidence")
    media_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    name = SealedField()
    content = SealedField()

    objects = CaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("evidence_condemned"),
        ]

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class Sending(models.TextChoices):
    """Where a letter stands."""

    PREPARED = "prepared", "Not sent"
    QUEUED = "queued", "Waits to be sent"
    SENT = "sent", "Sent by e-mail"
    FAILED = "failed", "Could not be sent"
    PRINTED = "printed", "Printed"


class Letter(SealedModel):
    """One letter as it was written; the sealed copy is what went out, word for word."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=16, choices=LetterKind)
    state = models.CharField(max_length=10, choices=Sending, default=Sending.PREPARED)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    to = SealedField()
    subject = SealedField()
    body = SealedField()

    objects = CaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("letter_condemned"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
