"""Names of people: one form to index, and finding a known name in a text that belongs to the person.

The index form ignores order, case, accents, titles and script as far as letters have a plain Latin counterpart. A name
alone proves nobody (two people share one); callers look for it only where another sign ties the text to the person.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from customers.kinds import NotAnIdentifier

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam madame mme mlle monsieur herr frau senor senora srta sig signor "
    "signora don dona rev lady lord capt mister missus doctor".split()
)
SUFFIXES = frozenset("jr sr ii iii phd md esq mba".split())
# Names that are words of everyday talk: alone, they count only when written as a name.
EVERYDAY = frozenset(
    "will may can the and for not you are was has had she her him his who how our out all any one two ten see say now "
    "new old long young good best more little day way art bill grant mark rose hope joy grace faith pat sue drew chase "
    "king page price rich ray june april august summer banks cash case card back best bright brown black white green "
    "gray grey west north frank ernest max guy jack dick bob post love reed penny dollar cook".split()
)
LEAST_LETTERS = 3

_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŋ": "n",
}  # fmt: skip
_CYRILLIC_LETTERS = "абвгдезиклмнопрстуфхцчшщъыьэюяёжйіїєґ"
_CYRILLIC_SOUNDS = "a b v g d e z i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya e zh y i yi ye g"
_GREEK_LETTERS = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_SOUNDS = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_CYRILLIC = dict(zip(_CYRILLIC_LETTERS, _CYRILLIC_SOUNDS.split(), strict=True))
_GREEK = dict(zip(_GREEK_LETTERS, _GREEK_SOUNDS.split(), strict=True))
# One letter where writers of Arabic, Persian and Hebrew use either; final forms; a stroke that only fills the line.
_SAME = {
    "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ٱ": "ا", "ـ": "", "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
}  # fmt: skip
# Greek as passports write it (ELOT 743), where two letters are one sound.
_GREEK_PAIRS = re.compile("ου|γγ|γξ|γχ|^μπ|[αεη]υ")
_GREEK_SOUND = {"ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch", "μπ": "b"}
_TO_LATIN = str.maketrans({**_LATIN, **_SAME, **{c: t.replace("-", "") for c, t in (_CYRILLIC | _GREEK).items()}})
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u064b-\u065f\u0670\u1dc4-\u1dff]")
_DIGRAPHS = re.compile("ae|oe|ue")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
WordTest = Callable[[str], bool]
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c\u200d\u0e31-\u0e4e"
_APOSTROPHES = "'\u2019\u02bc`"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]|[{_APOSTROPHES}](?=[^\W\d_])(?![sS]\b))*")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_TOGETHER = re.compile(r"[ \t\r\n\u00a0,.'\u2019\u2010\u2011-]{1,4}")


def folded_word(word: str) -> str:
    """Return a word in the form names are compared in, apostrophes left out."""
    word = _APOSTROPHE.sub("", word)
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return _GREEK_PAIRS.sub(_greek_pair, bare).translate(_TO_LATIN)


def _greek_pair(found: re.Match[str]) -> str:
    """Return two Greek letters as their one sound: av before a voiced letter, af before another."""
    pair = found[0]
    if pair in _GREEK_SOUND:
        return _GREEK_SOUND[pair]
    after = found.string[found.end() : found.end() + 1]
    return {"α": "a", "ε": "e", "η": "i"}[pair[0]] + ("v" if after and after in "βγδζλμνραεηιουω" else "f")


def tokens(name: str) -> list[str]:
    """Return the folded words of a name without titles and suffixes, unless nothing else is there."""
    found = (folded_word(word[0]) for word in _WORD.finditer(unicodedata.normalize("NFKC", name)))
    words = [word for word in found if any(sign.isalpha() for sign in word)]
    kept = [word for word in words if word not in TITLES and word not in SUFFIXES]
    return kept or words


def index_form(name: str) -> str:
    """Return the form that is indexed: sorted words. Raise NotAnIdentifier when there is no letter.

    In scripts written without spaces nobody sees where a family name ends, so the signs are sorted instead.
    """
    words = tokens(name)
    if not words:
        raise NotAnIdentifier("A name needs at least one letter.")
    return _sorted(words)


def _sorted(words: Sequence[str]) -> str:
    unspaced = "".join(word for word in words if is_unspaced(word))
    spaced = [word for word in words if not is_unspaced(word)]
    return " ".join(sorted([*spaced, "".join(sorted(unspaced))] if unspaced else spaced))


def is_unspaced(word: str) -> bool:
    """Say whether a word is of a script written without spaces, or with endings glued to names."""
    return _UNSPACED.match(word) is not None


def index_forms(name: str) -> list[str]:
    """Return the index form and the ones with umlauts written as two letters, or as one where two may mean one."""
    forms = [index_form(name)]
    spelled_out = unicodedata.normalize("NFC", name).casefold().translate(_UMLAUTS)
    forms.append(index_form(spelled_out))
    forms.append(_sorted([_DIGRAPHS.sub(lambda two: two[0][0], word) for word in tokens(name)]))
    return list(dict.fromkeys(forms))


class _Word(NamedTuple):
    folded: str
    start: int
    end: int
    capital: bool


class _Known(NamedTuple):
    """What a name can look like in a text."""

    words: frozenset[str]
    initials: frozenset[str]
    weak: frozenset[str]


def _known(name: str, others: Sequence[str]) -> _Known:
    words = frozenset(word for form in index_forms(name) for word in form.split()) if tokens(name) else frozenset()
    theirs = frozenset(word for other in others for word in tokens(other))
    weak = frozenset(word for word in words if word in theirs or len(word) < LEAST_LETTERS)
    return _Known(words, frozenset(word[0] for word in words), weak)


def _words(text: str) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        yield _Word(folded_word(found[0]), found.start(), found.end(), found[0][:1].isupper())


def _role(word: _Word, known: _Known) -> str:
    """Return what a word can be in the name: n name, s shortened name, i initial, t title, or nothing."""
    if word.folded in known.words:
        return "n"
    if word.folded in TITLES:
        return "t"
    if len(word.folded) == 1:
        return "i" if word.folded in known.initials else ""
    if len(word.folded) >= LEAST_LETTERS and any(name.startswith(word.folded) for name in known.words):
        return "s"
    return ""


def _together(text: str, stretch: list[tuple[_Word, str]], after: _Word) -> bool:
    """Say whether a word goes on with the stretch; past a comma only as the given name behind the family name."""
    end = stretch[-1][0].end
    if after.start - end > 4 or not _TOGETHER.fullmatch(text, end, after.start):
        return False
    if "," not in text[end : after.start]:
        return True
    named = [word.folded for word, role in stretch if role != "t"]
    return len(named) == 1 and named[0] != after.folded


def _enough(stretch: list[tuple[_Word, str]], known: _Known) -> bool:
    """Decide whether neighbouring words are the person."""
    named = {word.folded for word, role in stretch if role == "n"}
    strong = [word for word, role in stretch if role == "n" and word.folded not in known.weak]
    if len(named) > 1 or (strong and len(stretch) > len([1 for _, role in stretch if role == "n"])):
        return True
    return any(word.folded not in EVERYDAY or word.capital for word in strong)


def _trimmed(stretch: list[tuple[_Word, str]]) -> list[tuple[_Word, str]]:
    """Drop a title at the end: it opens the next name."""
    while stretch and stretch[-1][1] == "t":
        stretch = stretch[:-1]
    return stretch


def _stretches(text: str, known: _Known) -> Iterator[list[tuple[_Word, str]]]:
    """Yield neighbouring words that may all be of the name, cut before a title."""
    stretch: list[tuple[_Word, str]] = []
    longest = 2 * len(known.words) + 4
    for word in _words(text):
        role = _role(word, known)
        goes_on = role and stretch and len(stretch) < longest and _together(text, stretch, word)
        if stretch and (not goes_on or (role == "t" and stretch[-1][1] != "t")):
            yield stretch
            stretch = []
        if role:
            stretch.append((word, role))
    if stretch:
        yield stretch


def _unspaced(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Find a name of a script without spaces as it stands, whole or by its parts."""
    for part in {name.strip(), *name.split()}:
        if _UNSPACED.search(part) and len(part) > 1:
            yield from (found.span() for found in re.finditer(re.escape(part), text))


def _spelled(text: str, known: _Known) -> Iterator[tuple[int, int]]:
    """Find a word of the name spelled letter by letter, with blanks, dots or hyphens between."""
    for run in re.finditer(r"(?<![^\W\d_])[^\W\d_](?:[ .-]{1,2}[^\W\d_](?![^\W\d_])){2,120}", text):
        letters = [(run.start() + at, folded_word(letter)) for at, letter in enumerate(run[0]) if letter.isalpha()]
        spelled = "".join(letter if len(letter) == 1 else "\0" for _, letter in letters)
        for name in known.words:
            found = re.finditer(re.escape(name), spelled) if len(name) >= LEAST_LETTERS else ()
            yield from ((letters[at.start()][0], letters[at.end() - 1][0] + 1) for at in found)


def find_name(name: str, text: str, *, others: Sequence[str] = ()) -> list[tuple[int, int]]:
    """Return where a known name stands in a text tied to that person: all orders, initials, short forms, with title.

    A single word of the name with three letters or more counts too, but not one it shares with `others`, the names of
    other people in the same conversation, who may be meant.
    """
    known = _known(name, others)
    spans = {*_unspaced(name, text), *_spelled(text, known)} if known.words else set()
    for stretch in _stretches(text, known) if known.words else ():
        kept = _trimmed(stretch)
        if kept and _enough(kept, known):
            spans.add((kept[0][0].start, kept[-1][0].end))
    return sorted(spans)
