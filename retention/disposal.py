"""Dispose of what no policy keeps any more: one run an account and night, in chunks that can be killed anywhere.

The day it disposes for and the policies are fixed at the start. Each chunk is read again under those policies and
condemned by the one eraser under all its guards, then the cursor moves, and the chunk is finished while the next is
decided; what a guard keeps becomes a row with its ground. A run that is killed goes on where its cursor stands: what
was condemned is finished first, and is not found again.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from jobs.queue import enqueue
from jobs.registry import Progress
from privacy import bulk, erasure, restored
from privacy import map as data_map
from privacy.descendants import below
from privacy.files import unlink_doomed
from privacy.guards import Refusal
from privacy.ledger import Memory
from privacy.models import Condemnation, SealedModel
from privacy.witness import RecordRef
from retention.bare import CALLS, dispose_of_bare
from retention.due import Portion, Schedule
from retention.finishing import BROKEN, Finisher, finisher
from retention.models import Deferral, Run, RunState
from retention.nights import DISPOSE
from retention.pace import Pace
from retention.policies import rules_of
from retention.preview import count_due
from retention.windows import is_open, next_opening
from trail.actor import Actor
from trail.append import append
from trail.canonical import Fact
from trail.models import Checkpoint, Event

GROUND = "retention"
UNREADABLE = "unreadable"
READ = ("id", "account_id", "ended_at")
"""All that is read of a record before the eraser locks it; sealed values stay where they are."""
LOOK_AGAIN = timedelta(minutes=15)

logger = logging.getLogger(__name__)


def dispose(run_id: UUID, *, actor: Actor, progress: Progress) -> None:
    """Carry out a run, or go on with it. Safe to run twice and to kill.

    At the end of the night's window, and while nobody has looked at the holds of a restored database, it stops and
    goes on later by itself.
    """
    run = Run.objects.select_related("account").filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None:
        return
    try:
        with finisher(actor) as behind:
            Disposal(run, actor, progress, behind).carry_out()
    except Waits as reason:
        with transaction.atomic():
            job = enqueue(DISPOSE, account_id=run.account_id, subject=run.pk, actor=actor, not_before=reason.until)
            Run.objects.filter(pk=run.pk).update(job_id=job.pk)


class Waits(Exception):
    """The run has to wait until a moment."""

    def __init__(self, until: datetime) -> None:
        """Say until when."""
        super().__init__(until.isoformat())
        self.until = until


class Disposal:
    """One attempt at a run."""

    def __init__(self, run: Run, actor: Actor, progress: Progress, behind: Finisher) -> None:
        """Take the run, who acts, where progress is told, and who finishes what was condemned."""
        self.run = run
        self.actor = actor
        self.progress = progress
        self.behind = behind
        self.schedule = Schedule.at(run.account, run.policies_at)
        self.rules = rules_of(run.account)
        self.paces: dict[str, Pace] = defaultdict(Pace)

    def carry_out(self) -> None:
        """Do all that is left of the run."""
        self._finish_interrupted()
        portions = list(self.schedule.portions(self.run.cut_off))
        for number in range(self.run.cursor.get("portion", 0), len(portions)):
            self._dispose_of(number, portions[number])
        self._conclude()

    def _finish_interrupted(self) -> None:
        """Finish what an earlier attempt had condemned when it was killed."""
        for condemnation in self._halfway().order_by("at"):
            erasure.finish(condemnation, actor=self.actor)

    def _halfway(self) -> "QuerySet[Condemnation]":
        return Condemnation.objects.filter(account_id=self.run.account_id, case=self.run.reference, done_at=None)

    def _dispose_of(self, number: int, portion: Portion) -> None:
        while self._may_go_on():
            pace, begun = self.paces[portion.kind], time.monotonic()
            rows = self._next(number, portion, pace.size)
            if not rows:
                # What follows may lie above or beside what goes here, and would wait for its locks in a circle.
                self.behind.settle()
                return
            self._erase([row for row in rows if self._is_due(portion, row)])
            self._advance(number, rows[-1])
            pace.learn(len(rows), time.monotonic() - begun)
            time.sleep(self.rules.pause_ms / 1000)

    def _may_go_on(self) -> bool:
        """Ask before every chunk. Raises Waits when the run has to wait, Cancelled when somebody paused it."""
        now = timezone.now()
        if restored.disposal_paused(self.run.account_id):
            raise Waits(now + LOOK_AGAIN)
        if self.run.started_by_id is None and not is_open(self.rules, self.run.account, now):
            raise Waits(next_opening(self.rules, self.run.account, now))
        done = sum(each.get("disposed", 0) + each.get("deferred", 0) for each in self.run.counts.values())
        self.progress(done, sum(each.get("due", 0) for each in self.run.counts.values()))
        return True

    def _next(self, number: int, portion: Portion, most: int) -> list[SealedModel]:
        rows = portion.rows()
        cursor = self.run.cursor
        if cursor.get("portion") == number and cursor.get("id"):
            at = datetime.fromisoformat(cursor["ended_at"])
            same = bulk.load(rows.filter(Q(ended_at=at, pk__gt=cursor["id"]))[:most], *READ)
            return [*same, *bulk.load(rows.filter(Q(ended_at__gt=at))[: most - len(same)], *READ)]
        return bulk.load(rows[:most], *READ)

    def _is_due(self, portion: Portion, row: SealedModel) -> bool:
        """Decide again over each record: days between may be another policy's, and that one paused."""
        ended_on = self.schedule.day_of(row.ended_at)  # type: ignore[attr-defined]  # the map says that it ages
        decision = self.schedule.decide(portion.kind, portion.call, ended_on)
        return decision.last_day < self.run.cut_off and decision.rule.id not in self.schedule.paused

    def _erase(self, rows: Sequence[SealedModel]) -> None:
        """Erase records with what belongs to them; where that breaks, one by one, so that one takes no other along."""
        try:
            kept = self._erase_together(rows)
        except BROKEN as problem:
            if len(rows) > 1:
                for row in rows:
                    self._erase([row])
                return
            logger.error("A record of %s could not be disposed of (%s).", self.run.reference, type(problem).__name__)
            self._defer(rows, {rows[0].pk: Refusal(UNREADABLE, "It could not be erased.")})
            return
        self._defer(rows, {ref.id: refusal for ref, refusal in kept.items()})

    def _erase_together(self, rows: Sequence[SealedModel]) -> dict[RecordRef, Refusal]:
        if not rows:
            return {}
        by_policy = {entry.model for entry in data_map.kinds().values()}
        # The eraser reads what it needs under its locks, so an id is enough of a part.
        ids: dict[type[SealedModel], list[UUID]] = defaultdict(list)
        for each in below(type(rows[0]), [row.pk for row in rows]):
            ids[each.model].append(each.id)
        parts = [row for model in ids.keys() - by_policy for row in bulk.named(model, ids[model])]
        condemnation, kept = erasure.condemn(
            [*rows, *parts], actor=self.actor, ground=GROUND, case=self.run.reference, remember=Memory.RECORDS
        )
        if condemnation:
            self.behind.begin(condemnation)
        return kept

    def _defer(self, rows: Sequence[SealedModel], refused: Mapping[UUID, Refusal]) -> None:
        """Write down what stays; what stayed before and has gone now is resolved with the decision (`deferring`)."""
        label = type(rows[0])._meta.label if rows else ""
        deferrals = [
            Deferral(
                account_id=self.run.account_id, label=label, record_id=row.pk, ground=refused[row.pk].ground,
                held_by=refused[row.pk].by, run=self.run, last_at=timezone.now(),
            )
            for row in rows
            if row.pk in refused
        ]  # fmt: skip
        Deferral.objects.bulk_create(
            deferrals,
            update_conflicts=True,
            unique_fields=["account", "label", "record_id"],
            update_fields=["ground", "held_by", "run", "last_at"],
        )
        self._count(label, disposed=len(rows) - len(deferrals), deferred=len(deferrals))

    def _count(self, label: str, **numbers: int) -> None:
        for kind, entry in data_map.kinds().items():
            if entry.label == label:
                counts = self.run.counts.setdefault(kind, {})
                for name, number in numbers.items():
                    counts[name] = counts.get(name, 0) + number

    def _advance(self, number: int, last: SealedModel) -> None:
        ended_at = last.ended_at.isoformat()  # type: ignore[attr-defined]  # the map says that it ages
        self.run.cursor = {"portion": number, "ended_at": ended_at, "id": str(last.pk)}
        self.run.save(update_fields=["cursor", "counts"])

    def _conclude(self) -> None:
        """Count what went from the log itself, foresee the next night, and point to the proof."""
        run = self.run
        # A chunk removes a thousand files at most, so that none takes long.
        while unlink_doomed():
            self._may_go_on()
        dispose_of_bare(self._calls_gone(), actor=self.actor, ground=GROUND, case=run.reference)
        for kind, number in self._erased().items():
            run.counts.setdefault(kind, {})["disposed"] = number
        deferred = sum(each.get("deferred", 0) for each in run.counts.values())
        disposed = sum(each.get("disposed", 0) for each in run.counts.values())
        tomorrow = run.cut_off + timedelta(days=1)
        run.next_foreseen = sum(count_due(Schedule.at(run.account, timezone.now()), tomorrow).values())
        with transaction.atomic():
            run.state = RunState.EXCEPTIONS if self._failed() else RunState.COMPLETED
            run.finished_at = timezone.now()
            run.checkpoint = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
            run.save()
            facts: dict[str, Fact] = {"disposed": disposed, "deferred": deferred}
            append("disposal.finished", actor=self.actor, account_id=run.account_id, record=_name(run), facts=facts)

    def _failed(self) -> bool:
        unreadable = Deferral.objects.filter(run=self.run, ground=UNREADABLE, resolved_at=None)
        return unreadable.exists() or self._halfway().exists()

    def _entries(self) -> "QuerySet[Event]":
        """Return the entries of what this run has erased."""
        run = self.run
        return Event.objects.filter(
            account_id=run.account_id, at__gte=run.created_at, case=run.reference, action="record.erased"
        )

    def _calls_gone(self) -> Iterator[UUID]:
        label = data_map.kinds()[CALLS].label
        rows = self._entries().filter(record_label=label).values_list("record_id", flat=True)
        return (UUID(each) for each in rows.iterator())

    def _erased(self) -> dict[str, int]:
        """Return by kind how many records the log says this run has erased."""
        found = dict(self._entries().values_list("record_label").annotate(number=Count("pk")).order_by())
        return {kind: found[entry.label] for kind, entry in data_map.kinds().items() if entry.label in found}


def _name(run: Run) -> tuple[str, str]:
    return run._meta.label, str(run.pk)
