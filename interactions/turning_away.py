"""Turn away at the door what was forgotten: an export of before the erasure must not bring anybody back.

A call known by an id in the erasure ledger is left out whole, so it is not counted twice either: its row for statistics
is there. A call of before the erasure that names the forgotten person is left out too, wherever it comes from. A later
one is a new contact and welcome. A contact or note that says what a forgotten one said is refused from whatever file it
comes, also when its customer was in touch again. What is refused is told with the code `forgotten`, never with what it
held.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from accounts.models import Account
from customers.correcting import CODE as CORRECTED_CODE
from customers.forgetting import NAMING, NOBODY, mark_of, marks_of_record
from customers.kinds import Identifier as Known
from customers.models import Identifier, OfRegister
from customers.resolution import RECOGNISING, Indexed
from customers.restricting import GROUND as RESTRICTED
from customers.restricting import restricted
from interactions.contents import Prepared
from interactions.drafts import ContactDraft, NoteDraft, Place, Rejected
from interactions.forgetting import mark_of_content, mark_of_source
from interactions.joining import Call
from interactions.models import OfInteraction
from privacy.blind_index import lasting
from privacy.ledger import Mark, forgotten

FORGOTTEN: Final = "forgotten"
SAYS: Final = "It was erased before, on request, by age or by hand, and stays so."
CLOSED: Final = "It belongs to a customer whose data is restricted. Import it again when the restriction was lifted."
CORRECTED: Final = "It says something about the customer that was corrected on request; that was left out."
RegisterDraft = ContactDraft | NoteDraft
About = Sequence[Indexed]


@dataclass(eq=False)
class Record:
    """A contact or note on its way in: its draft, its row, and whom it names."""

    draft: RegisterDraft
    prepared: Prepared
    about: About


@dataclass
class Door:
    """What stands at the door for one batch. `refused` comes out for the report."""

    account: Account
    refused: list[Rejected] = field(default_factory=list)

    def let_in(self, calls: Sequence[tuple[Call, About]], records: Sequence[Record]) -> tuple[list[Call], list[Record]]:
        """Return the calls and records that may come in. One question to the ledger, whatever their number.

        Raises privacy.ledger.LedgerKeyLost, django.db.OperationalError: then nothing may come in.
        """
        known = forgotten(self.account.pk, self._marks(calls, records))
        back = self._came_back(records) if known else frozenset()
        kept_calls = [call for call, about in calls if not self._refuse_call(call, about, known)]
        kept = [record for record in records if not self._refuse_record(record, known, back)]
        return self._open_calls(kept_calls), self._open_records(kept)

    def _open_calls(self, calls: Sequence[Call]) -> list[Call]:
        """Leave out what would add to a call of a restricted customer; a new call is a new contact."""
        closed = restricted(each.interaction.customer_id for each in calls if each.interaction)
        kept = []
        for call in calls:
            if call.interaction is None or call.interaction.customer_id not in closed:
                kept.append(call)
                continue
            for draft in call.drafts:
                self._refuse(draft.place, CLOSED, RESTRICTED)
        return kept

    def _open_records(self, records: Sequence[Record]) -> list[Record]:
        """Leave out contacts and notes that name a restricted customer."""
        named = {each.digest for record in records for each in record.about if each.known.kind in RECOGNISING}
        rows = Identifier.objects.indexed(self.account.pk, named).values_list("customer_id", "digest")
        holders = list(rows) if named else []
        closed = restricted(customer for customer, _ in holders)
        theirs = {bytes(index) for customer, index in holders if customer in closed}
        kept = []
        for record in records:
            if any(each.digest in theirs for each in record.about):
                self._refuse(record.draft.place, CLOSED, RESTRICTED)
            else:
                kept.append(record)
        return kept

    def _marks(self, calls: Sequence[tuple[Call, About]], records: Sequence[Record]) -> Iterator[Mark]:
        for call, about in calls:
            if call.interaction is None:
                yield from self._marks_of_ids(call)
                yield from _marks_of_people(about)
        for record in records:
            yield from _marks_of_row(record)
            yield from _marks_of_people(record.about)

    def _marks_of_ids(self, call: Call) -> Iterator[Mark]:
        return (mark_of_source(self.account.pk, index) for index in (*call.digests, *call.weak_digests))

    def let_in_contents(self, prepared: Sequence[Prepared], fresh: Iterable[object]) -> list[Prepared]:
        """Return what may come into calls that are there: not what was erased or redacted in them.

        `fresh`: ids of the batch's own new calls, of which nothing was forgotten.
        """
        new = set(fresh)
        asked = [
            each for each in prepared if isinstance(each.row, OfInteraction) and each.row.interaction_id not in new
        ]
        known = forgotten(self.account.pk, (_mark_of_content(each) for each in asked))
        if not known:
            return list(prepared)
        gone = {id(each) for each in asked if _mark_of_content(each) in known}
        for each in prepared:
            if id(each) in gone:
                self._refuse(_place_in_import(each))
        return [each for each in prepared if id(each) not in gone]

    def _refuse_call(self, call: Call, about: About, known: dict[Mark, datetime | None]) -> bool:
        if call.interaction is not None or not (known or call.was_forgotten):
            return False
        began = min((draft.started_at for draft in call.drafts if draft.started_at), default=None)
        if not (
            call.was_forgotten
            or any(mark in known for mark in self._marks_of_ids(call))
            or (began is not None and _is_of_before(about, began, known))
        ):
            return False
        for draft in call.drafts:
            self._refuse(draft.place)
        return True

    def _refuse_record(self, record: Record, known: dict[Mark, datetime | None], back: frozenset[bytes]) -> bool:
        at = record.draft.at if isinstance(record.draft, NoteDraft) else None
        named = not any(each.digest in back for each in record.about) if at is None else True
        itself = bool(known) and any(mark in known for mark in _marks_of_row(record))
        if not (itself or (named and _is_of_before(record.about, at, known))):
            return False
        self._refuse(record.draft.place)
        return True

    def _came_back(self, records: Sequence[Record]) -> frozenset[bytes]:
        """Return what living customers carry of what undated records name: they were in touch again since."""
        named = {each.digest for record in records for each in record.about if each.known.kind in RECOGNISING}
        rows = Identifier.objects.filter(account=self.account, digest__in=list(named), condemned_at=None)
        return frozenset(bytes(index) for index in rows.values_list("digest", flat=True))

    def tell_corrected(self, places: Iterable[Place]) -> None:
        """Tell of records that say what was corrected: a contact is left out, of a call the value is."""
        for place in places:
            self._refuse(place, CORRECTED, CORRECTED_CODE)

    def _refuse(self, place: Place, says: str = SAYS, code: str = FORGOTTEN) -> None:
        line = int(place.record.get("row") or place.record.get("line") or 0)
        self.refused.append(Rejected(place.file, line, says, code=code))


def _mark_of_content(prepared: Prepared) -> Mark:
    return mark_of_content(cast(OfInteraction, prepared.row))


def _marks_of_row(record: Record) -> Iterator[Mark]:
    """Yield what a record may have been forgotten as: at its place, and by what it says wherever its file lies."""
    row = cast(OfRegister, record.prepared.row)
    named = [lasting(row.account_id, each.digest) for each in record.about if each.known.kind in NAMING]
    return marks_of_record(row, record.prepared.values, named or [NOBODY])


def _marks_of_people(about: About) -> list[Mark]:
    return [_mark_of_known(each.known) for each in about if each.known.kind in NAMING]


def _mark_of_known(known: Known) -> Mark:
    return mark_of(known.kind, known.value)


def _is_of_before(about: About, at: datetime | None, known: dict[Mark, datetime | None]) -> bool:
    """Say whether something at this moment, or at none, is of a person's time before being forgotten."""
    ends = [known[mark] for mark in _marks_of_people(about) if mark in known]
    return any(end is not None and (at is None or at < end) for end in ends)


def _place_in_import(prepared: Prepared) -> Place:
    place = prepared.values.get("place") or {}
    return Place(str(place.get("file", "")), dict(place.get("record", {})))
