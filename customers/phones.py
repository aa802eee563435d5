"""Read a telephone number in any spelling as E.164.

Rule: a reading counts when the number is valid in its country, or else when it is plausible: full length and first
digits as the country's numbering plan has them, though no range inside is assigned (numbers set aside for fiction,
new ranges, test lines). Without + a plausible reading is only made for the account's countries, in their own way of
writing, and not behind a country in which the number is valid. So no forgotten number is missed because a table is
old, while order numbers rarely fit.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from customers.folding import plain
from customers.kinds import NotAnIdentifier
from customers.numbering import Country, country_of_code, is_valid, parsed, parsed_at_home
from customers.numbering import country as country_of

MOST_DIGITS = 20
LEAST_DIGITS = 6
LEAST_PLAUSIBLE = 8

_SAYS_WITHHELD = "anonymous unknown unavailable private restricted withheld blocked nonumber noclip private-number"
_WITHHELD = frozenset(_SAYS_WITHHELD.split())
_ANGLE = re.compile(r"<([^<>]*)>\s*$")
_SCHEME = re.compile(r"^(?:tel|sips?|callto|phone|fax|whatsapp)\s*:\s*(?://)?", re.I)
_CONTEXT = re.compile(r";\s*phone-context=(\+[\d.()-]+)", re.I)
_EXTENSION = re.compile(r"\s*(?:,{1,2}|;?\s*\b(?:ext(?:ension|n)?|durchwahl|poste)\b\.?|x|#)\s*[:=.]?\s*\d{1,7}$", re.I)
_DIALABLE = re.compile(r"\+?[\d ().\-/]+")
_NOT_A_PHONE = (
    "This is not a phone number that exists in a country of the account; write it in full, with + and the country code."
)


class Reading(NamedTuple):
    """One way to read digits. A lower strength is a better reading."""

    strength: int
    e164: str


# Valid as the country writes it or with +; with a country code but no +; behind an outside-line prefix.
NATIONAL, CARRIED, DIALLED = 0, 1, 2
# Added to those three when the number is only plausible.
PLAUSIBLE = 3
# Valid once a dropped trunk digit is put back; valid with the country code of a country the account does not know.
SHORTENED, ABROAD = 6, 7


class Plan(NamedTuple):
    """The countries of an account, its own first, and the digits that give an outside line."""

    countries: tuple[Country, ...]
    dial_prefixes: tuple[str, ...]


@lru_cache(maxsize=256)
def _plan(regions: tuple[str, ...], dial_prefixes: tuple[str, ...]) -> Plan:
    return Plan(tuple(country_of(region.upper()) for region in dict.fromkeys(regions)), dial_prefixes)


def plan(regions: Sequence[str], dial_prefixes: Sequence[str] = ("9",)) -> Plan:
    """Return the plan for two-letter `regions` (ISO 3166-1), the account's own first. Raise ValueError for others."""
    return _plan(tuple(regions), tuple(prefix for prefix in dial_prefixes if prefix.isdigit()))


def _carried_country(digits: str) -> Country | None:
    for length in (1, 2, 3):
        if digits[:length].isdigit() and int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return country_of_code(int(digits[:length]))
    return None


def _plausible(number: phonenumbers.PhoneNumber) -> bool:
    country = country_of_code(number.country_code or 0)
    shape = phonenumbers.is_possible_number_with_reason(number)
    if country is None or shape != ValidationResult.IS_POSSIBLE:
        return False
    return bool(country.pattern.fullmatch(phonenumbers.national_significant_number(number)))


def _number(e164: str) -> phonenumbers.PhoneNumber | None:
    """Take an E.164 number apart; parsing it as if anybody had written it takes five times as long."""
    country = _carried_country(e164[1:])
    if country is None:
        return parsed(e164, None)
    digits = e164[1 + len(country.code) :]
    zeros = len(digits) - len(digits.lstrip("0"))
    return phonenumbers.PhoneNumber(
        country_code=int(country.code),
        national_number=int(digits),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _international(digits: str, strength: int) -> Iterator[Reading]:
    """Read digits that begin with a country code."""
    country = _carried_country(digits)
    if digits[:3] in ("800", "808", "870", "878", "881", "882", "883", "888", "979"):
        longest, shortest = 15, 7
    elif country is None:
        return
    else:
        longest, shortest = country.longest + len(country.code) + 3, country.shortest + len(country.code)
    if not shortest <= len(digits) <= longest:
        return
    number = parsed("+" + digits, None)
    if number is not None and is_valid(number):
        yield Reading(strength, _e164(number))
    elif number is not None and _plausible(number):
        yield Reading(strength + PLAUSIBLE, _e164(number))


def _as_written_at_home(number: phonenumbers.PhoneNumber, digits: str, country: Country) -> bool:
    if not country.trunk and phonenumbers.national_significant_number(number) == digits:
        return True
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return re.sub(r"\D", "", written) == digits


def _with_trunk(number: phonenumbers.PhoneNumber, country: Country) -> str:
    return country.trunk + phonenumbers.national_significant_number(number)


def _national(digits: str, country: Country) -> Iterator[Reading]:
    """Read digits as somebody in the country writes them."""
    if not max(country.shortest, LEAST_DIGITS) <= len(digits) <= country.longest + 5:
        return
    if digits[0] not in "01689" and not country.pattern.fullmatch(digits):
        return
    number = parsed_at_home(digits, country)
    if number is None or str(number.country_code) != country.code:
        return
    if is_valid(number):
        yield Reading(NATIONAL if _as_written_at_home(number, digits, country) else SHORTENED, _e164(number))
    elif len(digits) >= LEAST_PLAUSIBLE and _with_trunk(number, country) == digits and _plausible(number):
        yield Reading(NATIONAL + PLAUSIBLE, _e164(number))


def _after_exit_code(digits: str, numbering: Plan) -> Iterator[Reading]:
    """Read digits that begin with the way out of a country: 00, 011, and what the account's countries use."""
    exits = {len(code) for code in ("00", "011") if digits.startswith(code)}
    exits |= {found.end() for country in numbering.countries if (found := country.abroad.match(digits))}
    for length in sorted(exits):
        yield from _international(digits[length:], NATIONAL)


def _with_country_code(digits: str, numbering: Plan, *, abroad: bool) -> Iterator[Reading]:
    """Read digits that carry a country code without +, of the account's countries or (if `abroad`) of any."""
    at_home = any(digits.startswith(country.code) for country in numbering.countries)
    if at_home:
        yield from _international(digits, CARRIED)
    elif abroad:
        yield from (reading for reading in _international(digits, ABROAD) if reading.strength == ABROAD)


def _after_dial_prefix(digits: str, numbering: Plan) -> Iterator[Reading]:
    """Read digits behind an outside-line prefix."""
    for prefix in numbering.dial_prefixes:
        rest = digits[len(prefix) :] if digits.startswith(prefix) else ""
        if len(rest) >= LEAST_DIGITS:
            inner = [*_from_home(rest, numbering), *_with_country_code(rest, numbering, abroad=False)]
            yield from (
                Reading(DIALLED + PLAUSIBLE * (strength >= PLAUSIBLE), value)
                for strength, value in inner
                if strength < SHORTENED
            )


def _from_home(digits: str, numbering: Plan) -> Iterator[Reading]:
    for country in numbering.countries:
        yield from _national(digits, country)
    if digits.startswith(("0", "1", "8")):
        yield from _after_exit_code(digits, numbering)


def _best(found: list[Reading]) -> list[Reading]:
    """Drop doubles. Best first, in the account's order among equals."""
    once: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda reading: reading.strength):
        once.setdefault(reading.e164, reading)
    return list(once.values())


def _sure(found: list[Reading]) -> list[Reading]:
    """Keep what is written as at home: valid, or plausible in a country that comes before any in which it is valid."""
    strengths = [reading.strength for reading in found]
    before = found[: strengths.index(NATIONAL)] if NATIONAL in strengths else []
    kept = [reading for reading in before if reading.strength == PLAUSIBLE]
    return _best([reading for reading in found if reading.strength == NATIONAL] + kept)


def readings(digits: str, numbering: Plan, *, international: bool = False, whole: bool = True) -> list[Reading]:
    """Return every reading of plain digits, best first; empty when they are no phone number.

    `international`: a + stood in front. `whole`: the digits stood together or were typed as a number, so that outside
    lines, lost trunk digits and country codes of other countries are thought of too.
    """
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
        return []
    if international:
        found = list(_international(digits[2:] if digits[:2] == "00" else digits, NATIONAL))
        if found or not whole:
            return _best(found)
    found = list(_from_home(digits, numbering))
    if sure := _sure(found):
        return sure
    found += _with_country_code(digits, numbering, abroad=whole)
    if whole:
        return _best(found + list(_after_dial_prefix(digits, numbering)))
    return _best([reading for reading in found if reading.strength != SHORTENED])


def is_withheld(text: str) -> bool:
    """Say whether the text stands for a caller who showed no number."""
    bare = plain(text[:600]).casefold()
    angle = _ANGLE.search(bare)
    bare = _SCHEME.sub("", angle[1] if angle else bare).split("@")[0].split(";")[0]
    return bare.strip("\"' <>").replace(" ", "") in _WITHHELD


def dialled(text: str) -> tuple[str, bool]:
    """Return the digits of one written number and whether + stood in front; extension and URI parts are dropped.

    URI forms are those of RFC 3966 (tel) and RFC 3261 (sip). Raise NotAnIdentifier.
    """
    if is_withheld(text):
        raise NotAnIdentifier("The caller showed no number, so there is none to look for.")
    shown = plain(text)
    angle = _ANGLE.search(shown)
    shown = _SCHEME.sub("", angle[1].strip() if angle else shown)
    context = _CONTEXT.search(shown)
    shown = _EXTENSION.sub("", shown.split("@")[0].split(";")[0].strip("\"' "))
    if context and not shown.startswith("+"):
        shown = context[1] + shown
    shown = shown.lstrip("(") if shown.startswith("(+") else shown
    if not _DIALABLE.fullmatch(shown):
        raise NotAnIdentifier(_NOT_A_PHONE)
    return re.sub(r"\D", "", shown), shown.startswith("+")


def read(text: str, numbering: Plan) -> list[Reading]:
    """Return every reading of one written number, best first. Raise NotAnIdentifier."""
    digits, international = dialled(text)
    if not international and len(digits) < LEAST_DIGITS:
        raise NotAnIdentifier("This is too short for a phone number: internal extensions identify nobody outside.")
    found = readings(digits, numbering, international=international)
    if not found:
        raise NotAnIdentifier(_NOT_A_PHONE)
    return found


def shown(e164: str) -> str:
    """Write an E.164 number as people read it."""
    number = _number(e164)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else e164
