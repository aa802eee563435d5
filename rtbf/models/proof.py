"""What proves a request: figures before and after, what a search for the rest found, and the certificates.

All of it is ids, codes and counts, so that it can stay when the customer is gone. What the search looks for stands
apart, sealed and hashed, and goes when the search is over.
"""

from django.db import models

from accounts.models import Account
from privacy.ids import new_id
from privacy.models import SealedField, SealedModel, condemned_index
from rtbf.models.requests import Request


class Figures(models.Model):
    """Statistics before and after a request was carried out. up_to: the last plan item counted among its own."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="figures")
    up_to = models.BigIntegerField()
    measured_at = models.DateTimeField()
    before = models.JSONField()
    measured_again_at = models.DateTimeField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"figures of {self.request_id}"


class SearchSample(SealedModel):
    """What is searched for after an erasure: identifiers, and keyed hashes of sampled texts. Goes when that is done."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="samples")
    sealed = SealedField(json=True)

    class Meta:
        default_permissions = ()
        indexes = [condemned_index("sample_condemned")]

    def __str__(self) -> str:
        return f"search sample {self.pk}"


class ResidueScan(models.Model):
    """One search for what may be left of a person. searched: how much of each kind of place; not_searched: codes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, null=True, related_name="scans")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    identifiers = models.PositiveIntegerField(default=0)
    texts = models.PositiveIntegerField(default=0)
    searched = models.JSONField(default=dict)
    not_searched = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["request", "-started_at"], name="residue_scan_of_request")]

    def __str__(self) -> str:
        return f"residue scan {self.pk}"


class Weight(models.TextChoices):
    """What a finding means."""

    LEFT = "left", "Left over"
    KEPT = "kept", "In a record that is kept, and the request says why"
    ALIKE = "alike", "Looks alike; may be another person's"


class ResidueFinding(models.Model):
    """A place where something was found, never what. record: the row's id; number: how often in this place."""

    scan = models.ForeignKey(ResidueScan, on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=12)
    place = models.CharField(max_length=200)
    record = models.CharField(max_length=100, blank=True)
    what = models.CharField(max_length=16)
    weight = models.CharField(max_length=8, choices=Weight)
    number = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"finding {self.pk}"


class Certificate(models.Model):
    """A signed statement of what became of a request, as canonical JSON; issued anew when a later moment is known."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="certificates")
    version = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    is_clean = models.BooleanField()
    final = models.BooleanField()
    facts = models.CharField(max_length=64)
    document = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["request", "version"], name="certificate_version_once")]

    def __str__(self) -> str:
        return f"certificate {self.pk}"
