"""The one door to listen: require (right, scope, reason), the entry first, then the bytes.

`find` asks everything that must hold at every part of a sound: the right, the scope, that the member is still active
and the sound still there. `open_sound` and `open_texts` write the entry and only then open. Faces have no other way to
content. What is said here to a person never holds anything of the call.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.http import Http404

from accounts.rights import require
from interactions.audio import Audio, decode
from interactions.models import Interaction, OfInteraction, Recording, SoundFile, Transcription, Voicemail
from interactions.openings import opened
from interactions.purposes import Reason
from interactions.restricting import refuse_restricted, require_to
from privacy.models import SealedModel
from privacy.open import Forgotten, Warrant, open_content, open_row, open_rows
from trail.actor import Actor
from trail.append import append
from trail.refusal import NotVisible, Refused
from vault.errors import Tampered
from vault.stream import SealedReader

LISTEN = "interactions.listen_recording"
DOWNLOAD = "interactions.download_recording"
PLAYED = {Recording: "recording.played", Voicemail: "voicemail.played"}
DOWNLOADED = {Recording: "recording.downloaded", Voicemail: "voicemail.downloaded"}
READ = "transcript.read"
SEEN = "interaction.opened"
PIECE_BYTES = 1 << 20
FORGOTTEN = "This was forgotten and can't be played any more. Nothing was opened."
NOT_HERE = "There is no such call here, or not for you."


class Erased(Exception):
    """What was asked for was forgotten; nothing was opened and nothing can be."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sound this actor may open for this reason: its shape, and not a byte of it."""

    row: SoundFile
    actor: Actor
    action: str
    reason: Reason
    as_it_stands: bool = True

    @property
    def audio(self) -> Audio:
        """Return what the sound is."""
        return Audio(**self.row.audio)

    @property
    def media_type(self) -> str:
        """Return the media type of what is sent: the file as it stands, or what decoding makes of it."""
        return self.row.media_type if self.as_it_stands else "audio/wav"

    @property
    def size(self) -> int:
        """Return the bytes of what is sent."""
        return self.row.size_bytes if self.as_it_stands else self.audio.decoded_bytes


def find_interaction(*, actor: Actor, pk: UUID, action: str) -> Interaction:
    """Return an interaction this person may listen to. Raises Refused, NotVisible, Http404 where there is none."""
    require_to(actor, LISTEN, action=action)
    row = Interaction.objects.visible_to(actor).select_related("agent", "account").filter(pk=pk).first()
    if row is None:
        raise _absent(Interaction, pk, actor, action)
    refuse_restricted(actor, row.customer_id, action=action, record=(row._meta.label, str(pk)))
    return row


def find_sound(
    *,
    actor: Actor,
    action: str,
    model: type[SoundFile],
    interaction_id: UUID,
    sound_id: UUID,
    reason: Reason | None,
    right: str = LISTEN,
) -> Found:
    """Return a sound this person may open, after asking for right, scope and reason; nothing is opened yet.

    For listening it comes decoded where a browser can't play it; who may download gets the file as it stands. Raises
    Refused, NotVisible, Http404 where there is none, and Erased.
    """
    if right == LISTEN:
        require_to(actor, right, action=action)
    else:
        require(actor, right, action=action)
    rows = model._default_manager.visible_to(actor).select_related("interaction")
    row = rows.filter(pk=sound_id, interaction_id=interaction_id).first()
    if row is None:
        _refuse_forgotten(actor, interaction_id)
        raise _absent(model, sound_id, actor, action)
    if not (row.is_living and row.interaction.is_living):
        raise Erased(FORGOTTEN)
    as_it_stands = row.plays_in_browser or right == DOWNLOAD
    given = _given(reason, actor, action, row)
    record = (row._meta.label, str(row.pk))
    refuse_restricted(actor, row.interaction.customer_id, action=action, record=record, reason=given)
    return Found(row, actor, action, given, as_it_stands)


def _refuse_forgotten(actor: Actor, interaction_id: UUID) -> None:
    """Say so when the sound went with its call: rows of sounds do not outlive their erasure."""
    if Interaction.objects.visible_to(actor).filter(pk=interaction_id, condemned_at__isnull=False).exists():
        raise Erased(FORGOTTEN)


def _absent(model: type[SealedModel], pk: UUID, actor: Actor, action: str) -> Http404:
    """Return the one answer to a hidden row and to one that does not exist; the hidden one's makes an entry."""
    if not model._default_manager.filter(pk=pk).exists():
        return Http404(NOT_HERE)
    record = (model._meta.label, str(pk))
    return NotVisible(NOT_HERE, actor=actor, action=action, code="not_visible", record=record)


def _given(reason: Reason | None, actor: Actor, action: str, row: SoundFile) -> Reason:
    if reason is not None:
        return reason
    raise Refused(
        "Nothing was opened: say first why you are listening, on the page of the call.",
        actor=actor,
        action=action,
        code="no_purpose",
        record=(row._meta.label, str(row.pk)),
    )


class Sound:
    """An open sound: its entry is in the log. Close it, or use it in a `with`."""

    def __init__(self, found: Found, reader: SealedReader) -> None:
        self.found = found
        self._reader = reader

    def read(self, start: int, stop: int) -> bytes:
        """Return bytes `start` to before `stop` of what is sent. Raises Tampered, interactions.audio.AudioError."""
        if self.found.as_it_stands:
            return self._reader.read_at(start, stop - start)
        whole = self._reader.iter_range(0, self._reader.size)
        return b"".join(decode(whole, self.found.audio, start=start, stop=stop))

    def stream(self) -> Iterator[bytes]:
        """Yield the whole in pieces, and close. No database is asked meanwhile, however slowly it is taken."""
        with self:
            for start in range(0, self.found.size, PIECE_BYTES):
                yield self.read(start, min(start + PIECE_BYTES, self.found.size))

    def close(self) -> None:
        """Close the sealed file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_sound(found: Found) -> Sound:
    """Write the entry of the opening, unless this visit's is under way, and open the sealed file.

    Raises Erased, FileNotFoundError, vault.errors.VaultError, and django.db.OperationalError when the keyring does not
    answer: then there is neither an entry nor a byte.
    """
    facts = {"call": str(found.row.interaction_id)}
    pass_ = opened(actor=found.actor, action=found.action, row=found.row, reason=found.reason, facts=facts)
    try:
        reader = open_content(found.row, warrant=pass_)
    except Forgotten as error:
        raise Erased(str(error)) from None
    if reader.size != found.row.size_bytes:
        reader.close()
        raise Tampered("the sealed file is not of the length that was taken in; nothing was played")
    return Sound(found, reader)


def note_failure(found: Found, code: str) -> None:
    """Put on record that a sound could not be opened after its entry said so."""
    with transaction.atomic():
        append(
            found.action,
            actor=found.actor,
            account_id=found.row.account_id,
            record=(found.row._meta.label, str(found.row.pk)),
            outcome="failed",
            purpose=found.reason.purpose,
            case=found.reason.case,
            facts={"code": code},
        )


def open_peaks(found: Found) -> dict[str, Any]:
    """Return the outline of a sound; it is part of the interaction page's opening. Raises as `open_sound`."""
    interaction = found.row.interaction
    pass_ = opened(actor=found.actor, action=SEEN, row=interaction, reason=found.reason)
    try:
        peaks: dict[str, Any] | None = open_row(found.row, "peaks", warrant=pass_)["peaks"]
    except Forgotten as error:
        raise Erased(str(error)) from None
    if peaks is None:
        raise Http404("There is no outline of this sound.")
    return peaks


def open_head(*, actor: Actor, interaction: Interaction, reason: Reason) -> tuple[Warrant, dict[str, Any]]:
    """Write the entry of an interaction page and return its warrant with the customer's number and name."""
    pass_ = opened(actor=actor, action=SEEN, row=interaction, reason=reason)
    return pass_, open_rows([interaction], "customer_address", "customer_name", warrant=pass_).get(interaction.pk, {})


def open_transcripts(
    *, actor: Actor, transcriptions: Iterable[Transcription], reason: Reason
) -> dict[UUID, list[dict[str, Any]]]:
    """Write an entry for each transcript and return their segments by row."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in transcriptions:
        pass_ = opened(actor=actor, action=READ, row=row, reason=reason, facts={"call": str(row.interaction_id)})
        opened_row = open_rows([row], "segments", warrant=pass_)
        if row.pk in opened_row:
            found[row.pk] = opened_row[row.pk]["segments"] or []
    return found


def open_texts(rows: Sequence[OfInteraction], name: str, *, warrant: Warrant) -> dict[UUID, Any]:
    """Return the sealed field `name` of comments or analyses, by row, under the interaction page's warrant."""
    return {pk: values[name] for pk, values in open_rows(rows, name, warrant=warrant).items()}
