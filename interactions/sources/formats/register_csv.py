"""Registers as CSV: contacts, and the notes people keep about them, whatever product wrote them.

What a column holds is known by its name (`meanings`), which the account can add to. A file is of notes if its columns
say more about a text (id, author, time) than about a person; else its rows are people. Free text of a person's row is a
note as well, since others may be named in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from customers.kinds import Kind
from interactions.drafts import ContactDraft, Noted, NoteDraft, Outcome, Place, TextDraft
from interactions.sources.clock import iso_time
from interactions.sources.csv_header import Header, header_of
from interactions.sources.csv_records import Record, records
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.meanings import Meaning, key_of, meaning_of
from interactions.sources.registry import Context
from interactions.sources.sides import plain_code

MOST_LINES = 500
MOST_TOLD = 12
UNKNOWN_COLUMNS = (
    "Nobody is recognised by {}: what stands there is kept with the customer or left out. If one holds a name, a"
    " number, an address or free text, say so under Columns in the portal or with `field_meaning`, and import again."
)
_KINDS = {
    Meaning.CUSTOMER_ID: Kind.CUSTOMER_ID,
    Meaning.CRM_ID: Kind.CRM_ID,
    Meaning.NAME: Kind.NAME,
    Meaning.PHONE: Kind.PHONE,
    Meaning.EMAIL: Kind.EMAIL,
    Meaning.SOCIAL: Kind.SOCIAL,
    Meaning.ADDRESS: Kind.ADDRESS,
    Meaning.BIRTH_DATE: Kind.BIRTH_DATE,
    Meaning.NATIONAL_ID: Kind.NATIONAL_ID,
    Meaning.IP: Kind.IP,
    Meaning.DEVICE: Kind.DEVICE,
}
_OF_A_PERSON = frozenset(
    {Meaning.NAME, Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.PHONE, Meaning.EMAIL, Meaning.ADDRESS}
)
_OF_A_TEXT = frozenset({Meaning.TEXT, Meaning.NOTE_ID, Meaning.AUTHOR, Meaning.WRITTEN_AT})
_RECOGNISING = frozenset({Meaning.CUSTOMER_ID, Meaning.CRM_ID, Meaning.PHONE, Meaning.EMAIL})
_OF_A_CALL = frozenset({"callsid", "uniqueid", "harpervalleysid", "accountcode"})


class Columns(NamedTuple):
    """The columns of a register: their names as they stand, and what each holds."""

    names: tuple[str, ...]
    meanings: tuple[Meaning | None, ...]

    @property
    def are_of_notes(self) -> bool:
        """Say whether rows are texts rather than people."""
        known = set(self.meanings)
        about_text = len(known & _OF_A_TEXT)
        return Meaning.TEXT in known and about_text > 1 and about_text >= len(known & _OF_A_PERSON)

    @property
    def are_of_a_register(self) -> bool:
        """Say whether this is a register at all and no list of calls."""
        known = set(self.meanings)
        if _OF_A_CALL & {key_of(name) for name in self.names}:
            return False
        return self.are_of_notes or bool(known & _RECOGNISING and len(known & {*_OF_A_PERSON, *_RECOGNISING}) > 1)


class RegisterCsv:
    """The format, for the registry."""

    name = "register-csv"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for columns of people or notes in the first line."""
        if not file.name.lower().endswith((".csv", ".tsv")):
            return False
        header = _header(file)
        return header is not None and _columns(header.names, file.meanings).are_of_a_register

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the contact or note of each row. Raises OSError."""
        header = _header(file)
        if header is None:
            return
        columns = _columns(header.names, file.meanings)
        yield from _unknown(columns, file)
        for record in records(
            file,
            widths=frozenset({len(columns.names)}),
            delimiter=header.mark,
            first_row=header.first_row,
            max_lines=MOST_LINES,
        ):
            if not isinstance(record, Record):
                # The line that says the mark is no row of the table.
                if isinstance(record, Noted) or header.first_row == 0 or record.line > 1:
                    yield record
            elif record.row > 0:
                try:
                    yield from _drafts(Row(columns, record, file))
                except Unusable as problem:
                    yield file.rejected(str(problem), record.line)


class Row(NamedTuple):
    """One row with its columns."""

    columns: Columns
    record: Record
    file: FoundFile

    def texts(self, *meanings: Meaning) -> Iterator[tuple[Meaning, TextDraft]]:
        """Yield the texts that columns of these meanings hold, with their places, in the order of the columns."""
        for name, meaning, text in zip(self.columns.names, self.columns.meanings, self.record.fields, strict=True):
            if meaning in meanings and text.strip():
                yield meaning, TextDraft(text, self.place(name))

    def one(self, meaning: Meaning) -> str:
        """Return the first text of this meaning, stripped, or nothing."""
        return next((draft.text.strip() for _, draft in self.texts(meaning)), "")

    def place(self, field: str = "") -> Place:
        """Return the place of the row, or of one of its fields."""
        key = self._key()
        record = {"row": self.record.row, **({"key": key} if key else {})}
        return Place(self.file.relative, record, field)

    def _key(self) -> dict[str, str]:
        wanted = (Meaning.NOTE_ID,) if self.columns.are_of_notes else (Meaning.CUSTOMER_ID, Meaning.CRM_ID)
        for meaning in wanted:
            if meaning in self.columns.meanings:
                at = self.columns.meanings.index(meaning)
                return {self.columns.names[at]: self.record.fields[at]}
        return {}


def _header(file: FoundFile) -> Header | None:
    """Return the header by the mark that makes most sense of the names."""
    return header_of(file, lambda names: sum(meaning_of(name, file.meanings) is not None for name in names))


def _unknown(columns: Columns, file: FoundFile) -> Iterator[Noted]:
    """Tell which columns recognise nobody, and how to say what they hold; one the account has spoken of is not told."""
    named = zip(columns.names, columns.meanings, strict=True)
    unknown = [name for name, meaning in named if meaning is None and name and key_of(name) not in file.meanings]
    if unknown:
        told = ", ".join(f"“{plain_code(name) or 'a column'}”" for name in unknown[:MOST_TOLD])
        more = f" and {len(unknown) - MOST_TOLD} more" if len(unknown) > MOST_TOLD else ""
        yield Noted(file.relative, 1, UNKNOWN_COLUMNS.format(told + more))


def _columns(names: Sequence[str], own: Mapping[str, str]) -> Columns:
    bare = tuple(name.strip().strip('"').strip() for name in names)
    found = Columns(bare, tuple(meaning_of(name, own) for name in bare))
    if "id" not in bare:
        return found
    own_id = Meaning.NOTE_ID if found.are_of_notes else Meaning.CRM_ID
    return Columns(bare, tuple(own_id if name == "id" else m for name, m in zip(*found, strict=True)))


def _drafts(row: Row) -> Iterator[Outcome]:
    about = tuple(_about(row))
    texts = tuple(draft for _, draft in row.texts(Meaning.TEXT))
    if not row.columns.are_of_notes:
        if not about:
            raise Unusable("The row says nothing by which a customer could be recognised.")
        named = zip(row.columns.names, row.record.fields, strict=True)
        yield ContactDraft(SOURCE.name, row.place(), about, tuple((name, text) for name, text in named if text.strip()))
    elif not texts:
        raise Unusable("The note is empty.")
    if texts:
        yield NoteDraft(SOURCE.name, row.place(), texts, about, row.one(Meaning.AUTHOR), _written_at(row))


def _about(row: Row) -> Iterator[tuple[Kind, TextDraft]]:
    yield from ((_KINDS[meaning], draft) for meaning, draft in row.texts(*_KINDS))
    parts = [draft for _, draft in row.texts(Meaning.GIVEN_NAME, Meaning.FAMILY_NAME)]
    if parts:
        yield Kind.NAME, TextDraft(" ".join(draft.text.strip() for draft in parts), parts[0].place)


def _written_at(row: Row) -> datetime | None:
    """Return when a note was written, where the register says it in a form that means one moment."""
    try:
        return iso_time(row.one(Meaning.WRITTEN_AT), what="time of the note")
    except Unusable:
        return None


SOURCE = RegisterCsv()
