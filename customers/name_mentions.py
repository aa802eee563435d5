"""Find what may be a person's name, to be indexed beside an identifier in the same text.

A name alone proves nobody. But where a text names somebody's number, the name beside it is that person's too, and goes
with it; so names are indexed only in texts that hold an identifier, and count only together with it. Speech
recognisers write no capitals: there any two or three words near the identifier may be a name, but for words of every
talk. An index row too many harms nobody.
"""

import re
from collections.abc import Iterator, Sequence

from customers import names
from customers.kinds import Kind, NotAnIdentifier
from customers.mentions_in_text import Found, FoundAcross, Segment
from customers.spoken import DIGIT_WORDS, SCALES, TIMES

MOST_WORDS = 3
MOST_FINDS = 200
REACH = 160
SEGMENTS_AROUND = 4
LEAST_SIGNS, MOST_SIGNS = 2, 5
_LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{names.MARKS}])*"
_NAME_WORD = rf"{_LETTERS}(?:['\u2019-]{_LETTERS})*\.?"
_STRETCH = re.compile(rf"(?<!\w){_NAME_WORD}(?:,?[ \u00a0]{_NAME_WORD}){{1,60}}")
_WORD = re.compile(_NAME_WORD)
_SIGNS = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff]{2,40}|[\u30a0-\u30ff]{2,40}|[\uac00-\ud7a3]{2,40}")
_TALK = (
    "a about account address after again ah all also am an and any are as ask at back bank be been before being but "
    "by bye call called calling can card care check contact could customer day did do does done email er for from get "
    "give go goes going good got had has have he hello help her here hers hi him his hold how i if in is it its just "
    "know last let like line mail many me mean mobile more much my name need new next no not now number of off oh ok "
    "okay on one or order our out over phone please press put reach really right said say see send she should sir so "
    "some speak speaking spell sure take tell thank thanks that the their them then there these they thing think this "
    "time to today too under up us use very was we well were what when where which who why wife husband will with "
    "would yeah yes yet you your yours uh um mhm"
)
_COMMON = frozenset(_TALK.split()) | frozenset(DIGIT_WORDS) | frozenset(TIMES) | frozenset(SCALES)
_SpanOfWord = tuple[int, int]


def names_in(text: str) -> Iterator[Found]:
    """Yield neighbouring capitalised words, two or three at a time, each as a name in its index form."""
    yield from _limited(_named(text, lambda word: not word[:1].islower()))


def names_beside(text: str, places: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Yield what may be a name, capitalised or not, within reach of the places of identifiers."""
    if not places:
        return
    start = max(0, min(place[0] for place in places) - REACH)
    end = max(place[1] for place in places) + REACH
    # A word at the edge is kept whole.
    start = text.rfind(" ", 0, start) + 1
    end = text.find(" ", end) if text.find(" ", end) >= 0 else len(text)
    found = _named(text[start:end], lambda word: names.folded_word(word) not in _COMMON)
    yield from _limited(Found(each.kind, each.value, each.start + start, each.end + start) for each in found)


def names_in_segments(segments: Sequence[Segment], found: Sequence[FoundAcross]) -> Iterator[FoundAcross]:
    """Yield what may be a name in the utterances around those that hold an identifier; a name stands in one of them."""
    near = {at for each in found for part in each.parts for at in _around(part[0], len(segments))}
    given = 0
    for number in sorted(near):
        text = segments[number].text
        for each in names_beside(text, [(0, len(text))]):
            if given == MOST_FINDS:
                return
            given += 1
            yield FoundAcross(each.kind, each.value, ((number, each.start, each.end),))


def _around(number: int, count: int) -> range:
    return range(max(0, number - SEGMENTS_AROUND), min(count, number + SEGMENTS_AROUND + 1))


def _limited(found: Iterator[Found]) -> Iterator[Found]:
    for number, each in enumerate(found):
        if number == MOST_FINDS:
            return
        yield each


def _named(text: str, may_be: names.WordTest) -> Iterator[Found]:
    for stretch in _STRETCH.finditer(text):
        words = [word.span() for word in _WORD.finditer(text, stretch.start(), stretch.end())]
        yield from _neighbours(text, [span if may_be(text[slice(*span)]) else None for span in words])
    for signs in _SIGNS.finditer(text):
        yield from _unspaced(text, signs.start(), signs.end())


def _neighbours(text: str, words: Sequence[_SpanOfWord | None]) -> Iterator[Found]:
    """Yield two or three words that stand together, none of which is left out."""
    for first, begin in enumerate(words):
        for after in range(first + 2, min(first + MOST_WORDS, len(words)) + 1):
            last = words[after - 1]
            if begin is None or last is None or None in words[first:after]:
                break
            yield from _found(text, begin[0], last[1])


def _unspaced(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield every stretch of signs that is as long as names are, where nobody writes blanks."""
    for begin in range(start, end):
        for stop in range(begin + LEAST_SIGNS, min(begin + MOST_SIGNS, end) + 1):
            yield from _found(text, begin, stop)


def _found(text: str, start: int, end: int) -> Iterator[Found]:
    try:
        yield Found(Kind.NAME, names.index_form(text[start:end]), start, end)
    except NotAnIdentifier:
        return
