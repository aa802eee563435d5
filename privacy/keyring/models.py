"""The keyring's tables, in the database `keyring`.

A key row is wrapped by its block's key, which lies in the key directory and never in a database. A key that is gone
leaves a tombstone, so that *forgotten* and *lost* can be told apart for ever.
"""

from django.db import models


class Block(models.Model):
    """About 1,000 keys of one account in order of arrival, wrapped by one block key."""

    account_id = models.UUIDField()
    version = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    open = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "id"], condition=models.Q(open=True), name="keyring_open_block")]

    def __str__(self) -> str:
        return f"block {self.pk} version {self.version}"


class Version(models.Model):
    """A version of a block key that rows may stand under. Numbers are never used twice."""

    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["block", "version"], name="keyring_version_once")]

    def __str__(self) -> str:
        return f"block {self.block_id} version {self.version}"


class Key(models.Model):
    """One wrapped key. (block, version) refers to `Version` by a foreign key made in the migration."""

    id = models.UUIDField(primary_key=True, editable=False)
    block = models.BigIntegerField()
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()

    class Meta:
        # Without the version: an index on it would make every key a renewal moves a new entry in each index.
        indexes = [models.Index(fields=["block"], name="keyring_key_of_block")]

    def __str__(self) -> str:
        return f"key {self.pk}"


class Taint(models.Model):
    """A version that lost a key and must be renewed: its block key still opens the dead row's old bytes."""

    block = models.BigIntegerField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["block", "version"], name="keyring_taint_once")]

    def __str__(self) -> str:
        return f"taint of block {self.block} version {self.version}"


class Tombstone(models.Model):
    """What became of a key that is gone: forgotten, or replaced by another.

    (block, version): the last block key that may have wrapped it. Empty if the key was not there when it was shredded.
    """

    key_id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.UUIDField(null=True)
    block = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"tombstone of key {self.pk}"


class Destroyed(models.Model):
    """A version whose block key goes, and the moment it was unlinked: the certificate's evidence.

    Without a moment the key is still to be destroyed.
    """

    block = models.BigIntegerField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["block", "version"], name="keyring_destroyed_once")]

    def __str__(self) -> str:
        return f"block {self.block} version {self.version} {'destroyed' if self.at else 'to be destroyed'}"


class LedgerEntry(models.Model):
    """A hash of what was forgotten, under the ledger's key: it says no more than that it must not come back.

    `until`: the end of the period, where it stands for somebody and not for a record.
    """

    account_id = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    until = models.DateTimeField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "digest"], name="keyring_ledger_once")]
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return f"ledger entry {self.pk}"


class Epoch(models.Model):
    """The keyring's side of the mark that a restore is noticed by: one row (see `privacy.models.Epoch`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    token = models.UUIDField()
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"epoch {self.number}"
