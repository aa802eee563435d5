"""What of a call is personal."""

from customers.models import Identifier
from interactions.forgetting import marks_of_contents, marks_of_sources
from interactions.models import (
    CONTENTS,
    Analysis,
    Comment,
    DataSourceValue,
    DeepScan,
    DropFolder,
    ImportReject,
    ImportRun,
    Interaction,
    Mention,
    Opening,
    Original,
    OriginalOf,
    Recording,
    SavedSearch,
    ScanFinding,
    SourceId,
    SourceRecord,
    Transcription,
    Voicemail,
)
from interactions.reindexing import behind_identifiers, behind_mentions
from privacy.index_rebuild import indexed_by
from privacy.ledger import known_by
from privacy.map import Category, Datum, Shred, declare, dispose

ERASURE_MARKS = ["id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at"]
CONTENT = [*ERASURE_MARKS, "interaction", "created_at", "ended_at", "circumstances"]
SOUND = [*CONTENT, "content_key_id", "media_type", "size_bytes", "duration_ms", "plays_in_browser", "audio", "silenced"]
SOURCE = Datum(Category.SOURCE, on_erase=Shred())
ENDED = "interaction__ended_at"

declare(
    Interaction,
    belongs_to="customer",
    ages_from="ended_at",
    personal={
        "customer_address": Datum(Category.IDENTIFIER, on_erase=Shred()),
        "customer_name": Datum(Category.NAME, on_erase=Shred()),
    },
    plain=[
        *ERASURE_MARKS,
        "customer",
        "agent",
        "direction",
        "queue",
        "line",
        "circumstances",
        "disposition",
        "started_at",
        "answered_at",
        "ended_at",
        "running",
        "duration_s",
        "talk_s",
        "content_deleted_at",
        "created_at",
    ],
    found_by="customer",
    row_stays_because="statistics count calls and talk time",
)
declare(
    SourceId,
    belongs_to="interaction",
    ages_from=ENDED,
    personal={"digest": SOURCE},
    plain=[*ERASURE_MARKS, "interaction"],
    found_by="interaction",
)
declare(
    SourceRecord,
    belongs_to="interaction",
    ages_from=ENDED,
    personal={"digest": SOURCE, "place": SOURCE},
    plain=[*ERASURE_MARKS, "interaction", "created_at", "source"],
    found_by="interaction",
)
for sound, own in ((Recording, []), (Voicemail, ["mailbox"])):
    declare(
        sound,
        belongs_to="interaction",
        ages_from="ended_at",
        personal={
            "blob": Datum(Category.VOICE, on_erase=Shred()),
            "peaks": Datum(Category.VOICE, on_erase=Shred()),
            "digest": Datum(Category.VOICE, on_erase=Shred()),
            "place": SOURCE,
        },
        plain=[*SOUND, *own],
        found_by="interaction",
        content="blob",
    )
declare(
    Transcription,
    belongs_to="interaction",
    ages_from="ended_at",
    personal={
        "segments": Datum(Category.WORDS, on_erase=Shred()),
        "digest": Datum(Category.WORDS, on_erase=Shred()),
        "place": SOURCE,
    },
    plain=[*CONTENT, "recording", "voicemail"],
    found_by="interaction, mentions",
)
declare(
    Analysis,
    belongs_to="interaction",
    ages_from="ended_at",
    personal={
        "data": Datum(Category.BEHAVIOUR, on_erase=Shred()),
        "digest": Datum(Category.BEHAVIOUR, on_erase=Shred()),
        "place": SOURCE,
    },
    plain=[*CONTENT, "kind"],
    found_by="interaction",
)
declare(
    Comment,
    belongs_to="interaction",
    ages_from="ended_at",
    personal={
        "text": Datum(Category.WORDS, on_erase=Shred()),
        "digest": Datum(Category.WORDS, on_erase=Shred()),
        "place": SOURCE,
    },
    plain=[*CONTENT, "author", "at_ms", "written_at"],
    found_by="interaction, mentions",
)
declare(
    DataSourceValue,
    belongs_to="interaction",
    ages_from="ended_at",
    personal={
        "value": Datum(Category.WORDS, on_erase=Shred()),
        "digest": Datum(Category.WORDS, on_erase=Shred()),
        "place": SOURCE,
    },
    plain=[*CONTENT, "name"],
    found_by="interaction, mentions",
)
declare(
    Mention,
    belongs_to=("transcription", "comment", "value", "note"),
    personal={"digest": Datum(Category.IDENTIFIER, on_erase=Shred())},
    plain=[*ERASURE_MARKS, "transcription", "comment", "value", "note", "kind", "parts", "start_ms", "end_ms"],
    found_by="blind index",
)
declare(
    Opening, plain=["id", "entry", "user", "visit", "action", "record_id", "purpose", "case", "at"], subject="nobody"
)

known_by(SourceId, marks_of_sources, needs=["digest"])
indexed_by(Identifier, behind_identifiers, opens=["value"])
indexed_by(Mention, behind_mentions)
for content in CONTENTS:
    known_by(content, marks_of_contents, needs=["digest", "interaction"])
declare(
    DropFolder,
    plain=[
        "id", "account", "place", "originals", "settle_s", "every_s", "is_active", "created_at", "looked_at", "problem",
    ],
    subject="nobody",
)  # fmt: skip
declare(
    ImportRun,
    plain=[
        "id", "account", "folder", "user", "state", "problem", "started_at", "beat_at", "ended_at", "read", "rejected",
        "counts",
    ],
    subject="staff",
)  # fmt: skip
declare(
    ImportReject,
    ages_from="created_at",
    personal={"file": SOURCE},
    plain=[*ERASURE_MARKS, "run", "ordinal", "line", "reason", "created_at"],
    found_by="nothing: gone when anybody of the account is forgotten, or after 30 days",
)
declare(
    Original,
    ages_from="created_at",
    personal={"path": SOURCE, "digest": SOURCE, "version": SOURCE},
    plain=[
        *ERASURE_MARKS, "folder", "size_bytes", "state", "read_at", "doomed_at", "doomed_ground", "created_at",
    ],
    found_by="the calls, contacts and notes read from it: unlinked whole when one of them is erased or redacted",
)  # fmt: skip
declare(OriginalOf, plain=["id", "original", "record_id"], subject="nobody")
dispose(Interaction, as_kind="metadata")
dispose(Recording, as_kind="recording")
dispose(Voicemail, as_kind="voicemail")
dispose(Transcription, as_kind="transcript")
dispose(Analysis, as_kind="analysis")
dispose(Comment, as_kind="comment")
dispose(DataSourceValue, as_kind="data")
declare(
    DeepScan,
    plain=[
        "id",
        "account",
        "started_by",
        "job_id",
        "asked_at",
        "finished_at",
        "position_label",
        "position",
        "texts_total",
        "texts_read",
        "unreadable",
        "found",
    ],
    subject="nobody",
)
declare(ScanFinding, plain=["id", "scan", "mention_id", "label", "record_id", "kind", "at"], subject="nobody")
declare(
    SavedSearch,
    plain=[
        "id", "account", "user", "name", "since", "until", "agent", "direction", "kind", "queue", "length",
        "is_offered", "created_at",
    ],
    subject="staff",
)  # fmt: skip
