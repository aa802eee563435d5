"""Calls and what they left."""

from interactions.models.calls import (
    CONTENTS,
    SOUNDS,
    TEXTS,
    Analysis,
    Comment,
    DataSourceValue,
    Interaction,
    Mention,
    OfInteraction,
    Opening,
    Recording,
    SoundFile,
    SourceId,
    SourceRecord,
    Transcription,
    Voicemail,
)

__all__ = [
    "CONTENTS",
    "SOUNDS",
    "TEXTS",
    "Analysis",
    "Comment",
    "DataSourceValue",
    "Interaction",
    "Mention",
    "OfInteraction",
    "Opening",
    "Recording",
    "SoundFile",
    "SourceId",
    "SourceRecord",
    "Transcription",
    "Voicemail",
]
