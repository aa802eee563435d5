"""Find telephone numbers, written or spoken, in the folded view of a text.

Rule: groups are kept whole, since people break numbers where they end; said digits have no groups, so a number must
fill what is said between two pauses, give or take a stray digit. Digits that continue, that are glued to letters, or
that follow a word such as "order" or "invoice" are no phone number, unless written as only phone numbers are.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat

from customers.effort import Effort
from customers.folding import BARRIER
from customers.phones import MOST_DIGITS, PLAUSIBLE, SHORTENED, Plan, Reading
from customers.spoken import Unit, paired, runs

LONGEST_RUN = 64
STRAY_DIGITS = 3
LEAST_IN_TEXT = 7
PAUSES = ",.;:\n\x1e[<"

_NOT_PHONES = re.compile(
    r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"  # UUID
    r"|(?<![0-9])(?:19|20)[0-9]{2}([-./])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"  # ISO date
    r"|(?<![0-9])(?<![0-9][-./])[0-3]?[0-9]([-./])[0-3]?[0-9]\2(?:19|20)[0-9]{2}(?![0-9])"  # 31.12.2020, 12/31/2020
    r"|(?<![0-9+])(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][-_T]?[0-2][0-9][0-5][0-9][0-5][0-9](?![0-9])"  # compact time
    r"|(?<![0-9.])(?!(?:[0-9]{2}\.){3}[0-9]{2}(?![0-9]))(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9]|\.[0-9])"  # IPv4
    r"|\b(?-i:[A-Z]{2})[0-9]{2}(?: ?[0-9]{4}){3,7}(?: ?[0-9]{1,3})?\b",  # IBAN
    re.I | re.A,
)
_REFERENCE = re.compile(
    r"(?:\b(?:order|invoice|ref|reference|ticket|batch|booking|reservation|tracking|parcel|shipment|receipt|policy|"
    r"claim|contract|serial|sku|item|transaction|txn|voucher|coupon|case|account|acct|iban|vat|isbn|ean|imei|card|"
    r"bestellung|rechnung|auftrag|commande|facture|pedido|factura)s?(?:[-_ ]?(?:nr|no|num|number|id|code|nummer))?\b"
    r"[\s.:#=-]*(?:(?:no|nr|num|number|id|code|is|was)\b[\s.:#=-]*){0,3}|[#$\u20ac\u00a3\u00a5][ ]?)$",
    re.I,
)
_GLUE_BEFORE = re.compile(r"(?<![^\W_])(?:tel|telephone|phone|ph|mob|mobile|cell|fax|call|nr|no|n|t|m)$", re.I)
_GLUE_AFTER = re.compile(r"(?:x|ext)\.?[0-9]", re.I)
_CONTEXT = 48


class PhoneHit(NamedTuple):
    """A number with the places of its groups, in order."""

    e164: str
    spans: tuple[tuple[int, int], ...]


class _Window(NamedTuple):
    first: int
    after: int
    found: list[Reading]


def without_other_digits(view: str) -> str:
    """Blank out dates, times, addresses of machines, ids and bank accounts, keeping the length."""
    return _NOT_PHONES.sub(lambda found: BARRIER * len(found[0]), view)


def _glued(view: str, unit: Unit) -> bool:
    """Say whether a written group is part of a word or an id."""
    if unit.spoken or not unit.digits:
        return not unit.digits
    start, end = unit.end - len(unit.digits), unit.end
    if start > 0 and view[start - 1].isalpha() and not _GLUE_BEFORE.search(view, max(0, start - 12), start):
        return True
    return end < len(view) and view[end].isalpha() and not _GLUE_AFTER.match(view, end)


def _digits(units: list[Unit]) -> int:
    return sum(len(unit.digits) for unit in units)


def _said(run: list[Unit]) -> bool:
    return any(unit.spoken for unit in run) or all(len(unit.digits) == 1 for unit in run)


class _Desk(NamedTuple):
    """By which plan numbers are read, and how much work that may be."""

    numbering: Plan
    effort: Effort


def _read(run: list[Unit], first: int, after: int, desk: _Desk) -> list[Reading]:
    """Read a stretch of the run; a lost trunk digit is only thought of where a number is typed alone."""
    digits = "".join(unit.digits for unit in run[first:after])
    alone = after - first == 1 and not run[first].spoken
    found = desk.effort.read(digits, desk.numbering, international=run[first].lead == "+", whole=alone)
    return [reading for reading in found if reading.strength != SHORTENED]


def _window(run: list[Unit], first: int, desk: _Desk) -> _Window | None:
    """Return the best stretch that begins at `first`: the surest reading, and of equals the longest."""
    best: _Window | None = None
    length = 0
    for after in range(first + 1, len(run) + 1):
        unit = run[after - 1]
        length += len(unit.digits)
        if length > MOST_DIGITS or not unit.digits or (after - first > 1 and unit.lead == "+"):
            break
        if length < LEAST_IN_TEXT:
            continue
        found = _read(run, first, after, desk)
        if found and (best is None or found[0].strength <= best.found[0].strength):
            best = _Window(first, after, found)
    return best


def _phrases(view: str, run: list[Unit]) -> Iterator[list[Unit]]:
    """Cut a run at what is heard or seen as a pause."""
    phrase: list[Unit] = []
    for unit in run:
        if phrase and any(mark in view[phrase[-1].end : unit.start] for mark in PAUSES):
            yield phrase
            phrase = []
        phrase.append(unit)
    yield phrase


def _in_phrase(run: list[Unit], desk: _Desk, *, sure: bool) -> Iterator[list[Unit]]:
    """Yield the numbers that fill a phrase but for stray digits, as lists of units; `sure`: valid ones only."""
    at, stray, held = 0, 0, None
    while at < len(run):
        window = _window(run, at, desk) if stray <= STRAY_DIGITS else None
        if window is None or (sure and window.found[0].strength >= PLAUSIBLE):
            stray += len(run[at].digits)
            held = held if stray <= STRAY_DIGITS else None
            at += 1
            continue
        if held:
            yield held
        held, at, stray = run[window.first : window.after], window.after, 0
    if held:
        yield held


def _in_said(view: str, run: list[Unit], desk: _Desk) -> Iterator[list[Unit]]:
    """Yield the numbers of single phrases, then those that go on over pauses."""
    rest: list[Unit] = []
    for phrase in _phrases(view, run):
        whole = list(_in_phrase(phrase, desk, sure=True))
        if whole:
            yield from [*_over_pauses(view, rest, desk), *whole]
            rest = []
        else:
            rest += phrase
    yield from _over_pauses(view, rest, desk)


def _over_pauses(view: str, run: list[Unit], desk: _Desk, most_stray: int = 0) -> Iterator[list[Unit]]:
    """Yield numbers that begin and end at a pause; in what is left, those with a few stray digits around."""
    ends = list(accumulate(len(phrase) for phrase in _phrases(view, run))) if run else []
    start = rest = 0
    for end in ends:
        at = start if start < end else end
        while at < end and _digits(run[start:at]) <= most_stray:
            window = _window(run, at, desk)
            phrase_end = ends[bisect_left(ends, window.after)] if window else 0
            if window and _digits(run[window.after : phrase_end]) <= most_stray:
                if not most_stray:
                    yield from _over_pauses(view, run[rest:start], desk, STRAY_DIGITS)
                yield run[window.first : window.after]
                at = start = rest = phrase_end
            else:
                at += 1
        start = max(start, end)
    if not most_stray:
        yield from _over_pauses(view, run[rest:], desk, STRAY_DIGITS)


def _continues(view: str, run: list[Unit], window: _Window) -> bool:
    """Say whether the mark that parts the groups of a written number also ties it to further digits."""
    if window.after - window.first == 1:
        return False
    inner = {view[run[at - 1].end : run[at].start] for at in range(window.first + 1, window.after)}
    marks = inner & {"-", ".", "/"}
    ahead = window.first and view[run[window.first - 1].end : run[window.first].start] in marks
    behind = window.after < len(run) and view[run[window.after - 1].end : run[window.after].start] in marks
    return bool(ahead or behind)


def _in_written(view: str, run: list[Unit], desk: _Desk) -> Iterator[list[Unit]]:
    at = 0
    while at < len(run):
        window = _window(run, at, desk)
        if window is None or _continues(view, run, window):
            at += 1
            continue
        yield run[window.first : window.after]
        at = window.after


def _grouped_like(e164: str, groups: list[str]) -> bool:
    number = phonenumbers.parse(e164)
    return any(
        re.findall(r"\d+", phonenumbers.format_number(number, style)) == groups
        for style in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    )


def _is_reference(view: str, units: list[Unit], e164: str) -> bool:
    """Say whether the words ahead make the digits an order, an invoice or money."""
    start = units[0].start
    if units[0].lead or not _REFERENCE.search(view[max(0, start - _CONTEXT) : start]):
        return False
    return len(units) == 1 or not _grouped_like(e164, [unit.digits for unit in units])


def _hits(view: str, numbers: Iterator[list[Unit]], desk: _Desk) -> Iterator[PhoneHit]:
    for units in numbers:
        found = _read(units, 0, len(units), desk)
        if units[0].lead == "(" and ")" not in view[units[0].start : units[-1].end]:
            units[0] = units[0]._replace(start=units[0].start + 1)
        if _is_reference(view, units, found[0].e164):
            continue
        spans = tuple((unit.start, unit.end) for unit in units)
        yield from (PhoneHit(reading.e164, spans) for reading in found)


def _unglued(view: str, run: list[Unit]) -> Iterator[list[Unit]]:
    """Cut the run where a group is part of a word or far too long."""
    piece: list[Unit] = []
    for unit in run:
        if _glued(view, unit):
            if piece:
                yield piece
            piece = []
        else:
            piece.append(unit)
    if piece:
        yield piece


def _in_run(view: str, run: list[Unit], desk: _Desk) -> Iterator[PhoneHit]:
    if not _said(run):
        yield from _hits(view, _in_written(view, run, desk), desk)
        return
    pairs = paired(run, view)
    found = list(_hits(view, _in_said(view, pairs, desk), desk))
    if not found and len(pairs) < len(run):
        found = list(_hits(view, _in_said(view, run, desk), desk))
    yield from found


def phones_in(view: str, numbering: Plan, effort: Effort | None = None) -> Iterator[PhoneHit]:
    """Yield every number in a folded view, every reading of it, in order of place; those within the `effort`."""
    desk = _Desk(numbering, effort or Effort())
    for whole_run, in_pieces in runs(without_other_digits(view), LONGEST_RUN):
        if desk.effort.is_spent:
            return
        for run in _unglued(view, whole_run):
            if _digits(run) < LEAST_IN_TEXT:
                continue
            if not in_pieces:
                yield from _in_run(view, run, desk)
            elif not _said(run):
                for unit in run:
                    yield from _hits(view, _in_written(view, [unit], desk), desk)
