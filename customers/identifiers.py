"""Bring what people type or systems export into the one form by which a person is found.

Two spellings of one identifier must meet in one value, or a forgotten customer is still there under the other. What
is no identifier is refused with a sentence that never repeats it: SQL, HTML and formulas are only text here.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date

from customers import emails, names, phones
from customers.addresses import lines_in
from customers.folding import folded, plain
from customers.kinds import Identifier, Kind, NotAnIdentifier
from customers.phone_mentions import phones_in

__all__ = ["Identifier", "Kind", "NotAnIdentifier", "candidates", "masked", "normalise", "parse"]

LONGEST = 512

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KIND_PREFIX = re.compile(r"\s*([A-Za-z][A-Za-z_ -]{0,20}?)\s*:\s*(?!//)(.*)", re.S)
_ALIASES = {
    "tel": Kind.PHONE, "sip": Kind.PHONE, "sips": Kind.PHONE, "mobile": Kind.PHONE, "mail": Kind.EMAIL,
    "e-mail": Kind.EMAIL, "mailto": Kind.EMAIL, "customer": Kind.CUSTOMER_ID, "crm": Kind.CRM_ID, "ip-address": Kind.IP,
}  # fmt: skip
_KINDS = ", ".join(kind.value for kind in Kind)
_PROFILE = re.compile(r"^(?:www\.|m\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}/(?:in/|user/|u/)?(?=[^/]+$)")
_HARDWARE = re.compile(r"[0-9a-f]{2}(?:[:.-]?[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        raise NotAnIdentifier(f"An identifier has at most {LONGEST} characters; this is longer.")
    bare = text.strip()
    if not bare:
        raise NotAnIdentifier("Nothing was given to look for.")
    if _CONTROL.search(bare):
        raise NotAnIdentifier("An identifier holds no control characters or line breaks; remove them.")
    return bare


def _key(text: str) -> str:
    """Return an id as a key: compatible forms, lower case, no blanks."""
    return "".join(plain(unicodedata.normalize("NFKC", text)).casefold().split())


def _required(value: str, reason: str) -> str:
    if not value:
        raise NotAnIdentifier(reason)
    return value


def _social(text: str) -> str:
    bare = re.sub(r"^https?://(?:www\.|m\.)?", "", _key(text)).split("?")[0].rstrip("/")
    bare = _PROFILE.sub("", bare)
    return _required(bare.lstrip("@"), "A social handle needs at least one letter or digit.")


def _alphanumeric(text: str) -> str:
    kept = "".join(sign for sign in _key(text) if sign.isalnum())
    return _required(kept, "A national id needs at least one letter or digit.")


def _device(text: str) -> str:
    """Return an id of a machine; a hardware address without its marks, a UUID without its braces."""
    bare = _key(text).strip("{}")
    return re.sub(r"[:.-]", "", bare) if _HARDWARE.fullmatch(bare) else bare


def _address(text: str) -> str:
    """Return the street line where there is one, else all words."""
    street = next(lines_in(plain(text)), None)
    if street is not None:
        return street.line
    words = re.findall(r"\w+", " ".join(names.folded_word(word) for word in plain(text).split()))
    return _required(" ".join(words), "An address needs at least one letter or digit.")


def _ip(text: str) -> str:
    try:
        address = ipaddress.ip_address(plain(text).strip("[]").split("%")[0])
    except ValueError:
        raise NotAnIdentifier("This is not an IP address; write four numbers with dots, or IPv6.") from None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _dates(text: str, regions: Sequence[str]) -> list[str]:
    """Return every calendar date the text can mean as YYYY-MM-DD; month first where the account's region does so."""
    bare = plain(text).casefold()
    named = re.search(rf"\b({'|'.join(_MONTHS)})[a-z]*\b", bare)
    numbers = [int(number) for number in re.findall(r"\d{1,8}", bare)]
    if named and len(numbers) == 2:
        orders = [(numbers[1], _MONTHS.index(named[1]) + 1, numbers[0])]
    elif re.fullmatch(r"\d{8}", bare):
        orders = [(int(bare[:4]), int(bare[4:6]), int(bare[6:]))]
    elif re.fullmatch(r"\d{4}\D\d{1,2}\D\d{1,2}", bare):
        orders = [(numbers[0], numbers[1], numbers[2])]
    elif re.fullmatch(r"\d{1,2}\D{1,2}\d{1,2}\D{1,2}\d{4}", bare):
        orders = [(numbers[2], numbers[1], numbers[0]), (numbers[2], numbers[0], numbers[1])]
        orders = orders[::-1] if regions and regions[0].upper() in ("US", "PH") and "." not in bare else orders
    else:
        orders = []
    return list(dict.fromkeys(found for order in orders if (found := _iso(*order))))


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat() if 1850 <= year <= date.today().year else ""
    except ValueError:
        return ""


def _birth_dates(text: str, regions: Sequence[str]) -> list[str]:
    found = _dates(text, regions)
    if not found:
        raise NotAnIdentifier("This is not a date of birth; write it as YYYY-MM-DD.")
    return found


def _phones(text: str, numbering: phones.Plan) -> list[str]:
    """Read one number, written or as it is said."""
    try:
        return [reading.e164 for reading in phones.read(text, numbering)]
    except NotAnIdentifier:
        said = phones_in(folded(text), numbering) if re.search(r"[^\W\d_]{2}", text) else ()
        found = [hit.e164 for hit in said if (hit.spans[0][0], hit.spans[-1][1]) == (0, len(text))]
        if found:
            return found
        raise


def _emails(text: str) -> list[str]:
    """Read one address, written or as it is spelled."""
    try:
        return [emails.normal(text)]
    except NotAnIdentifier:
        hits = emails.emails_in(folded(text))
        found = [hit.address for hit in hits if (hit.spans[0][0], hit.spans[-1][1]) == (0, len(text))]
        if found:
            return found
        raise


_ONE_VALUE: dict[Kind, Callable[[str], str]] = {
    Kind.SOCIAL: _social,
    Kind.CRM_ID: _key,
    Kind.CUSTOMER_ID: _key,
    Kind.ADDRESS: _address,
    Kind.NATIONAL_ID: _alphanumeric,
    Kind.IP: _ip,
    Kind.DEVICE: _device,
}


def candidates(
    kind: Kind, text: str, *, regions: Sequence[str], dial_prefixes: Sequence[str] = ("9",)
) -> list[Identifier]:
    """Return every reading of `text` as an identifier of `kind`, the most likely first; never empty.

    `regions`: ISO 3166-1 codes, the account's own first, then those of the account's own numbers. `dial_prefixes`:
    digits that give an outside line. Raise NotAnIdentifier, or ValueError for an unknown region.
    """
    bare = _checked(text)
    if kind == Kind.PHONE:
        numbers = _phones(bare, phones.plan(regions, dial_prefixes))
        return [Identifier(kind, e164, phones.shown(e164)) for e164 in numbers]
    if kind == Kind.EMAIL:
        return [Identifier(kind, address, address) for address in _emails(bare)]
    if kind == Kind.NAME:
        return [Identifier(kind, form, " ".join(bare.split())) for form in names.index_forms(bare)]
    if kind == Kind.BIRTH_DATE:
        return [Identifier(kind, day, day) for day in _birth_dates(bare, regions)]
    value = _required(_ONE_VALUE[kind](bare), "Nothing was given to look for.")
    return [Identifier(kind, value, value if kind == Kind.IP else " ".join(bare.split()))]


def normalise(kind: Kind, text: str, *, regions: Sequence[str], dial_prefixes: Sequence[str] = ("9",)) -> Identifier:
    """Return the most likely reading of `text` as an identifier of `kind`. Arguments and errors as for candidates."""
    return candidates(kind, text, regions=regions, dial_prefixes=dial_prefixes)[0]


def _kind(word: str) -> Kind | None:
    name = re.sub(r"[ _]", "-", word.strip().casefold())
    return Kind(name) if name in set(Kind) else _ALIASES.get(name)


def parse(text: str) -> tuple[Kind, str]:
    """Split `KIND:VALUE`, or guess the kind of a bare phone number or e-mail address. Raise NotAnIdentifier."""
    bare = _checked(text)
    prefix = _KIND_PREFIX.fullmatch(bare)
    kind = _kind(prefix[1]) if prefix else None
    if kind and prefix:
        return kind, _checked(prefix[2])
    if prefix is None and re.fullmatch(r"[^\s@]+(?:@|%40)[^\s@]+\.[^\s@]+", plain(bare)):
        return Kind.EMAIL, bare
    if prefix is None and re.fullmatch(r"\+?[\d\s().\-/]{6,40}", plain(bare)):
        return Kind.PHONE, bare
    raise NotAnIdentifier(f"Say what this is as KIND:VALUE; the kinds are {_KINDS}.")


def masked(identifier: Identifier) -> str:
    """Return the identifier so that its owner may recognise it and nobody else learns it."""
    dots, value = "••••", identifier.value
    if identifier.kind == Kind.PHONE:
        return f"{dots} {value[-4:]}" if len(value) > 8 else dots
    if identifier.kind == Kind.EMAIL:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}•••@{domain}" if len(local) > 1 else f"•••@{domain}"
    if identifier.kind == Kind.NAME:
        words = [word for word in identifier.display.split()[:4] if word[0].isalpha()]
        return " ".join(f"{word[0].upper()}•••" for word in words) or dots
    if identifier.kind in (Kind.CUSTOMER_ID, Kind.CRM_ID) and len(value) > 6:
        return f"{dots} {value[-2:]}"
    return dots
