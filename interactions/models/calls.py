"""Calls and what they left: recordings, voicemails, transcripts, analysis, comments, values.

Every row with something personal is sealed under a key of its own; what statistics need (times, lengths, agent, queue,
direction) stands in plain columns and outlives the customer. A foreign key has no index of its own where another index
begins with it: each index is written anew when a row is condemned.
"""

from datetime import datetime

from django.db import models

from accounts.models import Account, Agent, Circumstances, User
from customers.kinds import Kind
from customers.models import Customer, Note
from interactions.drafts import Direction
from interactions.querysets import LONGEST_CALL, ContentQuerySet, InteractionQuerySet
from privacy.ids import new_id
from privacy.models import SealedField, SealedModel, condemned_index
from trail.models import Event

DIRECTIONS = [(each.value, each.value) for each in Direction]


def aging_index(name: str) -> models.Index:
    """Return the index that tells, by circumstances, what has been kept longest and how much of it there is."""
    fields = ["circumstances", "ended_at", "id"]
    return models.Index(fields=fields, condition=models.Q(condemned_at=None), name=f"{name}_by_age")


class Interaction(SealedModel):
    """One call of one customer. Its plain columns stay when the customer is forgotten.

    running: its source said that it had not ended; `ended_at` is then what was known of its length until then.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="interactions", db_index=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="interactions", db_index=False
    )
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="interactions", db_index=False)
    direction = models.CharField(max_length=8, choices=DIRECTIONS, default=Direction.INBOUND)
    queue = models.CharField(max_length=64, blank=True)
    line = models.CharField(max_length=20, blank=True)
    circumstances = models.ForeignKey(Circumstances, on_delete=models.PROTECT, related_name="+", db_index=False)
    disposition = models.CharField(max_length=32, blank=True)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    running = models.BooleanField(db_default=False, default=False)
    duration_s = models.PositiveIntegerField(default=0)
    talk_s = models.PositiveIntegerField(default=0)
    customer_address = SealedField()
    customer_name = SealedField()
    content_deleted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_interaction", "See the list of interactions"),
            ("listen_recording", "Listen to recordings and voicemails, read transcripts"),
            ("download_recording", "Download recordings"),
            ("comment_interaction", "Comment on interactions"),
            ("erase_content", "Delete interaction content"),
            ("change_purposes", "Change what a call is kept for"),
            ("ingest_interaction", "Import interactions"),
        ]
        indexes = [
            models.Index(fields=["account", "-started_at", "-id"], name="interaction_by_time"),
            models.Index(fields=["agent", "-started_at", "-id"], name="interaction_by_agent"),
            models.Index(fields=["customer"], name="interaction_by_customer"),
            aging_index("interaction"),
            condemned_index("interaction_condemned"),
        ]

    def __str__(self) -> str:
        return f"interaction {self.pk}"

    def is_under_way(self, now: datetime) -> bool:
        """Say of one call what `under_way` finds among many: it has not ended, as far as its source has told."""
        return self.ended_at > now or (self.running and self.started_at > now - LONGEST_CALL)


class SourceId(SealedModel):
    """An id that a phone system gave this call, as a blind index: it joins sources and makes imports repeatable."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="source_ids")
    digest = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="source_id_once")]
        indexes = [condemned_index("source_id_condemned")]

    def __str__(self) -> str:
        return f"source id {self.pk}"


class SourceRecord(SealedModel):
    """Where a record about this call stood in an export: file, record, field. Sealed, since file names hold numbers."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(
        Interaction, on_delete=models.PROTECT, related_name="source_records", db_index=False
    )
    source = models.CharField(max_length=32)
    digest = models.BinaryField(max_length=32)
    place = SealedField(json=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["interaction", "digest"], name="source_record_once")]
        indexes = [condemned_index("source_record_condemned")]

    def __str__(self) -> str:
        return f"source record {self.pk}"


class OfInteraction(SealedModel):
    """What belongs to one interaction. `digest` is a blind index of the whole value: the same twice is one.

    `ended_at` and `circumstances` are the interaction's own; the database copies them, on insert and on every change.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False)
    digest = models.BinaryField(max_length=32)
    place = SealedField(json=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, editable=False)
    circumstances = models.ForeignKey(
        Circumstances, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class SoundFile(OfInteraction):
    """A sealed sound file. `audio`: its container, codec, channels, sample_rate, frames. `peaks`: its outline.

    silenced: stretches that were silenced since it came, as [start, end] in milliseconds.
    """

    blob = models.CharField(max_length=100)
    content_key_id = models.UUIDField(null=True, editable=False)
    media_type = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    plays_in_browser = models.BooleanField(default=True)
    audio = models.JSONField(default=dict)
    silenced = models.JSONField(default=list)
    peaks = SealedField(json=True)

    class Meta(OfInteraction.Meta):
        abstract = True


class Recording(SoundFile):
    """The sound of a call."""

    class Meta(SoundFile.Meta):
        constraints = [models.UniqueConstraint(fields=["interaction", "digest"], name="recording_once")]
        indexes = [condemned_index("recording_condemned"), aging_index("recording")]


class Voicemail(SoundFile):
    """A message left for an agent."""

    mailbox = models.CharField(max_length=32, blank=True)

    class Meta(SoundFile.Meta):
        constraints = [models.UniqueConstraint(fields=["interaction", "digest"], name="voicemail_once")]
        indexes = [condemned_index("voicemail_condemned"), aging_index("voicemail")]


class Transcription(OfInteraction):
    """The words of a call or message: sealed JSON, a list of {speaker, start_ms, duration_ms, text}.

    A segment whose words have times holds them in `words`: [start, end] in characters, [start, end] in milliseconds.
    `recording` or `voicemail`: the sound it is of, where that is known.
    """

    segments = SealedField(json=True)
    recording = models.ForeignKey(Recording, on_delete=models.SET_NULL, null=True, related_name="transcriptions")
    voicemail = models.ForeignKey(Voicemail, on_delete=models.SET_NULL, null=True, related_name="transcriptions")

    class Meta(OfInteraction.Meta):
        constraints = [
            models.UniqueConstraint(fields=["interaction", "digest"], name="transcription_once"),
            models.CheckConstraint(
                name="transcription_of_one_sound", condition=models.Q(recording=None) | models.Q(voicemail=None)
            ),
        ]
        indexes = [condemned_index("transcription_condemned"), aging_index("transcription")]


class Analysis(OfInteraction):
    """What software or people concluded from a call: emotion, dialogue acts, scores, tasks."""

    kind = models.CharField(max_length=32)
    data = SealedField(json=True)

    class Meta(OfInteraction.Meta):
        verbose_name_plural = "analyses"
        constraints = [models.UniqueConstraint(fields=["interaction", "digest"], name="analysis_once")]
        indexes = [condemned_index("analysis_condemned"), aging_index("analysis")]


class Comment(OfInteraction):
    """What somebody wrote about a call, here (`author`) or in the phone system. `at_ms` is a place in the sound."""

    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    text = SealedField()
    at_ms = models.PositiveIntegerField(null=True)
    written_at = models.DateTimeField(null=True)

    class Meta(OfInteraction.Meta):
        constraints = [models.UniqueConstraint(fields=["interaction", "digest"], name="comment_once")]
        indexes = [condemned_index("comment_condemned"), aging_index("comment")]


class DataSourceValue(OfInteraction):
    """A named value that a system attached to a call; an identifier may hide in any."""

    name = models.CharField(max_length=64)
    value = SealedField()

    class Meta(OfInteraction.Meta):
        constraints = [models.UniqueConstraint(fields=["interaction", "digest"], name="value_once")]
        indexes = [condemned_index("value_condemned"), aging_index("value")]


class Mention(SealedModel):
    """An identifier-shaped thing in a free text, by blind index: one customer's number inside another's call is found.

    `parts` is a list of [segment, start, end] in characters; segment is 0 for texts without segments. `start_ms` and
    `end_ms`: from when to when it is heard in the sound of the transcript, over all its parts; empty without times.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    transcription = models.ForeignKey(Transcription, on_delete=models.PROTECT, null=True, related_name="mentions")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, related_name="mentions")
    value = models.ForeignKey(DataSourceValue, on_delete=models.PROTECT, null=True, related_name="mentions")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, related_name="mentions")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    digest = models.BinaryField(max_length=32)
    parts = models.JSONField()
    start_ms = models.PositiveIntegerField(null=True)
    end_ms = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["account", "digest"], name="mention_by_digest"),
            condemned_index("mention_condemned"),
        ]
        constraints = [
            models.CheckConstraint(
                name="mention_in_one_text",
                condition=models.Q(transcription__isnull=False, comment=None, value=None, note=None)
                | models.Q(transcription=None, comment__isnull=False, value=None, note=None)
                | models.Q(transcription=None, comment=None, value__isnull=False, note=None)
                | models.Q(transcription=None, comment=None, value=None, note__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"mention {self.pk}"


class Opening(models.Model):
    """One opening of a record by one person, in one visit, for one reason: its parts share one entry of the log."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    visit = models.CharField(max_length=64)
    action = models.CharField(max_length=80)
    record_id = models.UUIDField()
    purpose = models.CharField(max_length=80)
    case = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["visit", "record_id"], name="opening_by_visit"),
            models.Index(fields=["at"], name="opening_by_age"),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"


TEXTS: tuple[type[OfInteraction], ...] = (Transcription, Comment, DataSourceValue)
SOUNDS: tuple[type[SoundFile], ...] = (Recording, Voicemail)
CONTENTS: tuple[type[OfInteraction], ...] = (Recording, Voicemail, Transcription, Analysis, Comment, DataSourceValue)
