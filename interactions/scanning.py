"""Read all free text of an account again: start, cancel, and do it, portion by portion.

Finds and the place reached are committed together, so a scan that was killed goes on where it stopped and adds
nothing twice. Texts are opened under one warrant a run, which says for which scan. A text that changed or was condemned
since it was opened gets no mention: what was just redacted does not come back into the index.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from customers.models import Note
from interactions.batch import numbering_of
from interactions.models import TEXTS, DeepScan, Interaction, Mention, ScanFinding
from interactions.querysets import SCAN
from interactions.rereading import Reader, Reading
from jobs import queue
from jobs.models import OPEN, Job
from jobs.registry import Progress
from privacy.open import warrant
from privacy.witness import RecordRef
from trail.actor import Actor, require_actor
from trail.append import append

JOB: Final = "interactions.deep_scan"
PURPOSE: Final = "deep_scan"
AT_ONCE = 100
MODELS: tuple[type[Any], ...] = (*TEXTS, Note)


def start_scan(*, actor: Actor, account: Account) -> DeepScan:
    """Queue a scan and return it; while one is under way, that one. Raises Refused."""
    require(require_actor(actor), SCAN, account, action="scan.started")
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        running = running_scan(account)
        if running is not None:
            return running
        scan = DeepScan(account=account, started_by_id=actor.user_id or actor.on_behalf_of)
        scan.texts_total = sum(_living(model, account.pk).count() for model in MODELS)
        scan.job_id = queue.enqueue(JOB, account_id=account.pk, subject=scan.pk, actor=actor).pk
        scan.save(force_insert=True)
        append("scan.started", actor=actor, account_id=account.pk, record=_name(scan))
    return scan


def cancel_scan(*, actor: Actor, scan: DeepScan) -> bool:
    """Cancel a scan; what it found stays in the index. False when it had ended. Raises Refused."""
    require(require_actor(actor), SCAN, scan, action="job.cancelled")
    job = job_of(scan)
    return job is not None and queue.cancel(job, actor=actor)


def running_scan(account: Account) -> DeepScan | None:
    """Return the account's scan that waits or works."""
    rows = DeepScan.objects.filter(account=account, finished_at=None).order_by("-asked_at")
    return next((scan for scan in rows[:5] if (job := job_of(scan)) and job.status in OPEN), None)


def job_of(scan: DeepScan) -> Job | None:
    """Return the job that does a scan."""
    return Job.objects.filter(pk=scan.job_id).first() if scan.job_id else None


def found_since(account_id: UUID, at: datetime) -> QuerySet[Mention]:
    """Return the living mentions that only a scan found after a moment: a plan made before it lacks them."""
    findings = ScanFinding.objects.filter(scan__account_id=account_id, at__gt=at)
    return Mention.objects.filter(pk__in=findings.values("mention_id"), condemned_at=None)


def calls_of(findings: Sequence[ScanFinding]) -> dict[UUID, UUID]:
    """Return the call of each text that was found something in; notes have none."""
    found: dict[UUID, UUID] = {}
    for model in TEXTS:
        ids = {each.record_id for each in findings if each.label == model._meta.label}
        found |= dict(model._default_manager.filter(pk__in=ids).values_list("pk", "interaction_id"))
    return found


def run_scan(scan_id: UUID, *, actor: Actor, progress: Progress) -> None:
    """Do a scan, or go on with it. Safe to run twice and to kill. Raises Refused, jobs.errors.Cancelled."""
    scan = DeepScan.objects.select_related("account").get(pk=scan_id)
    require(actor, SCAN, scan, action="scan.completed")
    if scan.finished_at is not None:
        return
    label, pk, account_id = scan._meta.label, scan.pk, scan.account_id
    pass_ = warrant(
        actor=actor,
        action="texts.scanned",
        account_id=account_id,
        purpose=PURPOSE,
        record=RecordRef(label, pk, account_id),
        facts={"read_before": scan.texts_read},
    )
    reader = Reader(pass_, numbering_of(scan.account))
    progress(scan.texts_read, scan.texts_total)
    for rows in _portions(scan):
        _keep(scan, rows, reader.read(rows))
        progress(scan.texts_read, max(scan.texts_total, scan.texts_read))
    _conclude(scan, actor)


def _portions(scan: DeepScan) -> Iterator[list[Any]]:
    """Yield the texts that were not read yet, those of one model after the other, in order of their ids."""
    labels = [model._meta.label for model in MODELS]
    begun = labels.index(scan.position_label) if scan.position_label in labels else 0
    for model in MODELS[begun:]:
        after = scan.position if model._meta.label == scan.position_label else None
        while rows := _next(model, scan.account_id, after):
            yield rows
            after = rows[-1].pk


def _next(model: type[Any], account_id: UUID, after: UUID | None) -> list[Any]:
    rows = _living(model, account_id).filter(pk__gt=after) if after else _living(model, account_id)
    joined = rows if model is Note else rows.select_related("interaction__agent")
    return list(joined.order_by("pk")[:AT_ONCE])


def _living(model: type[Any], account_id: UUID) -> QuerySet[Any]:
    return model._default_manager.filter(account_id=account_id, condemned_at=None)


def _keep(scan: DeepScan, rows: Sequence[Any], reading: Reading) -> None:
    """Add what was missed to the index, with the place reached, in one transaction."""
    with transaction.atomic():
        unchanged = _unchanged(rows) if reading.missing else set()
        kept = [(row, mention) for row, mention in reading.missing if row.pk in unchanged]
        Mention.objects.bulk_create([mention for _, mention in kept], batch_size=1_000)
        ScanFinding.objects.bulk_create(
            [
                ScanFinding(
                    scan=scan, mention_id=mention.pk, label=row._meta.label, record_id=row.pk, kind=mention.kind
                )
                for row, mention in kept
            ],
            batch_size=1_000,
        )
        scan.position_label, scan.position = rows[-1]._meta.label, rows[-1].pk
        scan.texts_read += len(rows)
        scan.unreadable += reading.unreadable
        scan.found = dict(Counter(scan.found) + Counter(str(mention.kind) for _, mention in kept))
        scan.save(update_fields=["position_label", "position", "texts_read", "unreadable", "found"])


def _unchanged(rows: Sequence[Any]) -> set[UUID]:
    """Lock calls and texts, top down as the eraser does, and return the texts that are as they were opened."""
    model = type(rows[0])
    calls = {row.interaction_id for row in rows} if model is not Note else set()
    list(Interaction.objects.select_for_update(no_key=True).filter(pk__in=calls).order_by("pk").values_list("pk"))
    held = model._default_manager.select_for_update(no_key=True).filter(pk__in=[row.pk for row in rows])
    keys = dict(held.filter(condemned_at=None).order_by("pk").values_list("pk", "key_id"))
    return {row.pk for row in rows if keys.get(row.pk) == row.key_id}


def _conclude(scan: DeepScan, actor: Actor) -> None:
    with transaction.atomic():
        held = DeepScan.objects.select_for_update().get(pk=scan.pk)
        if held.finished_at is None:
            held.finished_at = timezone.now()
            held.save(update_fields=["finished_at"])
            facts = {"texts": held.texts_read, "found": sum(held.found.values()), "unreadable": held.unreadable}
            append("scan.completed", actor=actor, account_id=held.account_id, record=_name(held), facts=facts)


def _name(scan: DeepScan) -> tuple[str, str]:
    return scan._meta.label, str(scan.pk)
