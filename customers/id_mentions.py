"""Find in text what identifies somebody and is no number or address to call: ids, handles, devices, dates of birth.

Rule: what has a shape of its own is found as it stands (IP addresses, hardware addresses, UUIDs, letters with digits);
plain digits and dates count only behind the word that says what they are. Behind "order" or "invoice" they are no
customer's number.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from customers.addresses import lines_in
from customers.identifiers import Kind, NotAnIdentifier, candidates

_WRITTEN = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_/.](?=[A-Za-z0-9])){3,39}"
_SAYS = r"(?:[ _-]?(?:ids?|no|nr|num|number|nummer|code|key))?\b\.?"
_TO = r"[\s:#=-]{0,4}(?:(?:is|was|ist|est|es|lautet)\b[\s:#-]{0,4})?"
_CUED = {
    (Kind.CUSTOMER_ID,): r"customer|client|member(?:ship)?|account|acct|subscriber|policyholder|kunden?|abonn[ée]",
    (Kind.CRM_ID, Kind.CUSTOMER_ID): r"crm|contact|lead|salesforce|hubspot|zendesk|user",
    (Kind.NATIONAL_ID,): (
        r"ssn|social security|sin|national insurance|nino|national|passport|identity|id card|personalausweis|"
        r"steuer|tax|dni|nie|nif|cpf|curp|bsn|aadhaar|pan|pesel|driver'?s? licen[cs]e|licen[cs]e"
    ),
    (Kind.DEVICE,): r"device|cookie|visitor|browser|imei|meid|idfa|gaid|advertising|installation",
}
_CUES = {kinds: re.compile(rf"\b(?:{cue}){_SAYS}{_TO}(?P<id>{_WRITTEN})(?!\w)", re.I) for kinds, cue in _CUED.items()}
_HEX = "[0-9A-Fa-f]"
_SHAPES: dict[tuple[Kind, ...], re.Pattern[str]] = {
    (Kind.CUSTOMER_ID, Kind.CRM_ID): re.compile(r"(?<![\w./@+-])[A-Za-z]{1,10}[-_]?[0-9]{3,12}(?![\w-]|\.\w|@)"),
    (Kind.CRM_ID,): re.compile(r"(?<![\w-])(?=\w*[A-Za-z])(?=\w*[0-9])00[A-Za-z0-9]{13}(?:[A-Za-z0-9]{3})?(?![\w-])"),
    (Kind.NATIONAL_ID,): re.compile(
        r"(?<![\w-])(?:[0-9]{3}-[0-9]{2}-[0-9]{4}|[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z]{2} ?(?:[0-9]{2} ?){3}[A-Da-d]|"
        r"[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3}(?: ?[0-9]{2})?)(?![\w-])"
    ),
    (Kind.IP,): re.compile(
        rf"(?<![\w.:])(?:[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}|(?:{_HEX}{{0,4}}:){{2,7}}(?:{_HEX}{{1,4}}|(?<=::)))(?![\w:]|\.[0-9])"
    ),
    (Kind.DEVICE,): re.compile(
        rf"(?<![\w-])(?:{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}|{_HEX}{{2}}(?:[:-]{_HEX}{{2}}){{5}}|"
        rf"GA[0-9]\.[0-9]\.[0-9]{{6,12}}\.[0-9]{{6,12}})(?![\w-])"
    ),
}
_HANDLE = re.compile(
    r"(?<![\w.@/+-])@[A-Za-z0-9_](?:[A-Za-z0-9_]|\.(?=\w)){1,29}(?![\w@])|"
    r"\b(?:https?://)?(?:www\.|m\.)?(?:twitter|x|instagram|facebook|tiktok|linkedin|threads|t)\.(?:com|net|me)/"
    r"(?:in/|@)?[A-Za-z0-9_.-]{2,40}",
    re.I,
)
_DIGIT = re.compile("[0-9]")
_DATES = (
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}",
    r"[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}[0-9]{4}",
    r"[0-9]{1,2}(?:st|nd|rd|th)?\.? (?:of )?[A-Za-z]{3,9},? [0-9]{4}",
    r"[A-Za-z]{3,9} [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}",
)
_BIRTH = re.compile(
    r"\b(?:dob|d\.o\.b|born|birth ?day|birth ?date|date of birth|geboren|geb|geburtsdatum|née?|naissance|nacid[oa]|"
    rf"nacimiento)\b[^\n\d]{{0,24}}?(?P<date>{'|'.join(_DATES)})(?!\w)",
    re.I,
)
_NO_CUSTOMER = re.compile(
    r"\b(?:order|invoice|ticket|batch|booking|reservation|tracking|parcel|shipment|receipt|serial|sku|item|transaction|"
    r"txn|voucher|coupon|isbn|ean|bestellung|rechnung|auftrag|commande|facture|pedido|factura)s?"
    r"(?:[-_ ]?(?:id|nr|no|num|number|code|nummer))?\b[\s.:#=-]*$",
    re.I,
)
_CONTEXT = 40


class IdHit(NamedTuple):
    """An identifier with its place."""

    kind: Kind
    value: str
    span: tuple[int, int]


def ids_in(view: str, regions: Sequence[str]) -> Iterator[IdHit]:
    """Yield everything of these kinds in a folded view, every reading of it."""
    for kinds, text, span in (*_handles(view), *(_with_digits(view) if _DIGIT.search(view) else ())):
        for kind in kinds:
            yield from _read(kind, text, span, regions)
    if _DIGIT.search(view):
        yield from (IdHit(Kind.ADDRESS, each.line, each.span) for each in lines_in(view))


_Shape = tuple[tuple[Kind, ...], str, tuple[int, int]]


def _handles(view: str) -> Iterator[_Shape]:
    for found in _HANDLE.finditer(view) if "@" in view or "/" in view else ():
        yield (Kind.SOCIAL,), found[0], found.span()


def _with_digits(view: str) -> Iterator[_Shape]:
    for kinds, pattern in _SHAPES.items():
        for found in pattern.finditer(view):
            if Kind.CUSTOMER_ID not in kinds or not _of_something_else(view, found.start()):
                yield kinds, found[0], found.span()
    for kinds, pattern in _CUES.items():
        for found in pattern.finditer(view):
            if _DIGIT.search(found["id"]):
                yield kinds, found["id"], found.span("id")
    for found in _BIRTH.finditer(view):
        yield (Kind.BIRTH_DATE,), _ORDINAL.sub("", found["date"]), found.span("date")


_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|\bof ", re.I)


def _of_something_else(view: str, start: int) -> bool:
    return _NO_CUSTOMER.search(view, max(0, start - _CONTEXT), start) is not None


def _read(kind: Kind, text: str, span: tuple[int, int], regions: Sequence[str]) -> Iterator[IdHit]:
    try:
        yield from (IdHit(kind, each.value, span) for each in candidates(kind, text, regions=regions))
    except NotAnIdentifier:
        return
