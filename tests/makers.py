"""The one maker of rows: accounts, customers and calls, sealed under real keys through the product's own parts."""

import io
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.handling import Facts, Handling
from accounts.models import Account, Agent, Line
from customers.identifiers import Kind, candidates
from customers.models import Customer, Identifier
from interactions.audio import inspect
from interactions.batch import numbering_of
from interactions.contents import Prepared, text_rows
from interactions.drafts import (
    AnalysisDraft,
    CommentDraft,
    Direction,
    InteractionDraft,
    Place,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.models import Interaction, Recording, SoundFile, SourceId, SourceRecord, Voicemail
from privacy.blind_index import digest
from privacy.ids import new_id
from privacy.keyring.ring import create_keys
from privacy.models import SealedModel
from privacy.open import content_context, store
from privacy.sealing import seal

STARTED = datetime(2026, 6, 2, 17, 14, tzinfo=UTC)
PEAKS = {"points_per_second": 50, "channels": ["/wE="]}
SAID = "hello this is harper valley national bank"


def make_account(
    name: str,
    number: str = "+15305550100",
    *,
    region: str = "US",
    zone: str = "America/Los_Angeles",
    grace_hours: int = 180,
) -> Account:
    account = Account.objects.create(name=name, region=region, zone=zone, grace_hours=grace_hours)
    Line.objects.create(account=account, number=number, label="Service")
    return account


def make_customer(account: Account, **known: str) -> Customer:
    """Make a customer with identifiers by kind: `phone="+1…"`, `name="Alice Brown"`, `customer_id="CUST-1"`, …"""
    customer = Customer.objects.create(account=account)
    for kind, text in known.items():
        give_identifier(customer, Kind(kind.replace("_", "-")), text)
    return customer


def give_identifier(customer: Customer, kind: Kind, text: str) -> Identifier:
    found = candidates(kind, text, regions=numbering_of(customer.account).regions)[0]
    row = Identifier(
        account=customer.account, customer=customer, kind=kind, digest=digest(customer.account_id, kind, found.value)
    )
    return seal_row(row, {"value": found.value})


def make_agent(account: Account, extension: str = "2046", name: str = "Linda") -> Agent:
    return Agent.objects.get_or_create(account=account, extension=extension, defaults={"name": name})[0]


def make_interaction(
    account: Account,
    customer: Customer | None = None,
    *,
    agent: Agent | None = None,
    phone: str = "",
    name: str = "",
    started_at: datetime = STARTED,
    duration_s: int = 247,
    recording: bytes = b"",
    voicemail: bytes = b"",
    transcript: Sequence[tuple[str, str]] = (),
    comment: str = "",
    values: Mapping[str, str] | None = None,
    analysis: Mapping[str, Any] | None = None,
    file: str = "pbx/Master.csv",
    queue: str = "",
    campaign: str = "",
    purposes: Sequence[str] = (),
) -> Interaction:
    """Make one call with what is given of it; `transcript` is a list of (speaker, text)."""
    handling = Handling(account)
    facts = Facts("inbound", "+15305550100", queue, campaign, agent.team_id if agent else None)
    interaction = Interaction(
        account=account,
        customer=customer,
        agent=agent,
        direction=Direction.INBOUND,
        line="+15305550100",
        queue=queue,
        circumstances=handling.under(purposes, facts) if purposes else handling.of(facts),
        started_at=started_at,
        answered_at=started_at,
        ended_at=started_at + timedelta(seconds=duration_s),
        duration_s=duration_s,
        talk_s=duration_s,
    )
    seal_row(interaction, {"customer_address": phone, "customer_name": name})
    _make_sources(interaction, file)
    for model, sound in ((Recording, recording), (Voicemail, voicemail)):
        if sound:
            make_sound(interaction, model, sound)
    draft = _draft(transcript, comment, values or {}, analysis, file)
    for prepared in text_rows(interaction, [draft], numbering_of(account)):
        _save(prepared)
    return interaction


def make_sound(interaction: Interaction, model: type[SoundFile], sound: bytes) -> SoundFile:
    """Make a recording or voicemail whose sealed file holds `sound` (any bytes)."""
    row = model(
        account_id=interaction.account_id,
        interaction=interaction,
        digest=os.urandom(32),
        blob=new_id().hex,
        media_type="audio/wav",
        audio={"container": "wav", "codec": "pcm_16", "channels": 1, "sample_rate": 8_000, "frames": 8_000},
        size_bytes=len(sound),
        duration_ms=interaction.duration_s * 1000,
    )
    (key,) = create_keys(interaction.account_id, 1)
    store().put(row.blob, io.BytesIO(sound), key.key, context=content_context(row._meta.label, row.pk))
    row.content_key_id = key.id
    place = {"file": f"pbx/{row.pk}.wav", "record": {"path": f"pbx/{row.pk}.wav"}}
    return seal_row(row, {"peaks": PEAKS, "place": place})


def give_sound(interaction: Interaction, model: type[SoundFile], data: bytes) -> SoundFile:
    """Make a recording or voicemail of real sound, examined as an import would."""
    row = make_sound(interaction, model, data)
    heard = inspect(io.BytesIO(data))
    row.audio, row.media_type = heard.audio.to_dict(), heard.audio.media_type
    row.plays_in_browser = heard.audio.browser_can_play
    row.save(update_fields=["audio", "media_type", "plays_in_browser"])
    return row


def seal_row(row: Any, values: Mapping[str, Any]) -> Any:
    """Seal values into a row under a new key and insert it."""
    (key,) = create_keys(row.account_id, 1)
    seal(row, key, values)
    row.save(force_insert=True)
    return row


def _make_sources(interaction: Interaction, file: str) -> None:
    account_id, unique = interaction.account_id, str(interaction.pk)
    index = digest(account_id, "source", f"uniqueid:{unique}")
    SourceId.objects.create(account_id=account_id, interaction=interaction, digest=index)
    record = SourceRecord(account_id=account_id, interaction=interaction, source="asterisk", digest=index)
    seal_row(record, {"place": {"file": file, "record": {"row": 1, "key": {"uniqueid": unique}}}})


def _draft(
    transcript: Sequence[tuple[str, str]],
    comment: str,
    values: Mapping[str, str],
    analysis: Mapping[str, Any] | None,
    file: str,
) -> InteractionDraft:
    place = Place(file, {"row": 1}, "")
    segments = tuple(
        SegmentDraft(speaker, number * 4_000, 3_000, text, Place("t.json", {"pointer": f"/{number}/text"}, "text"))
        for number, (speaker, text) in enumerate(transcript)
    )
    return InteractionDraft(
        source="asterisk",
        ids=(),
        place=place,
        transcripts=(TranscriptDraft(segments, Place("t.json", {"pointer": ""})),) if segments else (),
        comments=(CommentDraft(comment, "Linda", STARTED, Place(file, {"row": 1}, "comment")),) if comment else (),
        values=tuple((name, TextDraft(text, Place(file, {"row": 1}, name))) for name, text in values.items()),
        analyses=(AnalysisDraft("emotion", dict(analysis), place),) if analysis else (),
    )


def _save(prepared: Prepared) -> None:
    row: SealedModel = prepared.row
    seal_row(row, prepared.values)
    for mention in prepared.mentions:
        mention.save(force_insert=True)
