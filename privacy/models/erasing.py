"""What the eraser must remember between its steps, and for ever."""

from django.db import models

from privacy.ids import new_id


class Condemnation(models.Model):
    """One decision to erase a set of rows: who, why, for which case. Lives until every row of it is erased.

    remember: what of it the erasure ledger keeps.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    account_id = models.UUIDField(null=True)
    ground = models.CharField(max_length=40)
    case = models.CharField(max_length=64, blank=True)
    actor = models.JSONField()
    remember = models.CharField(max_length=8, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=models.Q(done_at=None), name="privacy_condemnation_open")]

    def __str__(self) -> str:
        return f"condemnation {self.pk}"


class DoomedKey(models.Model):
    """A key that a committed decision has sentenced: shredded next, however often that takes.

    The row stays for ever. An older keyring put back from a dump brings the key back too, and then this row is all that
    says which keys to shred again.
    """

    key_id = models.UUIDField(primary_key=True, editable=False)
    condemnation = models.ForeignKey(Condemnation, on_delete=models.PROTECT, related_name="doomed_keys")
    replaced_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"doomed key {self.pk}"


class DoomedFile(models.Model):
    """A sealed file nobody can open any more: still to be unlinked, or unlinked `gone_at`. The name is random.

    The row stays for ever: a store put back from a copy brings the file back, and this row says that it goes again.
    """

    name = models.CharField(primary_key=True, max_length=100)
    at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=models.Q(gone_at=None), name="privacy_doomed_file_left")]

    def __str__(self) -> str:
        return f"doomed file {self.name}"
