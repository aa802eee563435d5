"""Read digits out of words: "two oh two", "double five", "forty two", "eight hundred", mixed with written digits.

Lexing is one pass with one pattern that cannot backtrack far, so its time grows with the text and no faster.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

UNITS = {word: str(digit) for digit, word in enumerate("zero one two three four five six seven eight nine".split())}
ZEROS = {"oh": "0", "o": "0", "nought": "0", "naught": "0", "aught": "0", "nil": "0"}
TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        map(str, range(10, 20)),
        strict=True,
    )
)
TENS = {word: f"{ten}0" for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
TENS["fourty"] = "40"
TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "quad": 4}
SCALES = {"hundred": "00", "thousand": "000"}
DIGIT_WORDS = {**UNITS, **ZEROS, **TEENS, **TENS}

MOST_IN_GROUP = 20

_WORDS = sorted([*DIGIT_WORDS, *TIMES, *SCALES, "plus"], key=len, reverse=True)
_LEX = re.compile(rf"[0-9]+|\b(?:{'|'.join(_WORDS)})\b", re.I | re.A)

_NOISE = r"\[[a-z_ ]{1,16}\]|<[a-z_ ]{1,12}>"
_BETWEEN = r"u+h*m+|u+h+|e+r+m?|a+h+|h+m+|mm+|and|then|dash|hyphen|space|comma|okay|ok"
BACK_CHANNEL = (
    r"yeah|yes|yep|yup|right|alright|sure|okay|ok|got it|go on|go ahead|uh[ -]huh|m+[ -]?h+m+|mhm|thank you|thanks|"
    r"i see|correct|perfect|great|good|one (?:second|moment|sec)"
)
SPOKEN_GAP = re.compile(rf"(?:[\s,.;:~/-]|\ue000|{_NOISE}|\b(?:{_BETWEEN})\b)*", re.I)
SEGMENT_GAP = re.compile(rf"(?:[\s,.;:?!~/-]|\ue000|{_NOISE}|\b(?:{_BETWEEN}|{BACK_CHANNEL}|that's|it's|is)\b)*", re.I)
WRITTEN_GAP = re.compile("[ \t().\\-/\ue000\x1e]{1,5}|[ \t.\\-\ue000]*\\((?:0\\)[ \ue000]?)?")
LONGEST_GAP = 48


class Unit(NamedTuple):
    """Digits that stand or are said together. `lead` is "+" or "(" when that opens them; start includes it."""

    digits: str
    start: int
    end: int
    spoken: bool
    lead: str = ""
    tens: bool = False


class _Said(NamedTuple):
    start: int
    end: int
    lead: str = ""
    times: int = 1


def _joined(view: str, before: int, after: int, *, spoken: bool) -> bool:
    if after - before > LONGEST_GAP:
        return False
    gap = view[before:after]
    if "\x1e" in gap:
        return SEGMENT_GAP.fullmatch(gap) is not None
    return (SPOKEN_GAP if spoken else WRITTEN_GAP).fullmatch(gap) is not None


def _lead(view: str, start: int) -> tuple[str, int]:
    """Return the sign that opens digits at `start` and where it stands."""
    at = start
    while at > 0 and start - at < 4 and view[at - 1] in " \ue000":
        at -= 1
    if at > 0 and view[at - 1] == "+":
        return "+", at - 1
    if start > 0 and view[start - 1] == "(":
        plus = start >= 2 and view[start - 2] == "+"
        return ("+", start - 2) if plus else ("(", start - 1)
    return "", start


def _written(view: str, found: re.Match[str]) -> Unit:
    lead, start = _lead(view, found.start())
    return Unit(found[0] if found.end() - found.start() <= MOST_IN_GROUP else "", start, found.end(), False, lead)


def _scaled(run: list[Unit], found: re.Match[str], zeros: str) -> bool:
    """Append the zeros of "hundred" or "thousand" to the digit said before; False if there is none."""
    if not run or not run[-1].spoken or len(run[-1].digits) > 2 or run[-1].end + 1 != found.start():
        return False
    run[-1] = run[-1]._replace(digits=run[-1].digits + zeros, end=found.end(), tens=False)
    return True


def _said_unit(word: str, found: re.Match[str], said: _Said | None) -> Unit:
    digits = DIGIT_WORDS.get(word, found[0])
    start, lead, times = (said.start, said.lead, said.times) if said else (found.start(), "", 1)
    return Unit(digits * times, start, found.end(), True, lead, tens=times == 1 and word in TENS)


def runs(view: str, longest: int) -> Iterator[tuple[list[Unit], bool]]:
    """Yield units that follow one another with nothing but separators and filler words between.

    A run of more than `longest` units comes in pieces; the flag says that the piece belongs to such a run.
    """
    run: list[Unit] = []
    said: _Said | None = None
    end, was_spoken, in_pieces = -1, False, False
    for found in _LEX.finditer(view):
        word, start = found[0].lower() if found.end() - found.start() < 12 else "", found.start()
        spoken = bool(word) and not word.isdigit()
        if end >= 0 and not _joined(view, end, start, spoken=spoken or was_spoken):
            if run:
                yield run, in_pieces
            run, said, in_pieces = [], None, False
        end, was_spoken = found.end(), spoken
        if word in SCALES:
            if not _scaled(run, found, SCALES[word]) and run:
                yield run, in_pieces
                run, in_pieces = [], False
            said = None
        elif word == "plus":
            said = _Said(start, end, lead="+")
        elif word in TIMES:
            said = _Said(said.start if said else start, end, said.lead if said else "", TIMES[word])
        else:
            multiplied = said is not None and (said.times == 1 or len(DIGIT_WORDS.get(word, word)) == 1)
            as_said = spoken or (multiplied and len(word) == 1)
            run.append(_said_unit(word, found, said if multiplied else None) if as_said else _written(view, found))
            if said and said.lead == "+" and not as_said:
                run[-1] = run[-1]._replace(lead="+", start=said.start)
            said = None
        if len(run) >= longest:
            yield run, True
            run, in_pieces = [], True
    if run:
        yield run, in_pieces


def paired(run: list[Unit], view: str) -> list[Unit]:
    """Return the run with "forty" + "two" as 42 where a number from one to nine follows at once."""
    joined: list[Unit] = []
    for unit in run:
        last = joined[-1] if joined else None
        pair = last is not None and last.tens and unit.spoken and len(unit.digits) == 1 and unit.digits != "0"
        if pair and last is not None and re.fullmatch(r"[\s-]", view[last.end : unit.start]):
            joined[-1] = last._replace(digits=last.digits[0] + unit.digits, end=unit.end, tens=False)
        else:
            joined.append(unit)
    return joined
