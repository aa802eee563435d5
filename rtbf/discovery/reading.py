"""Read what was typed about a person: every spelling and every reading of it, as blind indexes.

A number of the account itself is refused, since it stands in every call. A name, an address or a birthday alone
identifies nobody: another identifier must stand beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import Account
from customers.identifiers import Identifier, Kind, NotAnIdentifier, candidates, parse
from interactions.batch import numbering_of
from interactions.contents import Numbering
from privacy.blind_index import digest
from rtbf.errors import IdentifiesNobody, OwnNumber, Unreadable
from rtbf.models import Request

WEAK = frozenset({Kind.NAME, Kind.ADDRESS, Kind.BIRTH_DATE})
MOST_IDENTIFIERS = 50


@dataclass(frozen=True)
class Asked:
    """One identifier that was asked for: the blind index of every reading, the likeliest first."""

    kind: Kind
    digests: tuple[bytes, ...]

    @property
    def is_weak(self) -> bool:
        """Say whether it fits many people."""
        return self.kind in WEAK


@dataclass(frozen=True)
class Read:
    """One identifier as typed and as read back. Its values stay out of `repr`."""

    asked: Asked
    typed: str
    shown: str

    def __repr__(self) -> str:
        """Name the kind alone: a repr ends up in tracebacks."""
        return f"Read({self.asked.kind.value})"


def asked_of(request: Request) -> list[Asked]:
    """Return what was typed into a request, as blind indexes; nothing once that has been destroyed."""
    typed = request.identifiers.filter(condemned_at=None).order_by("pk")
    return [Asked(Kind(row.kind), tuple(bytes(digest) for digest in row.digests)) for row in typed]


def split(text: str) -> list[str]:
    """Return the lines of a form field that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_all(account: Account, lines: Sequence[str]) -> list[Read]:
    """Read identifiers of one person, each `KIND:VALUE` or a bare phone number or e-mail address.

    Raises Unreadable, OwnNumber, IdentifiesNobody.
    """
    if not lines or len(lines) > MOST_IDENTIFIERS:
        raise Unreadable([(1, f"Give at least one identifier and at most {MOST_IDENTIFIERS}, one per line.")])
    numbering = numbering_of(account)
    read: dict[bytes, Read] = {}
    problems: list[tuple[int, str]] = []
    for place, line in enumerate(lines, start=1):
        try:
            found = _read(account, line, numbering)
        except NotAnIdentifier as problem:
            problems.append((place, problem.reason))
        else:
            read.setdefault(found.asked.digests[0], found)
    if problems:
        raise Unreadable(problems)
    _refuse_vague(read.values())
    return list(read.values())


def _read(account: Account, line: str, numbering: Numbering) -> Read:
    if not line.isprintable() and any(0xD800 <= ord(sign) <= 0xDFFF for sign in line):
        raise NotAnIdentifier("This is not valid text (UTF-8).")
    kind, value = parse(line)
    readings = candidates(kind, value, regions=numbering.regions)
    if readings[0].value in numbering.own_numbers:
        raise OwnNumber(
            "This is a telephone number of the account itself. It stands in every call and is no customer's. Nothing"
            " was searched. Give the number of the customer."
        )
    others = [each for each in readings if each.value not in numbering.own_numbers]
    return Read(Asked(kind, tuple(_digests(account, others))), value, readings[0].display)


def _digests(account: Account, readings: Iterable[Identifier]) -> Iterable[bytes]:
    return dict.fromkeys(digest(account.pk, each.kind, each.value) for each in readings)


def _refuse_vague(read: Iterable[Read]) -> None:
    if all(each.asked.is_weak for each in read):
        raise IdentifiesNobody(
            "A name, an address or a date of birth alone identifies nobody: two people may share it. Nothing was"
            " searched. Add a phone number, an e-mail address or a customer number."
        )
