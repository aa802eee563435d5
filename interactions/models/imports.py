"""Imports as rows: each run with its counts, what it left out, the places that are watched, originals that are kept.

A file name may hold a number, so names and paths stand sealed; a row is known by its ordinal or by a blind index.
"""

from django.db import models

from accounts.models import Account, User
from interactions.querysets import ImportQuerySet
from privacy.ids import new_id
from privacy.models import SealedField, SealedModel, condemned_index

LONGEST_PLACE = 400
LONGEST_REASON = 300


class Originals(models.TextChoices):
    """What becomes of a file that was taken in."""

    REMOVE = "remove", "Remove them"
    KEEP = "keep", "Keep them"


class DropFolder(models.Model):
    """A folder or a part of a bucket that is watched for an account: what arrives there is imported by itself.

    place: a path, or `s3://NAME/prefix` with a name the installation knows. settle_s: how long a file must have lain
    unchanged.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="drop_folders")
    place = models.CharField(max_length=LONGEST_PLACE)
    originals = models.CharField(max_length=8, choices=Originals, default=Originals.KEEP)
    settle_s = models.PositiveIntegerField(default=60)
    every_s = models.PositiveIntegerField(default=300)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=80, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("configure_import", "Set up drop folders, say what columns hold")]
        constraints = [models.UniqueConstraint(fields=["account", "place"], name="drop_folder_once")]

    def __str__(self) -> str:
        return f"drop folder {self.pk}"


class RunState(models.TextChoices):
    """Where an import stands."""

    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "stopped"


class ImportRun(models.Model):
    """One import. `folder`: where it came from by itself; `user`: who began it in a shell.

    read: records read so far; beat_at: when that was. counts: what came of it, by kind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="import_runs")
    folder = models.ForeignKey(DropFolder, on_delete=models.PROTECT, null=True, related_name="runs")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=RunState, default=RunState.RUNNING)
    problem = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    read = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict)

    objects = ImportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("view_import", "See imports and what they left out")]
        indexes = [models.Index(fields=["account", "-started_at"], name="import_run_by_time")]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportReject(SealedModel):
    """A file or record that an import left out: its number in the run, the sealed name of the file, line and reason."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="rejects")
    ordinal = models.PositiveIntegerField()
    line = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=LONGEST_REASON)
    file = SealedField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "ordinal"], name="import_reject_once")]
        indexes = [
            models.Index(fields=["account", "created_at"], condition=models.Q(condemned_at=None), name="reject_by_age"),
            condemned_index("import_reject_condemned"),
        ]

    def __str__(self) -> str:
        return f"reject {self.pk}"


class OriginalState(models.TextChoices):
    """What came of a file that is still in its drop folder."""

    TAKEN = "taken", "taken in"
    WAITING = "waiting", "waits for its call"
    REFUSED = "refused", "not wholly taken in"
    LEFT_OUT = "left_out", "no export"


class Original(SealedModel):
    """A file that stays in a drop folder, in plain text, after it was read.

    digest: blind index of its path; version: of path, size and time, so that a changed file is read again. doomed_at:
    somebody in it was forgotten, so it is unlinked whole.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    folder = models.ForeignKey(DropFolder, on_delete=models.PROTECT, related_name="kept")
    path = SealedField()
    digest = models.BinaryField(max_length=32)
    version = models.BinaryField(max_length=32)
    size_bytes = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, choices=OriginalState)
    read_at = models.DateTimeField()
    doomed_at = models.DateTimeField(null=True)
    doomed_ground = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "digest"], condition=models.Q(condemned_at=None), name="original_once"
            )
        ]
        indexes = [
            condemned_index("original_condemned"),
            models.Index(fields=["folder"], condition=models.Q(doomed_at__isnull=False), name="original_doomed"),
        ]

    def __str__(self) -> str:
        return f"original {self.pk}"


class OriginalOf(models.Model):
    """That a call, a contact or a note (`record_id`) was read from an original. Ids alone, which outlive no file."""

    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="holds", db_index=False)
    record_id = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["record_id", "original"], name="original_of_once")]
        indexes = [models.Index(fields=["original"], name="original_of_original")]

    def __str__(self) -> str:
        return f"link of original {self.original_id}"
