"""E-mail addresses: one normal form, and finding them written or spelled out ("r j at example dot com").

Searching goes from the @ (or the word "at") outwards over a bounded stretch, so hostile text costs no more than its
length. What is said leaves open where the local part begins: every reading is given, since an index row too many
harms nobody and one too few lets a person be found again.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from customers.folding import FILLER, plain
from customers.kinds import NotAnIdentifier
from customers.spoken import TEENS, TENS, UNITS

MOST_LOCAL, MOST_DOMAIN = 64, 255

_LOCAL = re.compile(rf"[\w!#$&'*+/=?^`{{|}}~.{FILLER}-]{{1,{MOST_LOCAL}}}$")
_DOMAIN = re.compile(rf"(?:[^\W_](?:[\w{FILLER}-]{{0,62}})\.){{1,8}}(?:[^\W\d_]{{2,24}}|xn--[\w-]{{2,59}})")
_ADDRESS = re.compile(rf"{_LOCAL.pattern[:-1]}@{_DOMAIN.pattern}")
_WRAPPED = re.compile(r"<([^<>]*)>\s*$")
_SIP = re.compile(r"\bsips?:$", re.I)

_AT = re.compile(r"[(\[{]\s{0,2}at\s{0,2}[)\]}]|(?<=\s)at(?=\s)|(?<=\s)@(?=\s)", re.I)
_TOKEN = re.compile(r"[(\[{]\s{0,2}(?:dot|punkt|point)\s{0,2}[)\]}]|[\w.+'-]*\w", re.I)
_MARKS = {"dot": ".", "point": ".", "punkt": ".", "period": ".", "underscore": "_", "dash": "-", "hyphen": "-"}
_MARKS |= {"minus": "-", "plus": "+"}
_STOPS = (
    "is it's its to me my mail email e-mail address on via by write contact send reach at and or the a an use hello hi "
    "yes no okay ok um uh so that's please under with from"
)
_NOT_IN_LOCAL = frozenset(_STOPS.split())
_MARK_FIRST = re.compile(r"\s*(?:dot|punkt|point|period)\b", re.I)
_DOT_AHEAD = re.compile(r"\b(?:dot|punkt|point|period)\b|\w\.\w", re.I)
_ENDINGS = ("com", "org", "net", "edu", "gov", "mil", "info", "biz", "name", "pro", "app", "dev")
_REACH = 160
MOST_WORDS = 3


class EmailHit(NamedTuple):
    """An address with the places of its parts, in order."""

    address: str
    spans: tuple[tuple[int, int], ...]


class _Token(NamedTuple):
    text: str
    start: int
    end: int


def normal(text: str) -> str:
    """Return one written address in lower case, out of brackets and mailto:. Raise NotAnIdentifier."""
    bare = plain(text)
    wrapped = _WRAPPED.search(bare)
    bare = re.sub(r"^mailto:", "", (wrapped[1] if wrapped else bare).strip("<>()[]{}\"' ,;"), flags=re.I)
    bare = bare.split("?")[0].strip(".")
    if not _ADDRESS.fullmatch(bare):
        raise NotAnIdentifier("This is not an e-mail address; write it as name@example.com.")
    return bare.casefold()


def _written(view: str) -> Iterator[EmailHit]:
    at = view.find("@")
    while at >= 0:
        domain = _DOMAIN.match(view, at + 1, at + 1 + MOST_DOMAIN)
        local = _LOCAL.search(view[max(0, at - MOST_LOCAL) : at]) if domain else None
        if local and domain:
            kept = local[0].lstrip(".'`/=|&*?!#" + FILLER)
            start = at - len(kept)
            if kept and not _SIP.search(view, max(0, start - 6), start):
                address = view[start : domain.end()].replace(FILLER, "").casefold()
                yield EmailHit(address, ((start, domain.end()),))
        at = view.find("@", at + 1)


def _tokens(view: str, start: int, end: int) -> list[_Token]:
    """Return the words between two places, numbers from ten up as digits."""
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(view, start, end):
        word = found[0].lower()
        tens = TENS.get(tokens[-1].text) if tokens else None
        if tens and UNITS.get(word, "0") != "0":
            tokens[-1] = _Token(tens[0] + UNITS[word], tokens[-1].start, found.end())
        else:
            tokens.append(_Token(TEENS.get(word, word), found.start(), found.end()))
    return [token._replace(text=TENS.get(token.text, token.text)) for token in tokens]


def _mark(token: _Token) -> str:
    return _MARKS.get(token.text.strip("()[]{} "), "")


def _letter(token: _Token) -> str:
    """Return the character or the digits a token spells, or nothing."""
    return token.text if len(token.text) == 1 or token.text.isdigit() else UNITS.get(token.text, "")


def _first_label(tokens: list[_Token]) -> tuple[str, int]:
    """Read what stands between "at" and the first "dot", however it is spelled."""
    label, after = "", 0
    while after < len(tokens) and after < 40 and not _mark(tokens[after]):
        label, after = label + (_letter(tokens[after]) or tokens[after].text), after + 1
        if "." in tokens[after - 1].text:
            break
    return label, after


def _ending(tokens: list[_Token], at: int) -> tuple[str, int]:
    """Read a label behind a "dot". Spelled letters that go on into other words stop at a well-known ending."""
    if at < len(tokens) and len(tokens[at].text) > 1:
        return tokens[at].text, at + 1
    label, after = "", at
    while after < len(tokens) and _letter(tokens[after]):
        label, after = label + _letter(tokens[after]), after + 1
    for ending in _ENDINGS:
        if label.startswith(ending):
            return ending, at + len(ending)
    return label, after


def _domain(view: str, start: int) -> tuple[str, tuple[_Token, ...]]:
    """Read the domain said from `start` on, or nothing."""
    if _MARK_FIRST.match(view, start) or not _DOT_AHEAD.search(view, start, start + _REACH):
        return "", ()
    tokens = _tokens(view, start, start + _REACH)
    domain, after = _first_label(tokens)
    while after + 1 < len(tokens) and _mark(tokens[after]) in (".", "-"):
        label, reached = _ending(tokens, after + 1)
        if not label:
            break
        domain, after = domain + _mark(tokens[after]) + label, reached
    whole = _DOMAIN.fullmatch(domain)
    return (domain, tuple(tokens[:after])) if whole else ("", ())


def _locals(tokens: list[_Token]) -> Iterator[tuple[str, tuple[_Token, ...]]]:
    """Read the local part said in front of "at", nearest words first."""
    local, first, words = "", len(tokens), 0
    while first > 0 and len(local) < MOST_LOCAL:
        token = tokens[first - 1]
        marked = bool(local) and _mark(token) and first > 1
        if marked:
            local, first = _mark(token) + local, first - 1
            token = tokens[first - 1]
        spelled, again = _letter(token), first < len(tokens) and not marked
        if again and not (spelled and _letter(tokens[first])):
            if local:
                yield local, tuple(tokens[first:])
            words += 1
        in_letters = len(token.text) == 1 and first < len(tokens) and bool(_letter(tokens[first]))
        stops = token.text in _NOT_IN_LOCAL and not marked and not in_letters
        if words >= MOST_WORDS or stops or _mark(token):
            return
        local, first = (spelled or token.text) + local, first - 1
    if local:
        yield local, tuple(tokens[first:])


def _spelled(view: str) -> Iterator[EmailHit]:
    for at in _AT.finditer(view):
        domain, right = _domain(view, at.end())
        if not domain:
            continue
        start = max(0, at.start() - _REACH)
        for local, left in _locals(_tokens(view, start, at.start())):
            spans = tuple((token.start, token.end) for token in (*left, _Token("", *at.span()), *right))
            yield EmailHit(f"{local}@{domain}".casefold(), spans)


def emails_in(view: str) -> Iterator[EmailHit]:
    """Yield every address in a folded view, written ones first."""
    yield from _written(view)
    yield from _spelled(view)
