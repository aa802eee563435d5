"""The files of drop folders in which a person stands: in the plan, and gone when the request has run.

Such a file is plain text of many people and can't be taken apart, so it goes whole (`interactions/unlinking.py`).
Where its place does not answer, the request says so and ends with an exception; a job tries on.
"""

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from interactions.models import TEXTS, Original
from interactions.originals import of_records
from interactions.unlinking import unlink_doomed
from jobs.errors import JobFailed
from rtbf import words
from rtbf.entries import note
from rtbf.models import Outcome, PlanItem, Request
from trail.actor import Actor

FILE: Final = Original._meta.label
AT_ONCE: Final = 5_000


def files_of(account: Account, records: Collection[UUID], texts: Collection[UUID]) -> list[UUID]:
    """Return the kept files from which any of these calls, contacts and notes was read, or the call of these texts."""
    living = Original.objects.filter(account=account, condemned_at=None)
    if not living.exists():
        return []
    wanted = set(records)
    for model in TEXTS:
        wanted |= set(model._default_manager.filter(pk__any_of=texts).values_list("interaction_id", flat=True))
    found: set[UUID] = set()
    ordered = sorted(wanted)
    for start in range(0, len(ordered), AT_ONCE):
        found |= set(of_records(ordered[start : start + AT_ONCE]))
    return sorted(living.filter(pk__any_of=found).values_list("pk", flat=True))


def unlink_files(request: Request, *, actor: Actor, tell: Callable[[], None]) -> None:
    """Unlink the files of a plan whose records were erased, and write down what came of each."""
    items = request.items.undone().filter(label=FILE)
    if not items.exists():
        return
    try:
        unlink_doomed(request.account_id, actor=actor, progress=lambda *_: tell())
    except JobFailed as problem:
        note("request.item_failed", request, actor, facts={"items": items.count(), "code": str(problem)[:40]},
             outcome="failed")  # fmt: skip
    there = Original.objects.filter(pk__in=items.values("record_id"), condemned_at=None)
    doomed, spared = ({row.pk for row in there if bool(row.doomed_at) is is_doomed} for is_doomed in (True, False))
    _end(items.filter(record_id__in=doomed), Outcome.FAILED, words.UNREADABLE)
    _end(items.filter(record_id__in=spared), Outcome.KEPT, words.FILE_SPARED)
    items.update(done_at=timezone.now(), outcome=Outcome.DONE)
    tell()


def _end(items: "QuerySet[PlanItem]", outcome: Outcome, because: str) -> None:
    items.update(done_at=timezone.now(), outcome=outcome, because=because)
