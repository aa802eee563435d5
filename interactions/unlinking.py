"""Unlink an original when somebody in it is forgotten, and forget the names of what imports left out.

An original holds many people and can't be taken apart safely, so it goes whole as soon as one call, contact or note
read from it is erased or redacted, whoever asks for that: what it said of the others is here, sealed. The mark is made
in the transaction of the decision; the file is unlinked right after, as often as it takes, and only then its path is
forgotten.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from customers.models import Note, RegisterEntry
from interactions.drops.dropped import PlaceProblem
from interactions.drops.places import open_place
from interactions.models import CONTENTS, DropFolder, ImportReject, Interaction, Original, OriginalOf
from interactions.originals import of_records
from interactions.runs import KEEP_REJECTS
from jobs.errors import JobFailed
from jobs.models import Job, Status
from jobs.queue import enqueue
from jobs.registry import Progress
from privacy.erasure import erase
from privacy.open import open_rows, warrant
from privacy.witness import RecordRef
from trail.actor import Actor
from trail.append import append

UNLINK: Final = "interactions.unlink_originals"
FORGET_NAMES: Final = "interactions.forget_names"
OPENED: Final = "originals.opened"
REMOVED: Final = "original.removed"
RIGHT_TO_ERASURE: Final = "right_to_erasure"
AGE: Final = "age"
AT_ONCE = 200
_DIRECT = (Interaction._meta.label, RegisterEntry._meta.label, Note._meta.label)
_OWN = {Original._meta.label, ImportReject._meta.label}
_OF_CALLS = {model._meta.label: model for model in CONTENTS}

logger = logging.getLogger(__name__)


def follow(refs: Sequence[RecordRef], *, actor: Actor, ground: str, case: str) -> None:
    """Doom the originals of records that are erased or redacted; a forgotten person takes names of rejects along."""
    if {ref.label for ref in refs} <= _OWN:
        return
    account_id = next((ref.account_id for ref in refs if ref.account_id), None)
    if account_id is None:
        return
    if Original.objects.filter(account_id=account_id, condemned_at=None, doomed_at=None).exists():
        _doom(refs, account_id, actor, ground)
    if ground == RIGHT_TO_ERASURE and _names_of(account_id).exists():
        _enqueue_once(FORGET_NAMES, account_id, actor)


def _enqueue_once(kind: str, account_id: UUID, actor: Actor) -> None:
    """Enqueue a job unless one waits already; one that runs may be past what this decision is about."""
    if not Job.objects.filter(kind=kind, account_id=account_id, status=Status.QUEUED).exists():
        enqueue(kind, account_id=account_id, subject=None, actor=actor)


def _doom(refs: Sequence[RecordRef], account_id: UUID, actor: Actor, ground: str) -> None:
    records = {ref.id for ref in refs if ref.label in _DIRECT}
    for label, model in _OF_CALLS.items():
        ids = [ref.id for ref in refs if ref.label == label]
        if ids:
            records |= set(model._default_manager.filter(pk__in=ids).values_list("interaction_id", flat=True))
    doomed = Original.objects.filter(pk__in=list(of_records(records)), doomed_at=None) if records else None
    if doomed is not None and doomed.update(doomed_at=timezone.now(), doomed_ground=ground[:40]):
        _enqueue_once(UNLINK, account_id, actor)


def unlink_doomed(account_id: UUID, *, actor: Actor, progress: Progress) -> int:
    """Unlink the doomed originals of an account and forget their paths; returns how many went. Safe to repeat.

    Raises JobFailed when a place does not answer or lets nothing go: it is tried again, and nothing was forgotten.
    """
    gone = 0
    for folder in DropFolder.objects.filter(account_id=account_id):
        while rows := list(_doomed(folder)[:AT_ONCE]):
            forgotten = _unlink(folder, rows, actor)
            gone += forgotten
            progress(gone)
            if not forgotten:
                break  # a guard keeps the rows; their files are gone
    return gone


def _doomed(folder: DropFolder) -> "QuerySet[Original]":
    return Original.objects.filter(folder=folder, condemned_at=None).exclude(doomed_at=None).order_by("pk")


def _unlink(folder: DropFolder, rows: list[Original], actor: Actor) -> int:
    ground = rows[0].doomed_ground
    facts = {"files": len(rows)}
    opening = warrant(actor=actor, action=OPENED, account_id=folder.account_id, purpose=ground, facts=facts)
    paths = open_rows(rows, "path", warrant=opening)
    try:
        place = open_place(folder)
        for row in rows:
            if row.pk in paths:
                place.remove(paths[row.pk]["path"])
    except PlaceProblem as problem:
        append(REMOVED, actor=actor, account_id=folder.account_id, outcome="failed", facts={"code": problem.code})
        raise JobFailed(f"place.{problem.code}", again=True) from problem
    record = (DropFolder._meta.label, str(folder.pk))
    append(REMOVED, actor=actor, account_id=folder.account_id, record=record, purpose=ground, facts=facts)
    return forget_originals(rows, actor=actor, ground=ground)


def forget_originals(rows: Sequence[Original], *, actor: Any, ground: str) -> int:
    """Erase the rows of files that are gone; returns how many a guard let go."""
    OriginalOf.objects.filter(original__in=rows).delete()
    return len(erase(rows, actor=actor, ground=ground).receipts)


def forget_names(account_id: UUID, *, actor: Actor, ground: str, older_than: timedelta | None = None) -> int:
    """Erase the sealed names of what imports left out: nobody can say whose they were. Returns how many."""
    rows = _names_of(account_id)
    if older_than is not None:
        rows = rows.filter(created_at__lt=timezone.now() - older_than)
    gone = 0
    while portion := list(rows.order_by("pk")[:AT_ONCE]):
        erased = len(erase(portion, actor=actor, ground=ground).receipts)
        gone += erased
        if not erased:
            break  # a guard keeps them
    return gone


def accounts_with_old_names() -> set[UUID]:
    """Return the accounts that have names of rejects older than they are kept."""
    old = ImportReject.objects.filter(condemned_at=None, created_at__lt=timezone.now() - KEEP_REJECTS)
    return set(old.values_list("account_id", flat=True).distinct())


def _names_of(account_id: UUID) -> "QuerySet[ImportReject]":
    return ImportReject.objects.filter(account_id=account_id, condemned_at=None)
