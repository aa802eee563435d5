"""Take a folder of exports in, batch by batch, through the one door.

Batches are small enough that a million calls need no more memory than a hundred, and each commits whole: an import that
was killed goes on where it stopped when it is run again, because what is in is recognised.
"""

import gc
import logging
from collections import ChainMap, Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import Error

from accounts.models import Account
from accounts.rights import require
from customers.models import FieldMeaning
from interactions.drafts import (
    AudioKind,
    ContactDraft,
    Draft,
    Ignored,
    InteractionDraft,
    Links,
    Noted,
    NoteDraft,
    Place,
    Rejected,
)
from interactions.ingest import RIGHT, Ingested, ingest
from interactions.joining import PASSING, Aliases
from interactions.models import RunState
from interactions.runs import FORGOTTEN, MOST_REJECTED, RunRecord
from interactions.sources.reader import read_all
from trail.actor import Actor

__all__ = ["MOST_REJECTED", "Intake", "Report", "import_folder"]

DRAFTS_A_BATCH = 2_000
SOUNDS_A_BATCH = 40
MOST_WAITING = 50_000
MOST_FILES = 100_000
MOST_LINKED = 200_000
WAITS = "no_call"
GREETING = "A mailbox greeting: the house's own voice, no customer's."
TOO_MANY_LINKS = "One import can tie at most 200,000 calls by lists; import the rest with a list of its own."
NO_CALL = "It belongs to a call that is neither in this import nor in the account; import that call first."


logger = logging.getLogger(__name__)


@dataclass
class Report:
    """What an import came to. `rejected` holds at most 10,000 entries; `counts["rejected"]` counts them all.

    broken: the files of which anything was left out; waiting: those that have something whose call is not known yet;
    forgotten: those that hold what was erased before, on request, by age or by hand.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)

    def add(self, ingested: Ingested) -> None:
        """Add what a batch came to."""
        self.counts += ingested.counts
        for each in ingested.rejected:
            self.reject(each)

    def reject(self, rejected: Rejected) -> None:
        """Count a rejected record, and keep it while there is room."""
        self.counts["rejected"] += 1
        if rejected.code == WAITS:
            self.waiting.add(rejected.file)
        elif rejected.code == FORGOTTEN:
            self.forgotten.add(rejected.file)
        else:
            self.broken.add(rejected.file)
        if len(self.rejected) < MOST_REJECTED:
            self.rejected.append(rejected)


def _nothing_more(drafts: Sequence[Draft], aliases: Aliases) -> None:
    """Do nothing with drafts that were taken in."""


@dataclass
class Intake:
    """One import under way: `read` as many folders as belong together, then `finish`.

    record: the run's row, or None for reading again what a run has told of. taken: called with the drafts of each batch
    after it was taken in, and the ids that lists tie together.
    """

    account: Account
    actor: Actor
    record: RunRecord | None
    progress: Callable[[int], None] = lambda read: None
    taken: Callable[[Sequence[Draft], Aliases], None] = _nothing_more
    report: Report = field(default_factory=Report)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    linked: list[InteractionDraft] = field(default_factory=list)
    batch: list[Draft] = field(default_factory=list)
    waiting: list[InteractionDraft] = field(default_factory=list)
    read_so_far: int = 0
    sounds: int = 0
    of_file: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write down how the import ends, also when it breaks."""
        try:
            with _collecting_rarely():
                yield
        except BaseException as problem:
            self._end(RunState.FAILED, type(problem).__name__)
            raise
        self._end(RunState.DONE)

    def _end(self, state: RunState, problem: str = "") -> None:
        if self.record is None:
            return
        try:
            self.record.advance(self.read_so_far, self.report.rejected)
            self.record.end(state, dict(self.report.counts), problem)
        except Error as error:
            if state == RunState.DONE:
                raise
            logger.warning("How import %s ended was not written down (%s).", self.record.row.pk, type(error).__name__)

    def read(self, root: Path, *, only: Collection[str] | None = None) -> None:
        """Take in everything below `root`, or only the files named, relative to it. Raises FileNotFoundError."""
        extensions = frozenset(self.account.agents.values_list("extension", flat=True))
        meanings = dict(FieldMeaning.objects.filter(account=self.account).values_list("field", "means"))
        zone = ZoneInfo(self.account.zone)
        for outcome in read_all(root, zone=zone, agent_extensions=extensions, meanings=meanings, only=only):
            self.take(outcome)
        self.flush()

    def finish(self) -> None:
        """Settle what waits, now that everything was read."""
        self.waiting += self.linked
        self.settle()

    def take(self, outcome: object) -> None:
        """Do with one outcome of the readers what it asks for."""
        match outcome:
            case InteractionDraft():
                self._queue(outcome)
            case ContactDraft() | NoteDraft():
                self._collect(outcome)
            case Links():
                self._link(outcome)
            case Rejected():
                self.report.reject(outcome)
            case Ignored():
                self.report.ignored.append(outcome)
            case Noted():
                self.report.notes.append(outcome)

    def _link(self, links: Links) -> None:
        if len(self.linked) >= MOST_LINKED:
            self.report.reject(Rejected(links.place.file, _line(links.place), TOO_MANY_LINKS))
            return
        everything = tuple(dict.fromkeys([*links.ids, *(a for each in links.ids for a in self.aliases.get(each, ()))]))
        self.aliases.update(dict.fromkeys(everything, everything))
        self.linked.append(_draft_of(links))

    def _queue(self, draft: InteractionDraft) -> None:
        if draft.audio and all(each.kind is AudioKind.GREETING for each in draft.audio):
            self.report.ignored.append(Ignored(draft.place.file, GREETING))
            return
        self._remember_file(draft)
        self.sounds += len(draft.audio)
        self._collect(draft)

    def _collect(self, draft: Draft) -> None:
        self.batch.append(draft)
        self.read_so_far += 1
        if len(self.batch) >= DRAFTS_A_BATCH or self.sounds >= SOUNDS_A_BATCH:
            self.flush()

    def _remember_file(self, draft: InteractionDraft) -> None:
        """Keep which call a file belongs to, for a transcript that names only the file; the oldest go first."""
        for each in draft.ids:
            if each.startswith(PASSING) and draft.started_at:
                self.of_file[each] = draft.ids
        while len(self.of_file) > MOST_FILES:
            self.of_file.popitem(last=False)

    def _ingest(self, drafts: Sequence[Draft]) -> Ingested:
        aliases = ChainMap(self.aliases, self.of_file)
        ingested = ingest(drafts, account=self.account, actor=self.actor, aliases=aliases)
        self.taken(drafts, aliases)
        return ingested

    def flush(self) -> None:
        """Take the collected drafts in."""
        drafts, self.batch, self.sounds = self.batch, [], 0
        ingested = self._ingest(drafts)
        self.report.add(ingested)
        self.waiting += ingested.waiting
        if self.record is not None:
            self.record.advance(self.read_so_far, self.report.rejected)
        self.progress(self.read_so_far)
        if len(self.waiting) >= MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Try once more what waited for its call; what still has none is rejected."""
        drafts, self.waiting = self.waiting, []
        for start in range(0, len(drafts), DRAFTS_A_BATCH):
            ingested = self._ingest(drafts[start : start + DRAFTS_A_BATCH])
            self.report.add(ingested)
            for each in ingested.waiting:
                self.report.reject(Rejected(each.place.file, _line(each.place), NO_CALL, WAITS))


def import_folder(
    root: Path, *, account: Account, actor: Actor, progress: Callable[[int], None] = lambda read: None
) -> Report:
    """Import everything below `root`, a folder or one file; `progress` is called with the records read so far.

    Raises FileNotFoundError, trail.refusal.Refused, and django.db.OperationalError when a database stops answering:
    what was taken in until then stays, and running again goes on.
    """
    require(actor, RIGHT, account, action="interactions.ingested")
    root.resolve(strict=True)
    intake = Intake(account, actor, RunRecord(account, actor), progress)
    with intake.running():
        intake.read(root)
        intake.finish()
    return intake.report


def _draft_of(links: Links) -> InteractionDraft:
    """Return what a linking file itself says about a call, as a draft that waits for that call."""
    return InteractionDraft(
        source="call-map",
        ids=links.ids,
        place=links.place,
        customer_names=links.customer_names,
        customer_ids=links.customer_ids,
        values=links.values,
        agent_name=links.agent_name,
        agent_extension=links.agent_extension,
    )


def _line(place: Place) -> int:
    return int(place.record.get("row") or place.record.get("line") or 0)


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let the garbage collector look at fewer things, and less often, meanwhile.

    Drafts and rows hold no circles and are freed when a batch is done; walking through them and the whole program
    again and again is a tenth of an import's time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
