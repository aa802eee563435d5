"""Carry out a confirmed request: units of records, passages in other people's calls, then the customers themselves.

It can be killed at any moment and started again: what was condemned is finished first, and only rows not yet done are
taken up. What a guard keeps stays, with its customer. One record that fails stops nothing and is told at the end.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.apps import apps
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from interactions.audio import AudioError
from jobs.errors import JobFailed
from jobs.registry import Progress
from privacy import erasure
from privacy.guards import Refusal
from privacy.keyring.ring import KeyLost
from privacy.ledger import Memory
from privacy.models import Condemnation, SealedModel
from privacy.open import Forgotten
from privacy.versions import Changed
from retention.deferring import defer
from rtbf import words
from rtbf.discovery.kept_files import FILE
from rtbf.discovery.records import OWN_GUARDS, kept_by
from rtbf.entries import GROUND, note
from rtbf.execution.deferred import open_again
from rtbf.execution.kept_files import unlink_files
from rtbf.execution.looking_again import look_again
from rtbf.execution.passages import Asker, Taken, take_out
from rtbf.execution.typed import forget_what_was_typed
from rtbf.external.tasking import open_tasks, unfinished
from rtbf.models import Action, Outcome, PlanItem, Request, State
from rtbf.planning.decisions import PERSON
from rtbf.proof.proving import begin_proof, hand_over
from rtbf.queueing import wait_on
from trail.actor import Actor
from trail.canonical import Fact
from vault.errors import VaultError

AT_ONCE = 500
PASSES = 10
BROKEN = (IntegrityError, DataError, KeyLost, VaultError)
"""What one record can fail with; a database that does not answer is not among them: then everything waits."""
UNHEARD = (AudioError, FileNotFoundError, Changed)
"""What silencing one sound can fail with; a store that takes nothing more is not among them: then everything waits."""

logger = logging.getLogger(__name__)


def execute(request_id: UUID, *, actor: Actor, progress: Progress) -> None:
    """Carry out a request whose grace period is over, or go on with it. Safe to run twice and to kill."""
    request = _begin(request_id, actor)
    if request is not None:
        Execution(request, actor, progress).run()


def _begin(request_id: UUID, actor: Actor) -> Request | None:
    """Pass the point after which nobody can cancel. Returns nothing when there is nothing to do."""
    with transaction.atomic():
        request = Request.objects.select_for_update().get(pk=request_id)
        if request.state == State.EXECUTING:
            return request
        if request.state != State.PENDING or request.grace_ends_at is None:
            return None
        if request.grace_ends_at > timezone.now():
            raise JobFailed("grace_period", again=True)
        if wait_on(request, actor=actor):
            return None
        request.state, request.started_at = State.EXECUTING, timezone.now()
        request.save(update_fields=["state", "started_at"])
        note("request.started", request, actor)
    return request


class Execution:
    """One run of a request's work."""

    def __init__(self, request: Request, actor: Actor, progress: Progress) -> None:
        """Take the request as begun, who acts, and where progress is told."""
        self.request = request
        self.actor = actor
        self.progress = progress

    def run(self) -> None:
        """Do all of it."""
        self._finish_interrupted()
        look_again(self.request)
        open_tasks(self.request, actor=self.actor)
        begin_proof(self.request, actor=self.actor)
        for _ in range(PASSES):
            self._erase_units()
            self._redact_passages()
            self._erase_customers()
            if not look_again(self.request):
                break
        unlink_files(self.request, actor=self.actor, tell=self._tell)
        hand_over(self.request, actor=self.actor)

    def close(self, *, proved: bool) -> None:
        """Forget what was typed and end the request, once it was searched for what may be left."""
        self._finish_interrupted()
        forget_what_was_typed(self.request, self._as_asked())
        self._conclude(proved=proved)

    def _finish_interrupted(self) -> None:
        """Finish what an earlier run had condemned when it was killed."""
        halfway = Condemnation.objects.filter(
            account_id=self.request.account_id, case=self.request.reference, done_at=None
        )
        for condemnation in halfway.order_by("at"):
            erasure.finish(condemnation, actor=self.actor)

    def _erase_units(self) -> None:
        rows = self._undone().filter(spans__isnull=True).exclude(label__in=PERSON).order_by("unit", "pk")
        for portion in _portions(list(rows)):
            self._erase(portion)

    def _erase(self, items: Sequence[PlanItem]) -> None:
        """Erase what is left of these records; where that breaks, unit by unit, so that one takes no other along."""
        try:
            erased = self._erase_rows(_living(items))
        except BROKEN as problem:
            units = [list(group) for _, group in groupby(items, key=attrgetter("unit"))]
            if len(units) > 1:
                for unit in units:
                    self._erase(unit)
                return
            self._failed(items, problem)
            return
        defer(erased.kept)
        self._done(items, {ref.id: refusal for ref, refusal in erased.kept.items()})

    def _erase_rows(self, rows: Sequence[SealedModel]) -> erasure.Erased:
        return erasure.erase(rows, **self._as_asked(), remember=Memory.PERSON)

    def _redact_passages(self) -> None:
        for item in self._undone().filter(spans__isnull=False):
            self._redact(item)

    def _redact(self, item: PlanItem) -> None:
        taken = Taken()
        try:
            for row in _living([item]):
                taken = take_out(row, item, self._as_asked())
        except Forgotten:
            logger.info("A text of %s was erased before it could be redacted.", self.request.reference)
        except (*BROKEN, *UNHEARD) as problem:
            self._failed([item], problem)
            return
        if taken.unplaced:
            PlanItem.objects.filter(pk=item.pk).update(because=words.TEXT_ONLY)
            item.because = words.TEXT_ONLY
        self._done([item], {item.record_id: taken.refused} if taken.refused else {})

    def _as_asked(self) -> Asker:
        return {
            "actor": self.actor,
            "ground": GROUND,
            "case": self.request.reference,
            "without_guards": OWN_GUARDS,
        }

    def _erase_customers(self) -> None:
        """Erase each customer's row and identifiers, unless something of the customer stays."""
        rows = self._undone().filter(label__in=PERSON).order_by("customer_id", "pk")
        for customer_id, group in groupby(rows, key=lambda item: item.customer_id):
            items = list(group)
            stays = self.request.items.filter(
                customer_id=customer_id, outcome__in=(Outcome.KEPT, Outcome.FAILED)
            ).exclude(label__in=PERSON)
            if stays.exists():
                self._keep(items)
            else:
                self._erase_person(items)

    def _erase_person(self, items: Sequence[PlanItem]) -> None:
        """Take the identifiers and the customer's row together or not at all."""
        self._erase([_as_one_unit(item) for item in items])

    def _keep(self, items: Sequence[PlanItem]) -> None:
        PlanItem.objects.filter(pk__in=[item.pk for item in items]).update(
            done_at=timezone.now(), outcome=Outcome.KEPT, because=words.CUSTOMER_KEPT
        )
        self._tell()

    def _conclude(self, *, proved: bool) -> None:
        with transaction.atomic():
            request = Request.objects.select_for_update().get(pk=self.request.pk)
            if request.state != State.EXECUTING or open_again(request, actor=self.actor):
                return
            left = request.items.exclude(outcome__in=(Outcome.DONE, Outcome.GONE, Outcome.NOT_THEIRS)).count()
            elsewhere = unfinished(request)
            request.state = State.COMPLETED if proved and not left and not elsewhere else State.EXCEPTIONS
            request.finished_at = timezone.now()
            request.save(update_fields=["state", "finished_at"])
            done = request.items.count() - left
            facts: dict[str, Fact] = {"done": done, "left": left, "proved": proved, "elsewhere": elsewhere}
            note("request.completed", request, self.actor, facts=facts)

    def _undone(self) -> "QuerySet[PlanItem]":
        return self.request.items.undone().exclude(action=Action.DECIDE).exclude(label=FILE)

    def _done(self, items: Sequence[PlanItem], kept: dict[UUID, Refusal]) -> None:
        for item in items:
            refusal = kept.get(item.record_id)
            item.done_at = timezone.now()
            item.outcome = Outcome.KEPT if refusal else Outcome.DONE
            if refusal:
                item.because, item.held_by = kept_by(refusal)
        PlanItem.objects.bulk_update(items, ["done_at", "outcome", "because", "held_by"], batch_size=AT_ONCE)
        self._tell()

    def _failed(self, items: Sequence[PlanItem], problem: Exception) -> None:
        logger.error("%d records of %s failed with %s.", len(items), self.request.reference, type(problem).__name__)
        now = timezone.now()
        PlanItem.objects.filter(pk__in=[item.pk for item in items]).update(
            done_at=now, outcome=Outcome.FAILED, because=words.UNREADABLE
        )
        with transaction.atomic():
            facts: dict[str, Fact] = {"items": len(items), "code": type(problem).__name__}
            note("request.item_failed", self.request, self.actor, facts=facts, outcome="failed")
        self._tell()

    def _tell(self) -> None:
        items = self.request.items
        self.progress(items.exclude(done_at=None).count(), items.count())


def _as_one_unit(item: PlanItem) -> PlanItem:
    item.unit = item.customer_id or item.unit
    return item


def _portions(items: Iterable[PlanItem]) -> Iterator[list[PlanItem]]:
    """Yield about 500 items at a time; a unit is never torn apart, so that a hold keeps all of it or none."""
    portion: list[PlanItem] = []
    for _, group in groupby(items, key=attrgetter("unit")):
        unit = list(group)
        if portion and len(portion) + len(unit) > AT_ONCE:
            yield portion
            portion = []
        portion += unit
    if portion:
        yield portion


def _living(items: Sequence[PlanItem]) -> list[SealedModel]:
    """Return the rows of items that were not condemned."""
    rows: list[SealedModel] = []
    for label in sorted({item.label for item in items}):
        ids = [item.record_id for item in items if item.label == label]
        rows += apps.get_model(label)._default_manager.filter(pk__in=ids, condemned_at=None)
    return rows
