"""Delete content of a call by hand: right, access, a coded reason, and the one eraser. Pages and APIs stand before it.

What was shown is what goes: if it changed since, nothing does. What goes only together with a sound or transcript (its
words, what was concluded from them) stays when that must stay. Times, lengths and agents of the call stay for the
statistics. Whatever a guard keeps is written down with its ground.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from accounts.rights import require
from interactions import deferring
from interactions.models import (
    CONTENTS,
    Analysis,
    Comment,
    Interaction,
    OfInteraction,
    Recording,
    SoundFile,
    Transcription,
    Voicemail,
)
from interactions.playback import find_interaction
from privacy import erasure, guards, lineage
from privacy.descendants import below
from privacy.guards import Refusal
from privacy.ledger import Memory
from privacy.models import SealedModel
from privacy.witness import RecordRef
from trail.actor import Actor, require_actor
from trail.append import append

DELETE: Final = "interactions.erase_content"
DELETED: Final = "content.deleted"
ALL: Final = "all"
KINDS: Final[dict[str, type[OfInteraction]]] = {
    "recording": Recording,
    "voicemail": Voicemail,
    "transcript": Transcription,
}
REASONS: Final[dict[str, str]] = {
    "by_hand_mistake": "Recorded by mistake",
    "by_hand_private": "A private call",
    "by_hand_secret": "It holds card data or another secret",
    "by_hand_objection": "Somebody in it objects to the recording",
    "by_hand_not_needed": "No longer needed",
    "by_hand_test": "A test call",
}
"""The grounds of a deletion by hand, as the log has them."""


class NotDeletable(ValueError):
    """Nothing was deleted; the sentence says why."""


class AlreadyDeleted(NotDeletable):
    """There is nothing left of what was to be deleted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to delete of a call: all of its content, or one recording, voicemail or transcript."""

    kind: str = ALL
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """What one act would delete: what was asked for, what goes with it, and what must stay and why."""

    call: Interaction
    wanted: Wanted
    chosen: tuple[OfInteraction, ...]
    others: tuple[OfInteraction, ...]
    refused: Mapping[UUID, Refusal]

    @property
    def going(self) -> list[OfInteraction]:
        """Return what would go now; nothing when what was asked for by name must stay."""
        if self.bound & self.refused.keys():
            return []
        return [row for row in (*self.chosen, *self.others) if row.pk not in self.refused]

    @property
    def bound(self) -> set[UUID]:
        """Return the records without which the others do not go."""
        return set() if self.wanted.kind == ALL else {row.pk for row in self.chosen}

    @property
    def seen(self) -> str:
        """Return a mark of what this shows: a person who confirms it confirms nothing else."""
        ids = "".join(sorted(row.pk.hex for row in self.going))
        return hashlib.sha256(ids.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion came to: how many contents went, and what stays with its ground."""

    number: int
    kept: Mapping[RecordRef, Refusal]


def foresee(*, actor: Actor, call_id: UUID, wanted: Wanted) -> Deletion:
    """Return what deleting would come to, without touching anything.

    Raises Refused, NotVisible, Http404, NotDeletable, AlreadyDeleted.
    """
    require(require_actor(actor), DELETE, action=DELETED)
    call = find_interaction(actor=actor, pk=call_id, action=DELETED)
    require(actor, DELETE, call, action=DELETED)
    return _plan(call, wanted)


def delete_content(*, actor: Actor, call_id: UUID, wanted: Wanted, reason: str, seen: str | None = None) -> Deleted:
    """Delete content of a call by hand and say what stayed and why. `reason`: one of REASONS.

    `seen`: the mark of what the person was shown; None for who was shown nothing. Raises Refused, NotVisible, Http404,
    NotDeletable, AlreadyDeleted, and django.db.OperationalError when a database does not answer: then nothing was
    deleted, or it is decided and a job finishes it.
    """
    plan = foresee(actor=actor, call_id=call_id, wanted=wanted)
    if reason not in REASONS:
        raise NotDeletable("Choose why it is deleted. Nothing was deleted.")
    if seen is not None and seen != plan.seen:
        raise NotDeletable("What belongs to this call has changed meanwhile. Nothing was deleted. Look at it again.")

    rows = [*plan.chosen, *plan.others]
    done = erasure.erase(
        [*rows, *_below(rows)], actor=actor, ground=reason, remember=Memory.RECORDS, only_with=plan.bound
    )
    contents = {row.pk for row in rows}
    kept = {ref: refusal for ref, refusal in done.kept.items() if ref.id in contents}
    if kept:
        deferring.defer(kept)
        _note_refused(actor, plan.call, kept, reason)
    return Deleted(sum(receipt.record.id in contents for receipt in done.receipts), kept)


def follow(refs: Sequence[RecordRef], *, actor: Actor, ground: str, case: str) -> None:
    """Mark the call and write the entry, within the transaction that decides over its content."""
    if ground not in REASONS:
        return
    by_label = defaultdict(list)
    for ref in refs:
        by_label[ref.label].append(ref.id)
    of_call: dict[UUID, int] = defaultdict(int)
    for model in CONTENTS:
        rows = model._default_manager.filter(pk__in=by_label.get(model._meta.label, ()))
        for call_id in rows.values_list("interaction_id", flat=True):
            of_call[call_id] += 1
    for call in Interaction.objects.filter(pk__in=of_call):
        Interaction.objects.filter(pk=call.pk).update(content_deleted_at=timezone.now())
        append(
            DELETED, actor=actor, account_id=call.account_id, record=_name(call), purpose=ground,
            facts={"contents": of_call[call.pk]},
        )  # fmt: skip


def _plan(call: Interaction, wanted: Wanted) -> Deletion:
    there: dict[type[OfInteraction], list[Any]] = {
        model: list(model._default_manager.filter(interaction=call, condemned_at=None).order_by("pk"))
        for model in CONTENTS
    }
    chosen = _chosen(there, wanted)
    if not chosen:
        raise AlreadyDeleted("There is nothing of it any more: it was deleted before. Nothing was done now.")
    others = () if wanted.kind == ALL else _with(chosen[0], there)
    refused = guards.ask(lineage.targets([*chosen, *others]))
    return Deletion(call, wanted, tuple(chosen), tuple(others), refused)


def _chosen(there: Mapping[type[OfInteraction], list[Any]], wanted: Wanted) -> list[Any]:
    if wanted.kind == ALL:
        return [row for rows in there.values() for row in rows]
    model = KINDS.get(wanted.kind)
    if model is None:
        raise NotDeletable("Choose a recording, a voicemail, a transcript or everything. Nothing was deleted.")
    return [row for row in there[model] if row.pk == wanted.id]


def _with(row: OfInteraction, there: Mapping[type[OfInteraction], list[Any]]) -> list[OfInteraction]:
    """Return what goes with one content: the words of a sound, and with the last sound or words all that is about them.

    What names no sound belongs to whatever is left of the call, so it goes with the last.
    """
    words, analyses = there[Transcription], there[Analysis]
    if not isinstance(row, SoundFile):
        return list(analyses) if len(words) == 1 else []
    if len(there[Recording]) + len(there[Voicemail]) == 1:
        return [*words, *analyses, *there[Comment]]
    own = [each for each in words if row.pk in (each.recording_id, each.voicemail_id)]
    return [*own, *analyses] if own and len(own) == len(words) else own


def _below(rows: Sequence[OfInteraction]) -> list[SealedModel]:
    """Return what belongs to contents: the index of what their texts mention."""
    ids: dict[type[OfInteraction], list[UUID]] = defaultdict(list)
    for row in rows:
        ids[type(row)].append(row.pk)
    parts: dict[type[SealedModel], list[UUID]] = defaultdict(list)
    for model, roots in ids.items():
        for each in below(model, roots):
            parts[each.model].append(each.id)
    return [row for model, pks in parts.items() for row in model._default_manager.filter(pk__in=pks)]


def _note_refused(actor: Actor, call: Interaction, kept: Mapping[RecordRef, Refusal], reason: str) -> None:
    codes = ",".join(sorted({refusal.ground for refusal in kept.values()}))
    append(
        DELETED, actor=actor, account_id=call.account_id, record=_name(call), purpose=reason, outcome="refused",
        facts={"code": codes, "contents": len(kept)},
    )  # fmt: skip


def _name(call: Interaction) -> tuple[str, str]:
    return call._meta.label, str(call.pk)
