"""What an importer says about one call, before anything is sealed or stored.

Importers parse and nothing else: they yield drafts, and `ingest` alone turns a draft into rows. A draft names the
call by every id its source knows (`ids`), so that the same call met in another file joins the first one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from customers.kinds import Kind


class Direction(StrEnum):
    """Which side began the call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class AudioKind(StrEnum):
    """What a sound file is to a call."""

    RECORDING = "recording"
    VOICEMAIL = "voicemail"
    GREETING = "greeting"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stood: file relative to the imported folder, record in it, field of the record.

    `record` uses one of the keys row (1-based, header not counted) with key, pointer (RFC 6901), line (1-based),
    section, path. `start` is where the text begins in the decoded field (characters), as in `"Ann" <2046>`.
    `gaps`: (place in the text, how many characters of marks were left out there).
    """

    file: str
    record: dict[str, Any] = field(default_factory=dict)
    field: str = ""
    start: int = 0
    gaps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A free text or value with the place it stood in."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class AudioDraft:
    """A sound file on disk. `path` is proved to lie inside the imported folder."""

    path: Path
    kind: AudioKind
    place: Place
    mailbox: str = ""
    expected_s: float | None = None


@dataclass(frozen=True, slots=True)
class WordTime:
    """When a word of an utterance is heard: its characters in the text, and milliseconds from the start."""

    start: int
    end: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class SegmentDraft:
    """One utterance. Times in milliseconds from the start of the recording; `speaker` is agent, customer or empty.

    `words`: when each word is heard, where the source knows.
    """

    speaker: str
    start_ms: int
    duration_ms: int
    text: str
    place: Place
    words: tuple[WordTime, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptDraft:
    """The words of a recording or a voicemail, in order of time."""

    segments: tuple[SegmentDraft, ...]
    place: Place
    of: AudioKind = AudioKind.RECORDING
    of_file: str = ""


@dataclass(frozen=True, slots=True)
class AnalysisDraft:
    """Conversation analysis as JSON-ready data; texts in it are personal.

    The pointer of a text in the source is `place.record["pointer"]` followed by its pointer in `data`.
    """

    kind: str
    data: dict[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """What a person wrote about the call."""

    text: str
    author: str
    at: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class InteractionDraft:
    """One call as one source saw it. Empty means the source does not say.

    ids: `scheme:value`, strongest first. Times are aware. `customer_address` and `own_address` are raw, as they stood.
    `campaign`: a code that holds nothing personal (`sides.campaign_code`).
    `running`: the source says that the call had not ended when it was exported.
    `anonymous`: the caller withheld the number, so `customer_address` says that and identifies nobody.
    """

    source: str
    ids: tuple[str, ...]
    place: Place
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    running: bool = False
    duration_s: int | None = None
    talk_s: int | None = None
    direction: Direction | None = None
    customer_address: TextDraft | None = None
    own_address: str = ""
    customer_names: tuple[TextDraft, ...] = ()
    agent_extension: str = ""
    agent_name: str = ""
    queue: str = ""
    campaign: str = ""
    disposition: str = ""
    values: tuple[tuple[str, TextDraft], ...] = ()
    comments: tuple[CommentDraft, ...] = ()
    audio: tuple[AudioDraft, ...] = ()
    transcripts: tuple[TranscriptDraft, ...] = ()
    analyses: tuple[AnalysisDraft, ...] = ()
    customer_ids: tuple[TextDraft, ...] = ()
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """A customer as a register knows one. `about`: identifiers; `values`: all columns that hold something."""

    source: str
    place: Place
    about: tuple[tuple[Kind, TextDraft], ...]
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What somebody wrote in a register. `about`: identifiers of the customer it is kept with, none if with nobody."""

    source: str
    place: Place
    texts: tuple[TextDraft, ...]
    about: tuple[tuple[Kind, TextDraft], ...] = ()
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Ids that name one and the same call, with what the linking file itself says about the customer."""

    ids: tuple[str, ...]
    place: Place
    customer_names: tuple[TextDraft, ...] = ()
    customer_ids: tuple[TextDraft, ...] = ()
    values: tuple[tuple[str, TextDraft], ...] = ()
    agent_name: str = ""
    agent_extension: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file or record that was not taken in, and why. `line` is 1-based; 0 is the whole file.

    `code`: for what is not broken, why all the same; `forgotten` is one.
    """

    file: str
    line: int
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file left out on purpose, such as a licence beside the data: nothing to mend."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A file or record that was taken in, and what is worth knowing about it. `line` as in Rejected."""

    file: str
    line: int
    remark: str


Draft = InteractionDraft | ContactDraft | NoteDraft
Outcome = Draft | Links | Rejected | Ignored | Noted
