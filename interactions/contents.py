"""Turn what drafts carry into rows: sounds, transcripts, analysis, comments, values, and the mentions in their words.

Nothing is sealed here. A `Prepared` row waits for its key with the values that will stand under it, so that a whole
batch takes its keys in one go.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from accounts.models import Account
from customers.effort import Effort
from customers.models import Note, RegisterEntry
from interactions.audio import Inspection
from interactions.drafts import (
    AnalysisDraft,
    AudioDraft,
    AudioKind,
    CommentDraft,
    ContactDraft,
    InteractionDraft,
    NoteDraft,
    Place,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.mentioning import Numbering, mentions_in, mentions_in_segments
from interactions.models import (
    Analysis,
    Comment,
    DataSourceValue,
    Interaction,
    Mention,
    OfInteraction,
    Recording,
    SoundFile,
    Transcription,
    Voicemail,
)
from privacy.blind_index import digest
from privacy.ids import new_id
from privacy.models import SealedModel

Content = TypeVar("Content", bound=OfInteraction)


@dataclass(eq=False)
class Prepared:
    """A row with the values to seal under its own key. `sound` is sealed into the store under a second key.

    transcript: what a transcription came from, which says whose words it holds. in_part: numbers in the text were left
    out because it holds more digits than any text; a deep scan reads them.
    """

    row: SealedModel
    values: dict[str, Any] = field(default_factory=dict)
    sound: AudioDraft | None = None
    transcript: TranscriptDraft | None = None
    mentions: list[Mention] = field(default_factory=list)
    in_part: bool = False


@dataclass(frozen=True)
class HeardSound:
    """A sound file that was examined: what it is, how it looks, and a hash of its bytes under the account's key."""

    draft: AudioDraft
    inspection: Inspection
    size_bytes: int
    digest: bytes


def place_of(place: Place) -> dict[str, Any]:
    """Return a place as it is sealed."""
    parts = {
        "file": place.file, "record": place.record, "field": place.field, "start": place.start, "gaps": place.gaps,
    }  # fmt: skip
    return {name: value for name, value in parts.items() if value}


def sound_row(interaction: Interaction, heard: HeardSound) -> Prepared:
    """Prepare the row of a recording or voicemail; its file is sealed later, under a key and a name of its own."""
    audio, draft = heard.inspection.audio, heard.draft
    model: type[SoundFile] = Voicemail if draft.kind is AudioKind.VOICEMAIL else Recording
    row = model(
        interaction=interaction,
        account_id=interaction.account_id,
        digest=heard.digest,
        blob=f"{new_id().hex}",
        media_type=audio.media_type,
        size_bytes=heard.size_bytes,
        duration_ms=round(audio.duration_s * 1000),
        plays_in_browser=audio.browser_can_play,
        audio=audio.to_dict(),
    )
    if isinstance(row, Voicemail):
        row.mailbox = draft.mailbox
    values = {"peaks": json.loads(heard.inspection.peaks.to_json()), "place": place_of(draft.place)}
    return Prepared(row, values, sound=draft)


def text_rows(interaction: Interaction, drafts: Sequence[InteractionDraft], numbering: Numbering) -> Iterator[Prepared]:
    """Prepare everything of a call that is words or numbers, with the mentions in it."""
    for draft in drafts:
        yield from (_transcription(interaction, each, numbering) for each in draft.transcripts)
        yield from (_analysis(interaction, each) for each in draft.analyses)
        yield from (_comment(interaction, each, numbering) for each in draft.comments)
        yield from (_value(interaction, name, each, numbering) for name, each in draft.values)


def _analysis(interaction: Interaction, draft: AnalysisDraft) -> Prepared:
    row = _row(Analysis, interaction, draft.kind, json.dumps(draft.data, sort_keys=True))
    row.kind = draft.kind
    return Prepared(row, {"data": draft.data, "place": place_of(draft.place)})


def _comment(interaction: Interaction, draft: CommentDraft, numbering: Numbering) -> Prepared:
    row = _row(Comment, interaction, draft.author, draft.text)
    row.written_at = draft.at
    return _with_mentions(row, {"text": draft.text, "place": place_of(draft.place)}, numbering)


def _value(interaction: Interaction, name: str, draft: TextDraft, numbering: Numbering) -> Prepared:
    row = _row(DataSourceValue, interaction, name, draft.text)
    row.name = name
    return _with_mentions(row, {"value": draft.text, "place": place_of(draft.place)}, numbering)


def _row(model: type[Content], interaction: Interaction, *content: str) -> Content:
    index = digest(interaction.account_id, model._meta.model_name or "", "\0".join(content))
    return model(interaction=interaction, account_id=interaction.account_id, digest=index)


def _transcription(interaction: Interaction, draft: TranscriptDraft, numbering: Numbering) -> Prepared:
    segments = [_segment(each) for each in draft.segments]
    spoken = [{name: each[name] for name in ("speaker", "start_ms", "text")} for each in segments]
    row = _row(Transcription, interaction, json.dumps(spoken))
    effort = Effort()
    mentions = mentions_in_segments(row, segments, numbering, effort)
    values = {"segments": segments, "place": place_of(draft.place)}
    return Prepared(row, values, transcript=draft, mentions=mentions, in_part=effort.is_spent)


def _segment(draft: SegmentDraft) -> dict[str, Any]:
    segment = {
        "speaker": draft.speaker,
        "start_ms": draft.start_ms,
        "duration_ms": draft.duration_ms,
        "text": draft.text,
        "place": place_of(draft.place),
    }
    if draft.words:
        segment["words"] = [[word.start, word.end, word.start_ms, word.end_ms] for word in draft.words]
    return segment


def _with_mentions(row: Comment | DataSourceValue, values: dict[str, Any], numbering: Numbering) -> Prepared:
    text = values["text"] if isinstance(row, Comment) else values["value"]
    effort = Effort()
    return Prepared(row, values, mentions=mentions_in(row, text, numbering, effort), in_part=effort.is_spent)


def register_entry(account: Account, draft: ContactDraft) -> Prepared:
    """Prepare what a register says about a customer, who is set later."""
    row = RegisterEntry(account=account, digest=index_of_contact(account, draft))
    return Prepared(row, {"values": dict(draft.values), "place": place_of(draft.place)})


def note_row(account: Account, draft: NoteDraft, numbering: Numbering) -> Prepared:
    """Prepare a note with the mentions in its texts; whose it is is set later."""
    row = Note(account=account, written_at=draft.at, digest=index_of_note(account, draft))
    effort = Effort()
    mentions = [
        mention
        for at, each in enumerate(draft.texts)
        for mention in mentions_in(row, each.text, numbering, effort, part=at)
    ]
    values = {"texts": _texts_of(draft), "author": draft.author, "place": place_of(draft.place)}
    return Prepared(row, values, mentions=mentions, in_part=effort.is_spent)


def index_of_contact(account: Account, draft: ContactDraft) -> bytes:
    """Return the blind index a register's line is found again by."""
    return _index_of(account, "contact", draft.place, json.dumps(draft.values))


def index_of_note(account: Account, draft: NoteDraft) -> bytes:
    """Return the blind index a note is found again by."""
    return _index_of(account, "note", draft.place, json.dumps(_texts_of(draft)))


def _texts_of(draft: NoteDraft) -> list[dict[str, Any]]:
    return [{"text": each.text, "place": place_of(each.place)} for each in draft.texts]


def _index_of(account: Account, kind: str, place: Place, content: str) -> bytes:
    return digest(account.pk, kind, f"{place_of(place)}\0{content}")
