"""Recognise an identifier in raw bytes, whatever way it is written: the residue scan's own eyes.

They are not those of the recogniser that decided what to erase, since a scan that shares its blindness proves nothing.
Separators, signs, escapes and the zero bytes of UTF-16 are taken away before looking, so that one search meets every
spelling; what is too short to mean anybody is not looked for, and that is said.
"""

import base64
import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes
from uuid import UUID

import phonenumbers

from customers.emails import emails_in
from customers.folding import folded
from customers.identifiers import Identifier, Kind, NotAnIdentifier, candidates
from customers.spoken import paired, runs
from privacy.blind_index import digest
from rtbf.discovery.reading import WEAK

SHORTEST_NUMBER = 7
SHORTEST_KEY = 4
LONGEST_RUN = 64
_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_SEPARATORS = b" ()-./\\\t\r\n_\x00+"
_GROUPS = re.compile(r"[^\W\d_]+|\d+")
_SAYS_NUMBERS = re.compile(r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b", re.I)
_SAYS_AT = re.compile(r"\bat\b", re.I)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for one identifier. `certain`: nobody else has it; a name or an address only looks like the person's.

    digits: a national number. literal: what is looked for first, in lower case. exactly: what must stand there then.
    exact: bytes as they are (base64, blind indexes).
    """

    kind: str
    certain: bool
    digits: bytes = b""
    literal: bytes = b""
    exactly: re.Pattern[bytes] | None = None
    exact: tuple[bytes, ...] = ()
    address: str = ""

    def __repr__(self) -> str:
        """Name the kind alone: a repr ends up in tracebacks."""
        return f"Mark({self.kind})"


@dataclass(frozen=True)
class Marks:
    """Every mark of one person. `too_short`: kinds of identifiers that were left out, since they would fit anything."""

    marks: tuple[Mark, ...]
    too_short: tuple[str, ...] = ()

    def found_in(self, data: bytes) -> set[tuple[str, bool]]:
        """Return what stands in `data`, as (kind, certain)."""
        views = [*_views(data)]
        squeezed = [view.translate(_LOWER, _SEPARATORS) for view in views]
        lowered = [view.translate(_LOWER, b"\x00") for view in views]
        return {
            (mark.kind, mark.certain)
            for mark in self.marks
            if (mark.digits and any(mark.digits in view for view in squeezed))
            or (mark.literal and any(_stands(mark, view) for view in lowered))
            or any(each in data for each in mark.exact)
        }

    def said_in(self, text: str) -> set[tuple[str, bool]]:
        """Return what is said in words in `text`: digits spoken one by one, addresses spelled out."""
        found: set[tuple[str, bool]] = set()
        if _SAYS_NUMBERS.search(text):
            said = [
                "".join(unit.digits for unit in paired(run, view)).encode()
                for view in [folded(text)]
                for run, _ in runs(view, LONGEST_RUN)
            ]
            found |= {
                (mark.kind, mark.certain)
                for mark in self.marks
                if mark.digits and any(mark.digits in digits for digits in said)
            }
        if _SAYS_AT.search(text):
            spelled = {hit.address for hit in emails_in(folded(text))}
            found |= {(mark.kind, mark.certain) for mark in self.marks if mark.address in spelled}
        return found


def marks_of(account_id: UUID, known: Iterable[tuple[Kind, str]], *, regions: Sequence[str]) -> Marks:
    """Return the marks of a person's identifiers, each `(kind, value)` as typed or in its normal form."""
    marks: dict[tuple[str, bytes], Mark] = {}
    short: set[str] = set()
    for kind, text in known:
        for each in _readings(kind, text, regions):
            mark = _mark(account_id, each, text)
            if mark is None:
                short.add(kind.value)
            else:
                marks.setdefault((mark.kind, mark.digits or mark.literal), mark)
    return Marks(tuple(marks.values()), tuple(sorted(short)))


def _readings(kind: Kind, text: str, regions: Sequence[str]) -> list[Identifier]:
    try:
        return candidates(kind, text, regions=regions)
    except NotAnIdentifier:
        return [Identifier(kind, text, text)]


def _mark(account_id: UUID, each: Identifier, typed: str) -> Mark | None:
    certain = each.kind not in WEAK
    index = digest(account_id, each.kind.value, each.value)
    exact = (index, index.hex().encode()) if certain else ()
    if each.kind == Kind.PHONE:
        digits = _national(each.value)
        if len(digits) < SHORTEST_NUMBER:
            return None
        forms = {each.value, digits, typed, each.display}
        return Mark(each.kind.value, certain, digits=digits.encode(), exact=exact + _encoded(forms))
    groups = _GROUPS.findall(each.value.casefold())
    if each.kind == Kind.EMAIL:
        pattern = rb"(?<![a-z0-9])" + b"".join(_sign(sign) for sign in each.value.casefold()) + rb"(?![a-z0-9])"
        literal = max(each.value.casefold().split("@"), key=len).split(".")[0]
        return Mark(each.kind.value, certain, literal=literal.encode(), exactly=re.compile(pattern),
                    exact=exact + _encoded({each.value, typed}), address=each.value)  # fmt: skip
    if sum(map(len, groups)) < SHORTEST_KEY or (each.kind == Kind.NAME and len(groups) < 2):
        return None
    pattern = rb"(?<![a-z0-9])" + rb"[\s,._/:%-]{0,3}".join(re.escape(group.encode()) for group in groups)
    return Mark(each.kind.value, certain, literal=max(groups, key=len).encode(),
                exactly=re.compile(pattern + rb"(?![a-z0-9])"),
                exact=exact + _encoded({each.value, typed}) if certain else ())  # fmt: skip


def _national(e164: str) -> str:
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(e164)))
    except phonenumbers.NumberParseException:
        return "".join(sign for sign in e164 if sign.isdigit())


def _sign(sign: str) -> bytes:
    """Return how a character of an address may be written."""
    written = {"@": rb"(?:@|&#64;|\\u0040|\s*[\[(]?\bat\b[\])]?\s*)", ".": rb"(?:\.|&#46;|\s*[\[(]?\bdot\b[\])]?\s*)"}
    return written.get(sign) or re.escape(sign.encode())


def _encoded(forms: Iterable[str]) -> tuple[bytes, ...]:
    """Return how the forms look in base64, at each of three places in a text, and in hexadecimal digits."""
    found: set[bytes] = set()
    for form in forms:
        value = form.encode()
        if len(value) < SHORTEST_NUMBER:
            continue
        found.add(value.hex().encode())
        for shift in range(3):
            packed = base64.b64encode(b"\x00" * shift + value).rstrip(b"=")
            # The first characters hold bits of what stands before, the last those of what comes after.
            kept = packed[(0, 2, 3)[shift] : -1]
            found |= {kept, kept.translate(bytes.maketrans(b"+/", b"-_"))}
    return tuple(found)


def _views(data: bytes) -> Iterator[bytes]:
    """Yield the bytes as they are, with %-escapes undone, and with foreign digits and signs made plain."""
    yield data
    if b"%" in data:
        yield unquote_to_bytes(data)
    if not data.isascii():
        with suppress(UnicodeDecodeError):
            # What is no text at all has no foreign digits.
            yield folded(_decoded(data)).encode()


def _decoded(data: bytes) -> str:
    """Decode a piece of UTF-8 text that may begin and end inside a character. Raises UnicodeDecodeError."""
    start = next((place for place, byte in enumerate(data[:3]) if byte & 0xC0 != 0x80), 0)
    return codecs.getincrementaldecoder("utf-8")().decode(data[start:])


def _stands(mark: Mark, view: bytes) -> bool:
    return mark.literal in view and (mark.exactly is None or mark.exactly.search(view) is not None)
