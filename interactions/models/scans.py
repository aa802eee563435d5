"""Deep scans: each reading of all free text of an account once more, how far it is, and which finds were new.

Rows hold ids, kinds and counts; what was found stands in the index like every mention and goes when its text goes.
"""

from django.db import models

from accounts.models import Account, User
from customers.kinds import Kind
from interactions.querysets import ScanQuerySet
from privacy.ids import new_id


class DeepScan(models.Model):
    """One scan. `position`: the last text read of the model `position_label`, from which it goes on when interrupted.

    found: new mentions by kind. unreadable: texts whose key is lost or whose seal is broken.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deep_scans")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    job_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    position_label = models.CharField(max_length=80, blank=True)
    position = models.UUIDField(null=True)
    texts_total = models.PositiveBigIntegerField(default=0)
    texts_read = models.PositiveBigIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=dict)

    objects = ScanQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("scan_texts", "Read all texts again for what the index missed")]
        indexes = [models.Index(fields=["account", "-asked_at"], name="deep_scan_by_time")]

    def __str__(self) -> str:
        return f"deep scan {self.pk}"


class ScanFinding(models.Model):
    """One mention that only a scan found: in which text (`label`, `record_id`), of which kind."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scan = models.ForeignKey(DeepScan, on_delete=models.PROTECT, related_name="findings")
    mention_id = models.UUIDField()
    label = models.CharField(max_length=80)
    record_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["mention_id"], name="scan_finding_by_mention")]

    def __str__(self) -> str:
        return f"scan finding {self.pk}"
