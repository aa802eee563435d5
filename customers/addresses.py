"""Street addresses: the one line by which two spellings meet, and finding it in a text.

A whole address is written in a hundred ways, its street and house number in few. So an address that has a street line
is known by that line, abbreviations written out; it fits several households and counts only beside another sign.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from customers.names import folded_word

MOST_WORDS = 4
LONGEST = 120

_ENDINGS = {
    "street": "st str", "road": "rd", "avenue": "ave av", "lane": "ln", "drive": "dr", "boulevard": "blvd",
    "way": "", "court": "ct", "place": "pl", "square": "sq", "terrace": "ter", "close": "", "crescent": "cres",
    "parkway": "pkwy", "highway": "hwy", "row": "", "grove": "", "gardens": "gdns", "hill": "", "circle": "cir",
    "trail": "trl",
}  # fmt: skip
_WHOLE = {short: word for word, shorts in _ENDINGS.items() for short in (word, *shorts.split())}
_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_HOUSE = r"\d{1,5} ?[A-Za-z]?"
_KIND_FIRST = "rue|avenue|boulevard|chemin|place|all[ée]e|impasse|quai|route|cours"
_KIND_FIRST_NUMBER_LAST = "calle|avenida|plaza|paseo|carrer|via|viale|corso|piazza|rua|travessa|ulica|ul|ulitsa"
_LINES = (
    # 27 Orchard Lane
    re.compile(
        rf"(?<![\w-])(?P<house>{_HOUSE}),? (?P<street>(?:{_WORD} ){{1,{MOST_WORDS}}}?(?:{'|'.join(_WHOLE)}))\b(?!['’])",
        re.I,
    ),
    # 12 bis, rue de la Paix
    re.compile(
        rf"(?<![\w-])(?P<house>\d{{1,4}})(?: ?(?:bis|ter))?,? "
        rf"(?P<street>(?:{_KIND_FIRST})(?: {_WORD}){{1,{MOST_WORDS}}})",
        re.I,
    ),
    # Calle Mayor 5
    re.compile(
        rf"\b(?P<street>(?:{_KIND_FIRST_NUMBER_LAST})\.? (?:{_WORD} ?){{1,{MOST_WORDS}}}?),? ?"
        r"(?:n[.ºo°]{1,2} ?)?(?P<house>\d{1,4})\b",
        re.I,
    ),
    # Gartenstraße 7a, Lange Str. 7
    re.compile(
        r"\b(?P<street>(?:[^\W\d_][\w-]{0,30} )?[\w-]{0,30}"
        r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan|gracht)) (?P<house>\d{1,4} ?[a-z]?)\b",
        re.I,
    ),
)


_GLUED = re.compile(r"stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan|gracht", re.I)


class AddressHit(NamedTuple):
    """A street line in its normal form, with its place."""

    line: str
    span: tuple[int, int]


def lines_in(view: str) -> Iterator[AddressHit]:
    """Yield the street lines of a folded view."""
    # The last pattern looks back from its ending, so it is tried only where there is one.
    for pattern in _LINES if _GLUED.search(view) else _LINES[:-1]:
        for found in pattern.finditer(view):
            if found.end() - found.start() <= LONGEST:
                yield AddressHit(_normal(found["house"], found["street"]), found.span())


def _normal(house: str, street: str) -> str:
    words = [folded_word(word) for word in re.findall(r"\w+", street)]
    words[-1] = _WHOLE.get(words[-1], words[-1])
    joined = re.sub(r"(?:stra(?:ss|ß)e|str)\b", "strasse", " ".join(words))
    return f"{re.sub(' ', '', house).lower()} {joined}"
