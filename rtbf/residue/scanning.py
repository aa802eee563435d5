"""Search for what may be left of a person, everywhere, distrusting the eraser.

The eraser goes by the map and the index; this goes by the bytes. What it finds is a finding with a place and never the
value. A finding in a record that the request keeps says so; what only looks alike (a name, a common phrase) is told and
decides nothing. What could not be searched is told as well: then nobody can call the result clean.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from customers.identifiers import Kind as Identifies
from interactions.batch import numbering_of
from interactions.models import Mention
from jobs.registry import Progress
from privacy import map as data_map
from privacy.keyring.models import Key
from privacy.keyring.ring import KeyLost
from privacy.models import DoomedKey, SealedField, SealedModel
from privacy.open import Forgotten, Warrant, open_rows, warrant
from privacy.portions import in_portions
from rtbf.discovery.reading import read_all
from rtbf.discovery.records import TEXT_OF
from rtbf.entries import GROUND
from rtbf.models import Action, Outcome, Request, RequestedIdentifier, ResidueFinding, ResidueScan, SearchSample, Weight
from rtbf.querysets import SEE
from rtbf.residue import places, tables
from rtbf.residue.drops import dropped_files
from rtbf.residue.pieces import Kind, Piece
from rtbf.residue.sealed import as_text, pieces_of_content
from rtbf.residue.shingles import Samples
from rtbf.residue.spellings import Marks, marks_of
from trail.actor import Actor, require_actor
from trail.append import append
from vault.errors import VaultError

AT_ONCE = 200
TOLD_EVERY = 1_000
MOST_FINDINGS = 1_000
CONTENT, KEY = "content", "key"
NO_SAMPLES = Samples.of(b"", ())

logger = logging.getLogger(__name__)


def search_for_residue(*, actor: Actor, account: Account, identifiers: Sequence[str]) -> ResidueScan:
    """Search everywhere for a person by identifiers, each `KIND:VALUE`. Nothing is changed, nothing typed is kept.

    Raises Refused, and what read_all raises.
    """
    require(require_actor(actor), SEE, account, action="residue.searched")
    read = read_all(account, identifiers)
    known = [(each.asked.kind, each.typed) for each in read]
    marks = marks_of(account.pk, known, regions=numbering_of(account).regions)
    return scan(account, marks, NO_SAMPLES, actor=actor)


def scan(
    account: Account,
    marks: Marks,
    samples: Samples,
    *,
    actor: Actor,
    request: Request | None = None,
    progress: Progress | None = None,
) -> ResidueScan:
    """Search everywhere for these marks and samples, and write down what was found and where.

    Raises jobs.errors.Cancelled and LeaseLost from `progress`, and django.db.OperationalError.
    """
    case = request.reference if request else ""
    record = ResidueScan.objects.create(account=account, request=request)
    opening = warrant(actor=actor, action="residue.started", account_id=account.pk, purpose=GROUND, case=case)
    search = Search(account, marks, samples, opening, request, progress)
    search.run()
    with transaction.atomic():
        _write_down(search, record)

        left = sum(1 for key in search.found if key[4] == Weight.LEFT)
        append(
            "residue.searched", actor=actor, account_id=account.pk, purpose=GROUND, case=case,
            record=(request._meta.label, str(request.pk)) if request else None,
            facts={"left": left, "places": sum(search.searched.values()), "not_searched": len(search.not_searched)},
        )  # fmt: skip
    return record


def _write_down(search: "Search", record: ResidueScan) -> None:
    """Save what was looked for, where, and what was found."""
    record.ended_at = timezone.now()
    record.identifiers, record.texts = len(search.marks.marks), len(search.samples.texts)
    record.searched, record.not_searched = dict(search.searched), sorted(search.not_searched)
    record.save()
    ResidueFinding.objects.bulk_create(search.findings(record), batch_size=AT_ONCE)


class Search:
    """One search: what is looked for, and what was found so far."""

    def __init__(
        self,
        account: Account,
        marks: Marks,
        samples: Samples,
        opening: Warrant,
        request: Request | None,
        progress: Progress | None,
    ) -> None:
        self.account, self.marks, self.samples = account, marks, samples
        self.opening, self.request, self.progress = opening, request, progress
        self.found: Counter[tuple[str, str, str, str, str]] = Counter()
        self.searched: Counter[str] = Counter()
        self.not_searched = {f"{kind}_too_short" for kind in marks.too_short}
        self.kept = _kept(request)
        self.total = 0

    def run(self) -> None:
        """Look everywhere."""
        self._keys()
        self._tables()
        self._sealed_values()
        self._pieces(places.stored_files(self.not_searched))
        self._pieces(places.home_files(self.not_searched))
        self._pieces(dropped_files(self.account, self.opening, self.not_searched))
        self._pieces(places.sessions())
        self._servers()
        self._tell(force=True)

    def findings(self, record: ResidueScan) -> list[ResidueFinding]:
        """Return what was found, as rows."""
        return [
            ResidueFinding(
                scan=record, kind=kind, place=place[:200], record=row[:100], what=what, weight=weight, number=number
            )
            for (kind, place, row, what, weight), number in sorted(self.found.items())
        ]

    def look(self, piece: Piece, *, is_case: bool = False) -> None:
        """Search one piece."""
        self.searched[piece.kind] += 1
        for what, certain in self.marks.found_in(piece.data) | (
            self.marks.said_in(piece.text) if piece.text else set()
        ):
            self._note(piece, what, Weight.LEFT if certain else Weight.ALIKE, is_case=is_case)
        many, whole = self.samples.most_in(piece.data)
        weight = _weight(many, whole, opened=piece.kind in ("sealed", "content"))
        if weight:
            self._note(piece, CONTENT, weight, is_case=is_case)
        self._tell()

    def _note(self, piece: Piece, what: str, weight: Weight, *, is_case: bool) -> None:
        record = piece.record
        if weight == Weight.LEFT and (is_case or record in self.kept):
            weight = Weight.KEPT
        if self.marks.found_in(record.encode(errors="surrogateescape")):
            record = f"#{hashlib.sha256(record.encode(errors='surrogateescape')).hexdigest()[:12]}"
        if len(self.found) >= MOST_FINDINGS:
            record = ""
        self.found[piece.kind, piece.place, record, what, weight.value] += 1

    def _keys(self) -> None:
        """See that every key this request sentenced is gone."""
        if self.request is None:
            return
        doomed = DoomedKey.objects.filter(
            condemnation__account_id=self.account.pk, condemnation__case=self.request.reference
        ).values_list("key_id", flat=True)
        for ids in in_portions(doomed.iterator(), 5_000):
            self.searched[KEY] += len(ids)
            for key_id in Key.objects.filter(pk__in=ids).values_list("pk", flat=True):
                self.found[KEY, "keyring", str(key_id), KEY, Weight.LEFT.value] += 1

    def _tables(self) -> None:
        found = tables.tables()
        self.total = sum(table.rows for table in found)
        self.not_searched |= {table.place for table in found if not table.readable}
        readable = [table for table in found if table.readable]
        with closing(tables.rows_of(readable, without=self.request.pk if self.request else None)) as rows:
            for row in rows:
                for piece in row:
                    self.look(piece)

    def _sealed_values(self) -> None:
        for entry in data_map.erasable():
            rows: Any = entry.model._default_manager.filter(account_id=self.account.pk).order_by("pk")
            if entry.model is SearchSample:
                continue
            if entry.model is RequestedIdentifier and self.request is not None:
                rows = rows.exclude(request=self.request)
            names = [each.name for each in entry.model._meta.concrete_fields if isinstance(each, SealedField)]
            if names:
                self._opened(entry, rows.exclude(key_id=None), names)
            if entry.content:
                self._contents(rows.exclude(content_key_id=None))

    def _opened(self, entry: data_map.Entry, rows: Any, names: Sequence[str]) -> None:
        for portion in in_portions(rows.iterator(chunk_size=AT_ONCE), AT_ONCE):
            for pk, values in self._open(portion, names).items():
                for name, value in values.items():
                    if value is not None:
                        is_case = entry.personal[name].category == data_map.Category.CASE
                        text, whole = as_text(value)
                        piece = Piece("sealed", f"{entry.label}.{name}", str(pk), whole.encode(), text)
                        self.look(piece, is_case=is_case)

    def _open(self, rows: Sequence[SealedModel], names: Sequence[str]) -> dict[UUID, dict[str, Any]]:
        """Open rows together, or one by one when one of them is damaged."""
        try:
            return open_rows(rows, *names, warrant=self.opening)
        except (VaultError, KeyLost, ValueError) as problem:
            if len(rows) > 1:
                return {pk: each for row in rows for pk, each in self._open([row], names).items()}
            logger.warning("A value was not searched (%s).", type(problem).__name__)
            self.not_searched.add(f"{rows[0]._meta.label} unreadable")
            return {}

    def _contents(self, rows: Any) -> None:
        for row in rows.iterator(chunk_size=AT_ONCE):
            try:
                self._pieces(pieces_of_content(row, self.opening))
            except Forgotten:
                continue
            except (VaultError, KeyLost, OSError) as problem:
                logger.warning("A file was not searched (%s).", type(problem).__name__)
                self.not_searched.add(f"{row._meta.label} file unreadable")

    def _servers(self) -> None:
        cache = caches["default"]
        if isinstance(cache, LocMemCache):
            kept = [(str(key), value) for key, value in getattr(cache, "_cache", {}).items()]
            self._pieces(Piece("cache", "memory", "", f"{key}".encode() + bytes(value)) for key, value in kept)
        else:
            self._server("cache", settings.CACHE_URL)
        self._server("queue", settings.BROKER_URL)

    def _server(self, kind: Kind, url: str) -> None:
        try:
            self._pieces(places.server(kind, url))
        except OSError as problem:
            logger.warning("The %s was not searched: %s", kind, type(problem).__name__)
            self.not_searched.add(kind)

    def _pieces(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self.look(piece)

    def _tell(self, *, force: bool = False) -> None:
        done = sum(self.searched.values())
        if self.progress is not None and (force or done % TOLD_EVERY == 0):
            self.progress(done, max(self.total, done))


def forgotten_marks(request: Request, opened: Iterable[tuple[str, str]]) -> Marks:
    """Return the marks of a request's identifiers, each `(kind, value)`."""
    regions = numbering_of(request.account).regions
    return marks_of(request.account_id, [(Identifies(kind), value) for kind, value in opened], regions=regions)


def _kept(request: Request | None) -> frozenset[str]:
    """Return the records that the request leaves as they are, and says so."""
    if request is None:
        return frozenset()
    items = request.items.exclude(outcome__in=(Outcome.DONE, Outcome.GONE))
    staying = items.exclude(outcome="") | items.filter(action__in=(Action.KEEP, Action.DECIDE))
    kept = set(staying.values_list("record_id", flat=True))
    for name in TEXT_OF:
        # Where the passage stays, the index entry that finds it stays as well.
        kept |= set(Mention.objects.filter(**{f"{name}__in": kept}).values_list("pk", flat=True))
    return frozenset(map(str, kept))


def _weight(many: int, whole: int, *, opened: bool) -> Weight | None:
    """Weigh the shingles found in one piece: in clear nothing may stand; elsewhere people say the same things."""
    if not opened:
        return Weight.LEFT if many >= 2 else None
    if many * 2 < whole or many < 2:
        return None
    return Weight.LEFT if many >= 3 else Weight.ALIKE
