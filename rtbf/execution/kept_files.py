"""Remove the files of drop folders in which a person stands, once what was read from them is erased.

Such a file can't be taken apart, so it goes whole (`interactions/unlinking.py`). Where its place does not answer, the
request says so and ends with an exception; a job tries on.
"""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone

from interactions.models import Original
from interactions.unlinking import unlink_doomed
from jobs.errors import JobFailed
from rtbf import words
from rtbf.discovery.kept_files import FILE
from rtbf.entries import note
from rtbf.models import Outcome, PlanItem, Request
from trail.actor import Actor


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
