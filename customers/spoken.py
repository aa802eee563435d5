"""Read digits out of words: "two oh two", "double five", "forty two", "eight hundred", mixed with written digits.

Lexing is one pass with one pattern that cannot backtrack far, so its time grows with the text and no faster.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

UNITS = {word: str(digit) for digit, word in enumerate("zero one two three four five six seven eight nine".split())}
ZEROS = {"oh": "0", "o": "0", "nought": "0", "naught": "0", "aught": "0", "nil": "0"}
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TEENS = {word: str(number) for number, word in enumerate(_TEENS.split(), 10)}
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
_LEAD = re.compile("\ue000{0,2}[+](?:[ \ue000]{0,3}|[(])$|\ue000{0,2}[(]$")
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
    ahead = _LEAD.search(view, max(0, start - 8), start)
    if ahead is None:
        return "", start
    return ("+" if "+" in ahead[0] else "("), ahead.start()


def _written(view: str, found: re.Match[str]) -> Unit:
    lead, start = _lead(view, found.start())
    return Unit(found[0] if found.end() - found.start() <= MOST_IN_GROUP else "", start, found.end(), False, lead)


class _Collector:
    """The run that is being read: its units and what was said ahead of the next one."""

    def __init__(self, view: str) -> None:
        self.view = view
        self.units: list[Unit] = []
        self.in_pieces = False
        self.said: _Said | None = None

    def take(self, found: re.Match[str]) -> None:
        """Take in digits or a number word."""
        word = found[0].lower() if found.end() - found.start() <= MOST_IN_GROUP else ""
        said, self.said = self.said, None
        if word in SCALES:
            self._scale(found, SCALES[word])
        elif word == "plus":
            self.said = _Said(*found.span(), lead="+")
        elif word in TIMES:
            start, lead = (said.start, said.lead) if said else (found.start(), "")
            self.said = _Said(start, found.end(), lead, TIMES[word])
        else:
            self.units.append(self._unit(word, found, said))

    def _unit(self, word: str, found: re.Match[str], said: _Said | None) -> Unit:
        digits = DIGIT_WORDS.get(word, word)
        if said and said.times > 1 and len(digits) > 1:
            said = None
        if said is None and word not in DIGIT_WORDS:
            return _written(self.view, found)
        start, lead, times = (said.start, said.lead, said.times) if said else (found.start(), "", 1)
        return Unit(digits * times, start, found.end(), True, lead, tens=times == 1 and word in TENS)

    def _scale(self, found: re.Match[str], zeros: str) -> None:
        """Append the zeros of "hundred" or "thousand" to what was said before; else end the number here."""
        last = self.units[-1] if self.units else None
        if last and last.spoken and 1 <= len(last.digits) <= 2 and last.end + 1 == found.start():
            self.units[-1] = last._replace(digits=last.digits + zeros, end=found.end(), tens=False)
        else:
            self.units.append(Unit("", *found.span(), spoken=True))


def runs(view: str, longest: int) -> Iterator[tuple[list[Unit], bool]]:
    """Yield units that follow one another with nothing but separators and filler words between.

    A unit without digits ends a number. A run of more than `longest` units comes in pieces; the flag says that the
    piece belongs to such a run.
    """
    run = _Collector(view)
    end, was_spoken = -1, False
    for found in _LEX.finditer(view):
        spoken = not view[found.start()].isdigit()
        if end >= 0 and not _joined(view, end, found.start(), spoken=spoken or was_spoken):
            if run.units:
                yield run.units, run.in_pieces
            run = _Collector(view)
        run.take(found)
        end, was_spoken = found.end(), spoken
        if len(run.units) >= longest:
            yield run.units, True
            run.units, run.in_pieces = [], True
    if run.units:
        yield run.units, run.in_pieces


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
