"""Calls with sound, taken in through the product's own door, and clients that said why they listen."""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.actors import operator
from accounts.models import Account
from interactions.drafts import (
    AnalysisDraft,
    AudioDraft,
    AudioKind,
    CommentDraft,
    Direction,
    InteractionDraft,
    Place,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.ingest import ingest
from interactions.models import Interaction, Recording, SoundFile
from tests.conftest import Person

STARTED = datetime(2026, 6, 2, 17, 14, tzinfo=UTC)
NUMBER, SAID, WROTE = "+12025550147", "hello this is harper valley", "asked for a call back"
GSM = Path(settings.SAMPLES) / "audio" / "0224c92b64d144d4.WAV"
PLACE = Place("pbx/Master.csv", {"row": 1})


@dataclass(frozen=True)
class Call:
    """A call with one recording, and the bytes that were taken in."""

    interaction: Interaction
    sound: SoundFile
    plain: bytes

    def url(self, ending: str = "audio", *, sound: object = None) -> str:
        name = self.sound._meta.model_name
        return reverse(f"portal:{name}-{ending}", args=[self.interaction.pk, sound or self.sound.pk])

    @property
    def page(self) -> str:
        return reverse("portal:interaction", args=[self.interaction.pk])


def make_wav(folder: Path, seconds: int = 2, name: str = "a.wav") -> Path:
    """Write a stereo recording in which no two samples near each other are the same."""
    with wave.open(str(folder / name), "wb") as out:
        out.setparams((2, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes((each * 7919 + each // 251) % 256 for each in range(seconds * 32_000)))
    return folder / name


def take_in(
    account: Account,
    file: Path | None = None,
    *,
    extension: str = "2046",
    uniqueid: str = "1.1",
    number: str = NUMBER,
    name: str = "Alice Brown",
    said: str = SAID,
    wrote: str = WROTE,
    started_at: datetime = STARTED,
    voicemail: bool = False,
    **more: Any,
) -> Interaction:
    """Take one call in, with a recording, a transcript of two lines, a comment and an analysis."""
    kind = AudioKind.VOICEMAIL if voicemail else AudioKind.RECORDING
    segments = tuple(
        SegmentDraft(speaker, 1_000 * at, 900, text, Place("t.json", {"pointer": f"/segments/{at}/text"}, "text"))
        for at, (speaker, text) in enumerate([("agent", said), ("customer", "good morning")])
    )
    moods = {"segments": [{"emotion": {"positive": 0.75, "negative": 0.05}}, {"emotion": {"negative": 0.5}}]}
    facts: dict[str, Any] = {
        "direction": Direction.INBOUND,
        "customer_address": TextDraft(number, PLACE) if number else None,
        "customer_names": (TextDraft(name, PLACE),) if name else (),
        "agent_extension": extension,
        "queue": "400",
        "duration_s": 60,
        "talk_s": 50,
        "audio": (AudioDraft(file.resolve(), kind, Place(file.name, {"path": file.name})),) if file else (),
        "transcripts": (TranscriptDraft(segments, Place("t.json", {"pointer": ""})),) if said else (),
        "comments": (CommentDraft(wrote, "2046", STARTED, PLACE),) if wrote else (),
        "analyses": (AnalysisDraft("emotion", moods, Place("t.json", {"pointer": ""})),) if said else (),
    }
    draft = InteractionDraft(
        source="asterisk-cdr",
        ids=(f"asterisk:{uniqueid}",),
        place=PLACE,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=60),
        **{**facts, **more},
    )
    report = ingest([draft], account=account, actor=operator())
    assert report.rejected == []
    return Interaction.objects.filter(account=account).latest("created_at")


@pytest.fixture
def call(account: Account, agent: Person, tmp_path: Path) -> Call:
    """A call of Linda's."""
    file = make_wav(tmp_path)
    interaction = take_in(account, file)
    return Call(interaction, Recording.objects.get(interaction=interaction), file.read_bytes())


@pytest.fixture
def gsm_call(account: Account, agent: Person) -> Call:
    """A call of Linda's whose recording no browser plays."""
    interaction = take_in(account, GSM, uniqueid="2.1")
    return Call(interaction, Recording.objects.get(interaction=interaction), GSM.read_bytes())


@pytest.fixture
def others_call(account: Account, tmp_path: Path) -> Call:
    """A call of Michael's."""
    file = make_wav(tmp_path, name="b.wav")
    interaction = take_in(account, file, extension="2058", uniqueid="3.1")
    return Call(interaction, Recording.objects.get(interaction=interaction), file.read_bytes())


@pytest.fixture
def foreign_call(other_account: Account, tmp_path: Path) -> Call:
    """A call in the stranger's account."""
    file = make_wav(tmp_path, name="c.wav")
    interaction = take_in(other_account, file, uniqueid="4.1")
    return Call(interaction, Recording.objects.get(interaction=interaction), file.read_bytes())


@pytest.fixture
def listening(client_of: Callable[[Person], Client]) -> Callable[..., Client]:
    """Return a function that gives a client of a person who said why they listen to these calls."""

    def begin(person: Person, *calls: Call, purpose: str = "quality", case: str = "") -> Client:
        client = client_of(person)
        for call in calls:
            answer = client.post(f"{call.page}purpose", {"purpose": purpose, "case": case})
            assert answer.status_code == 302, answer.content.decode()
        return client

    return begin
