"""Prove the log: read every entry again and see whether it is what was sealed.

The verifier shares only the hashing with the writer. It distrusts the stored leaf hashes, the columns beside the text,
the checkpoints in the database and the order; what it trusts are the signing key's public half and the checkpoints
outside the database. It goes on after a finding, so that one change does not hide another.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping
from itertools import takewhile
from math import inf
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from privacy import keys
from trail.actor import Actor
from trail.checkpoint import BadNote, Head, Signer, Verifier
from trail.checkpoint_file import CheckpointFile
from trail.merkle import HASH_BYTES, NODE, fold
from trail.models import VerificationRun
from trail.report import KEPT, Report
from trail.rows import MISSING, Place, StoredHead, chunks
from trail.sequence import SECRET
from trail.verify_details import check_details, check_openable
from vault.errors import KeyMissing

NO_MORE: tuple[float, str] = (inf, "")
UNPLACED = """
    SELECT count(*) FROM trail_event e WHERE NOT EXISTS (SELECT 1 FROM trail_position p WHERE p.event_id = e.id)
"""
HEADS_BEYOND = """
    SELECT size FROM trail_checkpoint c WHERE NOT EXISTS (SELECT 1 FROM trail_position p WHERE p.seq = c.size - 1)
    ORDER BY size
"""


def verify(*, folder: str | Path | None = None, actor: Actor | None = None, columns: bool = True) -> Report:
    """Check the whole log and return what was found; nothing is changed.

    `folder` holds the checkpoints kept outside, with their public key (the setting's folder unless given: an auditor
    may bring a copy). With an `actor`, every detail that still opens is compared with its commitment, and the opening
    is on record. Without `columns` the columns beside the entries, which only serve searching, are not compared, which
    is twice as fast. Call it outside a transaction.
    """
    started = time.monotonic()
    report = Report()
    file = CheckpointFile(folder)
    # Read before the snapshot: a checkpoint signed meanwhile is not missing from it.
    known = file.last_size()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        walk = Walk(report, _verifier(file, report), file, known)
        for heads, places in chunks(columns=columns):
            walk.take(places, heads)
        walk.end()
        _check_rest(report, walk)
        check_details(report)
    if actor is not None:
        check_openable(report, actor)
    report.seconds = time.monotonic() - started
    return report


def remember(report: Report) -> VerificationRun:
    """Store what a verification found, for the auditor's page."""
    return VerificationRun.objects.create(
        seconds=report.seconds,
        entries=report.entries,
        pending=report.pending,
        findings_count=report.findings_count,
        findings=[finding.sentence for finding in report.findings[:KEPT]],
    )


class Walk:
    """One pass along the tree: the verifier's own tree beside the places as they come."""

    def __init__(self, report: Report, verifier: Verifier | None, file: CheckpointFile, known: int) -> None:
        """Walk with the checkpoints of `file` up to the size `known`."""
        self.report = report
        self.verifier = verifier
        self.size = 0
        self.proved = 0
        self.sealed = 0
        self._subtrees: list[bytes] = []
        self._is_whole = True
        self._outside = takewhile(lambda line: line[0] <= known, file.lines())
        self._next_outside: tuple[float, str] = next(self._outside, NO_MORE)

    def take(self, places: Iterable[Place], heads: Mapping[int, StoredHead]) -> None:
        """Check a run of places, and the heads that end in it."""
        sha256 = hashlib.sha256
        for seq, event_id, leaf, problem in places:
            if seq != self.size:
                self._gap(seq)
            if problem:
                self._tell(seq, event_id, problem)
            if self._is_whole:
                subtrees, rest = self._subtrees, seq
                while rest & 1:
                    leaf = sha256(NODE + subtrees.pop() + leaf).digest()  # noqa: PLW2901 - it climbs
                    rest >>= 1
                subtrees.append(leaf)
            self.size = size = seq + 1
            if size in heads or size >= self._next_outside[0]:
                self._check_heads(heads.get(size))

    def _check_heads(self, stored: StoredHead | None) -> None:
        if stored:
            self._check_stored(stored)
        while self._next_outside[0] <= self.size:
            size, note = self._next_outside
            self._compare_outside(int(size), note, stored)
            self._next_outside = next(self._outside, NO_MORE)

    def end(self) -> None:
        """Compare the end of the log with what is known outside."""
        self.report.entries = self.size
        if self._next_outside != NO_MORE:
            longest = max([self._next_outside[0], *(size for size, _ in self._outside)])
            self.report.add(
                "truncated",
                f"The log ends after {self.size} entries, but a checkpoint kept outside the database has {longest}:"
                " its end was cut off or an older copy was restored.",
                position=self.size,
            )
        if self.sealed < self.size:
            self.report.add(
                "unsigned",
                f"Positions {self.sealed} to {self.size - 1} have no signed checkpoint: it was removed, or the places"
                " were given behind the sequencer's back.",
                position=self.sealed,
            )

    def _gap(self, seq: int) -> None:
        last = seq - 1
        self.report.add("missing", f"{_span(self.size, last)}: missing from the log.", position=self.size)
        self.size = seq
        self._is_whole = False

    def _tell(self, seq: int, event: bytes, what: str) -> None:
        event_id = UUID(event.decode())
        code = "missing" if what == MISSING else "changed"
        self.report.add(code, f"Entry {event_id} at position {seq} {what}", position=seq, event_id=event_id)
        if what == MISSING:
            self._is_whole = False

    def _check_stored(self, stored: StoredHead) -> None:
        self.sealed = self.size
        self.report.checkpoints += 1
        head = self._opened(stored.note, "the database")
        if head is None:
            return
        if head.root != stored.root:
            self._differs(f"The checkpoint of {head.size} entries has another root than its signed note.")
        self._compare(head, "")
        self._go_on_from(stored, head)

    def _compare_outside(self, size: int, outside: str, stored: StoredHead | None) -> None:
        self.report.outside += 1
        if stored and stored.note == outside:
            return
        if size < self.size:
            self._differs(f"The checkpoint of {size} entries, kept outside the database, ends at no place of the log.")
            return
        if stored is None:
            self._differs(f"The checkpoint of {size} entries, kept outside, is missing from the database.")
        head = self._opened(outside, "the folder outside the database")
        if head is not None:
            self._compare(head, " outside the database")

    def _opened(self, note: str, where: str) -> Head | None:
        """Return the head of a note whose signature holds and which stands at its place."""
        if self.verifier is None:
            return None
        try:
            head = self.verifier.open(note)
        except BadNote as problem:
            self.report.add(
                "signature",
                f"The checkpoint of {self.size} entries in {where} is forged: {problem}",
                position=self.size - 1,
            )
            return None
        if head.size != self.size:
            self._differs(f"The checkpoint stored for {self.size} entries in {where} was signed for {head.size}.")
            return None
        return head

    def _compare(self, head: Head, where: str) -> None:
        if not self._is_whole:
            return
        if fold(self._subtrees) == head.root:
            self.proved = self.size
            return
        self._is_whole = False
        span = _span(self.proved, self.size - 1)
        self.report.add(
            "differs",
            f"{span}: what stands there is not what was sealed (changed, inserted, exchanged or reordered); the signed"
            f" checkpoint{where} of {head.size} entries has another root.",
            position=self.proved,
        )

    def _go_on_from(self, stored: StoredHead, head: Head) -> None:
        """After a finding, take up the tree again at a signed head whose stored frontier gives its root."""
        if self._is_whole:
            return
        frontier = stored.frontier
        subtrees = [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)]
        if len(subtrees) == self.size.bit_count() and fold(subtrees) == head.root:
            self._subtrees, self._is_whole, self.proved = subtrees, True, self.size

    def _differs(self, sentence: str) -> None:
        self.report.add("checkpoint", sentence, position=self.size - 1)


def _span(first: int, last: int) -> str:
    return f"Position {last}" if first == last else f"Positions {first} to {last}"


def _verifier(file: CheckpointFile, report: Report) -> Verifier | None:
    """Return the public key kept with the checkpoints, else that of the key directory."""
    try:
        published = file.public_key()
        return Verifier.parse(published) if published else Signer(keys.directory().secret(SECRET)).verifier
    except (BadNote, KeyMissing) as problem:
        if _has_heads():
            report.add("key", f"There is no public key to check the checkpoints with: {problem}")
        return None


def _has_heads() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM trail_checkpoint)")
        return bool(cursor.fetchone()[0])


def _check_rest(report: Report, walk: Walk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(UNPLACED)
        (report.pending,) = cursor.fetchone()
        cursor.execute(HEADS_BEYOND)
        for (size,) in cursor.fetchall():
            report.add(
                "truncated",
                f"There is a checkpoint of {size} entries, but nothing at position {size - 1}: it has {walk.size}.",
                position=size - 1,
            )
