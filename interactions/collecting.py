"""Look into a watched place and import what is complete and new there.

A file is removed or noted as read only after everything of it was taken in, and only if it is still the file that was
read: killed anywhere, the next look reads it again, and what is in is recognised. What could not be taken in wholly is
never removed, so that no call is lost with it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.rights import require
from interactions.drops.dropped import MOST_AT_ONCE, Dropped, Place, PlaceProblem, stem_of
from interactions.drops.places import open_place
from interactions.imports import Intake, Report
from interactions.ingest import RIGHT
from interactions.models import DropFolder, Original, Originals, OriginalState
from interactions.originals import Keeping, Known, index_of, known_in, version_of
from interactions.runs import RunRecord
from interactions.sounds import StoreFailed
from interactions.unlinking import UNLINK, forget_originals
from jobs.errors import JobFailed
from jobs.queue import enqueue
from privacy.ledger_gaps import LedgerInDoubt
from privacy.open import Forgotten
from trail.actor import Actor

COLLECT: Final = "interactions.collect"
WAITS_FOR: Final = timedelta(days=14)
CAME_AGAIN: Final = "came_again"
DONE_WITH: Final = "import"


def collect(folder_id: UUID, *, actor: Actor, progress: Callable[[int], None]) -> Report | None:
    """Import what is complete and new in a watched place; None when there is nothing. Safe to run twice and to kill.

    Raises trail.refusal.Refused, and JobFailed when the place or a database does not answer: nothing was removed then.
    """
    folder = DropFolder.objects.select_related("account").get(pk=folder_id)
    require(actor, RIGHT, folder.account, action="interactions.ingested")
    if not folder.is_active:
        return None
    report = None
    with _telling(folder):
        place = open_place(folder)
        known = known_in(folder)
        lying = list(place.look())
        chosen = list(_chosen(folder, lying, known))
        if chosen:
            report = _Look(folder, place, chosen, actor).run(progress)
        if len(lying) < MOST_AT_ONCE:
            _forget_gone(folder, lying, known, actor)
    return report


@contextmanager
def _telling(folder: DropFolder) -> Iterator[None]:
    """Write down when the place was looked at and what was wrong with it, and say which failures may pass by."""
    problem = ""
    try:
        yield
    except PlaceProblem as error:
        problem = error.code
        if folder.problem != problem:
            # Told once, and shown until it is mended: the place is looked at every few minutes.
            raise JobFailed(f"place.{error.code}") from error
    except (StoreFailed, Forgotten, LedgerInDoubt) as error:
        problem = type(error).__name__
        raise JobFailed(problem, again=True) from error
    finally:
        DropFolder.objects.filter(pk=folder.pk).update(looked_at=timezone.now(), problem=problem)


def _chosen(folder: DropFolder, lying: Sequence[Dropped], known: dict[bytes, Known]) -> Iterator[Dropped]:
    """Yield what is to be read: what is new or changed, with all that belongs to it, once all of that is complete.

    When there is anything, what waits for its call is read again too: the call may be among it.
    """
    waiting: list[Dropped] = []
    found = False
    for _, group in groupby(
        sorted(lying, key=lambda each: stem_of(each.relative)), key=lambda each: stem_of(each.relative)
    ):
        files = list(group)
        rows = [known.get(index_of(folder, each.relative)) for each in files]
        if not all(each.is_complete for each in files) or any(row and row.is_doomed for row in rows):
            continue
        is_new = [row is None or row.version != version_of(folder, each) for each, row in zip(files, rows, strict=True)]
        if any(is_new):
            found = True
            yield from files
        elif any(row and row.state == OriginalState.WAITING for row in rows):
            waiting += files
    if found:
        still = _still_waiting(folder)
        yield from (each for each in waiting if index_of(folder, each.relative) in still)


def _still_waiting(folder: DropFolder) -> set[bytes]:
    since = timezone.now() - WAITS_FOR
    rows = Original.objects.filter(folder=folder, condemned_at=None, created_at__gte=since)
    return {bytes(index) for index in rows.values_list("digest", flat=True)}


def _forget_gone(folder: DropFolder, lying: Sequence[Dropped], known: dict[bytes, Known], actor: Actor) -> None:
    """Erase the rows of files that somebody took away."""
    there = {index_of(folder, each.relative) for each in lying}
    gone = [row.id for index, row in known.items() if index not in there and not row.is_doomed]
    for start in range(0, len(gone), 200):
        rows = list(Original.objects.filter(pk__in=gone[start : start + 200], condemned_at=None, doomed_at=None))
        if rows:
            forget_originals(rows, actor=actor, ground=DONE_WITH)


class _Look:
    """One look: reads the chosen files, and then removes or keeps each."""

    def __init__(self, folder: DropFolder, place: Place, chosen: list[Dropped], actor: Actor) -> None:
        self._folder = folder
        self._place = place
        self._chosen = chosen
        self._actor = actor
        self._keeping = Keeping(folder)
        self._keeps_all = folder.originals == Originals.KEEP

    def run(self, progress: Callable[[int], None]) -> Report:
        """Do it."""
        intake = Intake(
            self._folder.account, self._actor, RunRecord(self._folder.account, self._actor, self._folder), progress
        )
        with intake.running():
            if self._keeps_all:
                self._keeping.begin(self._chosen)
                intake.taken = self._keeping.taken
            self._read(intake, self._chosen)
            self._settle(intake.report)
        return intake.report

    def _read(self, intake: Intake, files: Sequence[Dropped]) -> None:
        for at_hand in self._place.at_hand(files):
            with at_hand as root:
                intake.read(root, only={each.relative for each in files})
                intake.settle()
        intake.finish()

    def _settle(self, report: Report) -> None:
        ignored = {each.file for each in report.ignored}
        states = {each.relative: _state(each.relative, report, ignored) for each in self._chosen}
        staying = self._chosen if self._keeps_all else list(self._troubled(states))
        if not self._keeps_all and staying:
            self._tie(staying)
        kept = {each.relative for each in staying}
        for each in self._chosen:
            if each.relative not in kept:
                self._place.remove(each.relative, each.version)
            elif self._place.is_still(each):
                self._keeping.end(each, states[each.relative])
        self._doom([each for each in staying if each.relative in report.forgotten])

    def _troubled(self, states: dict[str, OriginalState]) -> Iterator[Dropped]:
        """Yield the files that may not be removed: those with something left out, with all that belongs to them."""
        stems = {stem_of(name) for name, state in states.items() if state != OriginalState.TAKEN}
        yield from (each for each in self._chosen if stem_of(each.relative) in stems)

    def _tie(self, files: Sequence[Dropped]) -> None:
        """Read files that stay although the account removes originals once more, to know whose calls they hold."""
        self._keeping.begin(files)
        again = Intake(self._folder.account, self._actor, None, taken=self._keeping.taken)
        self._read(again, files)

    def _doom(self, files: Collection[Dropped]) -> None:
        """Let go of files that bring back what was forgotten: the door refused it, and it may not lie here either."""
        if not files:
            return
        with transaction.atomic():
            for each in files:
                self._keeping.doom(each, CAME_AGAIN)
            enqueue(UNLINK, account_id=self._folder.account_id, subject=None, actor=self._actor)


def _state(relative: str, report: Report, ignored: Collection[str]) -> OriginalState:
    if relative in report.broken:
        return OriginalState.REFUSED
    if relative in report.waiting:
        return OriginalState.WAITING
    return OriginalState.LEFT_OUT if relative in ignored else OriginalState.TAKEN
