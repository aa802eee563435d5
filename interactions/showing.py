"""What stands on the page of one call, and only what its reader gave a reason for.

Without a reason the page shows the head of the call and nothing of its content: no outline, no words, no address of a
sound. With one, everything is opened in a fixed number of queries, however much there is.
"""

from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from accounts.lengths import length
from accounts.models import Purpose
from accounts.rights import may
from customers.restricting import restricted
from interactions import analysis
from interactions.comments import COMMENT
from interactions.deleting import DELETE
from interactions.holding import held_because
from interactions.keeping import kept
from interactions.models import (
    Analysis,
    Comment,
    Interaction,
    OfInteraction,
    Recording,
    SoundFile,
    Transcription,
    Voicemail,
)
from interactions.openers import last_opened
from interactions.playback import DOWNLOAD, open_head, open_texts, open_transcripts
from interactions.presenting import DIRECTIONS, agent_name, day_and_time, day_of, shown_line
from interactions.purposes import UNSAID, Reason
from interactions.repurposing import CHANGE
from privacy.open import Warrant
from trail.actor import Actor

NEW: dict[str, Any] = {"comments": [], "transcripts": [], "analysis": {}, "players": []}
SIDES = {1: "Sound", 2: "Agent|Caller"}


def page_of(*, actor: Actor, interaction: Interaction, reason: Reason | None) -> dict[str, Any]:
    """Return the context of the page; its opening is on record before anything is opened."""
    zone, circumstances = interaction.account.zone, interaction.circumstances
    parts = _parts(actor, interaction)
    closed = restricted([interaction.customer_id])
    pass_, head = open_head(actor=actor, interaction=interaction, reason=reason or UNSAID)
    return {
        "call": interaction,
        "zone": zone,
        "head": _head(interaction, head if reason or not closed else {}),
        "restricted": "".join(closed.values()),
        "reason": reason,
        "has": {model._meta.model_name: len(rows) for model, rows in parts.items()},
        "may_comment": may(actor, COMMENT, interaction),
        "kept": kept(interaction),
        "held_because": held_because(interaction),
        "may_hold": may(actor, "retention.place_hold", interaction),
        "kept_for": [Purpose(each).label for each in circumstances.purposes],
        "kept_codes": circumstances.purposes,
        "may_repurpose": interaction.is_living and may(actor, CHANGE, interaction),
        "may_delete": any(parts.values()) and may(actor, DELETE, interaction),
        **(_content(actor, interaction, parts, reason, pass_) if reason else NEW),
        "opened_by": _openers(actor, interaction, parts),
    }


def _parts(actor: Actor, interaction: Interaction) -> dict[type[OfInteraction], list[Any]]:
    return {
        model: list(rows.visible_to(actor).living().filter(interaction_id=interaction.pk).order_by(order, "pk"))
        for model, rows, order in (
            (Recording, Recording.objects, "-duration_ms"),
            (Voicemail, Voicemail.objects, "-duration_ms"),
            (Transcription, Transcription.objects, "created_at"),
            (Analysis, Analysis.objects, "created_at"),
            (Comment, Comment.objects, "written_at"),
        )
    }


def _head(interaction: Interaction, opened: dict[str, Any]) -> dict[str, Any]:
    zone = interaction.account.zone
    direction, icon = DIRECTIONS[interaction.direction]
    return {
        "when": day_and_time(interaction.started_at, zone),
        "direction": direction,
        "icon": icon,
        "number": opened.get("customer_address") or "",
        "name": opened.get("customer_name") or "",
        "agent": agent_name(interaction.agent),
        "line": interaction.queue or shown_line(interaction.line),
        "is_queue": bool(interaction.queue),
        "campaign": interaction.circumstances.campaign,
        "length": length(interaction.duration_s),
        "forgotten_on": day_of(interaction.condemned_at, zone) if interaction.condemned_at else "",
        "deleted_on": day_of(interaction.content_deleted_at, zone) if interaction.content_deleted_at else "",
    }


def _content(
    actor: Actor,
    interaction: Interaction,
    parts: dict[type[OfInteraction], list[Any]],
    reason: Reason,
    pass_: Warrant,
) -> dict[str, Any]:
    segments = open_transcripts(actor=actor, transcriptions=parts[Transcription], reason=reason)
    sound_of = {row.pk: row.recording_id or row.voicemail_id for row in parts[Transcription]}
    transcripts = [
        {**_transcript(pk, number, lines), "sound": sound_of[pk]}
        for number, (pk, lines) in enumerate(segments.items(), 1)
    ]
    sounds = [*parts[Recording], *parts[Voicemail]]
    longest = max((sound.duration_ms for sound in sounds), default=interaction.duration_s * 1000) / 1000
    return {
        "players": _players(actor, interaction, sounds, transcripts),
        "transcripts": transcripts,
        "comments": _comments(interaction, parts[Comment], pass_),
        "analysis": _analysis(parts[Analysis], [line for lines in segments.values() for line in lines], longest, pass_),
    }


def _players(
    actor: Actor, interaction: Interaction, sounds: list[SoundFile], transcripts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return what each player needs, the longest sound first, with the transcript that follows it."""
    may_download = may(actor, DOWNLOAD, interaction)
    follows = _following(sounds, transcripts)
    return [
        {
            "id": f"player-{number}",
            "name": str(sound._meta.verbose_name).capitalize(),
            "kind": sound._meta.model_name,
            "pk": sound.pk,
            "duration": f"{sound.duration_ms / 1000:.3f}",
            "length": length(sound.duration_ms / 1000),
            "speakers": _sides(sound),
            "transcript": follows.get(sound.pk, ""),
            "is_first": number == 1,
            "audio_url": f"portal:{sound._meta.model_name}-audio",
            "peaks_url": f"portal:{sound._meta.model_name}-peaks",
            "download_url": f"portal:{sound._meta.model_name}-download" if may_download else "",
        }
        for number, sound in enumerate(sounds, 1)
    ]


def _following(sounds: list[SoundFile], transcripts: list[dict[str, Any]]) -> dict[UUID, str]:
    """Return which transcript follows each sound: its own, else by their order one of those that name none."""
    known = {each["sound"]: each["id"] for each in reversed(transcripts) if each["sound"]}
    others = [sound.pk for sound in sounds if sound.pk not in known]
    unnamed = [each["id"] for each in transcripts if not each["sound"]]
    return {**dict(zip(others, unnamed, strict=False)), **known}


def _sides(sound: SoundFile) -> str:
    channels = sound.audio.get("channels", 1)
    if isinstance(sound, Voicemail) and channels == 1:
        return "Caller"
    return SIDES.get(channels, "|".join(f"Side {number}" for number in range(1, channels + 1)))


def _transcript(pk: UUID, number: int, segments: list[dict[str, Any]]) -> dict[str, Any]:
    lines = [
        {
            "start": f"{each['start_ms'] / 1000:.3f}",
            "clock": length(each["start_ms"] / 1000),
            "side": 2 if each["speaker"] == "customer" else 1,
            "speaker": analysis.speaker_name(each["speaker"]),
            "text": each["text"],
        }
        for each in sorted(segments, key=lambda each: each["start_ms"])
    ]
    return {"id": f"transcript-{number}", "pk": pk, "lines": lines}


def _comments(interaction: Interaction, rows: list[Comment], pass_: Warrant) -> list[dict[str, Any]]:
    texts = open_texts(rows, "text", warrant=pass_)
    prefetch_related_objects(rows, "author")
    zone = interaction.account.zone
    return [
        {
            "who": str(row.author) if row.author else "From the phone system",
            "when": day_and_time(row.written_at, zone) if row.written_at else "",
            "at": row.at_ms / 1000 if row.at_ms is not None else None,
            "clock": length(row.at_ms / 1000) if row.at_ms is not None else "",
            "text": texts[row.pk],
        }
        for row in rows
        if row.pk in texts
    ]


def _analysis(
    rows: list[Analysis], segments: list[dict[str, Any]], duration_s: float, pass_: Warrant
) -> dict[str, Any]:
    opened = open_texts(rows, "data", warrant=pass_)
    found: dict[str, Any] = {"moods": [], "acts": [], "others": []}
    for row in rows:
        data = opened.get(row.pk) or {}
        match row.kind:
            case "emotion":
                found["moods"] = analysis.moods(data, segments, duration_s)
            case "dialog_acts":
                found["acts"] = analysis.acts(data)
            case _:
                title = analysis.TITLES.get(row.kind, row.kind.replace("_", " ").capitalize())
                found["others"].append((title, analysis.lines(data)))
    return found if any(found.values()) else {}


def _openers(
    actor: Actor, interaction: Interaction, parts: dict[type[OfInteraction], list[Any]]
) -> list[dict[str, Any]] | None:
    """Return who opened the call, for those who supervise it; None for others."""
    if not may(actor, COMMENT, interaction):
        return None
    rows = [interaction, *(row for found in parts.values() for row in found)]
    zone = interaction.account.zone
    return [
        {
            "when": day_and_time(each.at, zone),
            "who": each.who,
            "what": each.what,
            "why": each.why,
            "outcome": each.outcome,
        }
        for each in last_opened(interaction.account_id, rows)
    ]
