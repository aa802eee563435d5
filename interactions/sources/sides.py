"""Decides which side of a call is the customer, by the rules phone systems number their users with.

An extension is short (at most six digits) or known to the account; whatever is longer or no number belongs to outside.
Who withheld the number stays as the system wrote it and identifies nobody.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from interactions.drafts import Direction

LONGEST_EXTENSION = 6
LONGEST_CAMPAIGN = 64
_WITHHELD = frozenset({"private", "restricted", "unavailable", "unknown", "unknowncaller", "withheld", "idunavailable"})
_ENDPOINT = re.compile(r"(?:PJSIP|SIP|IAX2|Local|SCCP|Skinny|Agent)/([^@;/-]{1,40})", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SEVEN_DIGITS = re.compile(r"\d{7}")
_CHANNEL_COUNTER = re.compile(r"-[0-9a-f]{8}(?:;[12])?$")


class Sides(NamedTuple):
    """Which way a call went, and whether the customer is who called (True), who was called (False), or nobody."""

    direction: Direction
    customer_called: bool | None


class CallerId(NamedTuple):
    """The parts of `"name" <number>` and where each begins in it."""

    name: str
    name_start: int
    number: str
    number_start: int


def sides(caller: str, called: str, *, known: Collection[str] = (), caller_endpoint: str = "") -> Sides:
    """Say which way a call from `caller` to `called` went.

    known: the account's extensions. caller_endpoint: the device that called; an extension's device calling out may
    show a number of the company instead of its own.
    """
    if is_extension(caller, known) or (caller_endpoint and not is_extension(called, known)):
        if is_extension(called, known):
            return Sides(Direction.INTERNAL, None)
        return Sides(Direction.OUTBOUND, False)
    return Sides(Direction.INBOUND, True)


def is_extension(text: str, known: Collection[str] = ()) -> bool:
    """Tell whether `text` is a number inside the company."""
    return text in known or (text.isascii() and text.isdigit() and len(text) <= LONGEST_EXTENSION)


def endpoint_extension(channel: str, known: Collection[str] = ()) -> str:
    """Return the extension whose device a channel such as `PJSIP/2046-00000ff4` is, or nothing for a trunk."""
    match = _ENDPOINT.match(channel)
    name = match[1] if match else ""
    return name if name in known or (is_extension(name) and len(name) > 2) else ""


def is_withheld(text: str) -> bool:
    """Tell whether a caller's address says only that it is hidden: `anonymous`, `Private`, `anonymous@…invalid`."""
    letters = _NOT_LETTERS.sub("", text[:64]).lower()
    return letters in _WITHHELD or letters.startswith("anonym")


def split_caller_id(text: str) -> CallerId:
    """Take `"name" <number>` apart; either may be missing, quotes too. Text without brackets is a name or a number."""
    opening = text.rfind("<")
    if opening >= 0 and text.rstrip().endswith(">"):
        number, number_start = _stripped(text[opening + 1 : text.rstrip().rfind(">")], opening + 1)
        return CallerId(*_stripped(text[:opening], 0), number, number_start)
    inner, start = _stripped(text, 0)
    if _LETTER.search(inner):
        return CallerId(inner, start, "", 0)
    return CallerId("", 0, inner, start)


def is_persons_name(text: str) -> bool:
    """Tell whether a caller's name field names anybody: it may repeat the number, or say that it is hidden."""
    return bool(_LETTER.search(text)) and not is_withheld(text)


def plain_code(text: str) -> str:
    """Return a queue or mailbox name that cannot hold a phone number, and nothing in place of any other text."""
    return text if _PLAIN_CODE.fullmatch(text) and not holds_number(text) else ""


def campaign_code(text: str) -> str:
    """Return a campaign's name or id that cannot hold a phone number or an address, and nothing in place of others."""
    if _UUID.fullmatch(text):
        return text
    is_code = len(text) <= LONGEST_CAMPAIGN and text.isprintable() and "@" not in text
    return text if is_code and not holds_number(text) else ""


def holds_number(text: str) -> bool:
    """Tell whether seven digits stand in a row, the counter at the end of a channel's name left aside."""
    return bool(_SEVEN_DIGITS.search(text) and _SEVEN_DIGITS.search(_CHANNEL_COUNTER.sub("", text)))


def _stripped(text: str, start: int) -> tuple[str, int]:
    """Return `text` without blanks and quotes around it, and where it begins if `text` began at `start`."""
    left = text.lstrip(' \t"')
    return left.rstrip(' \t"'), start + len(text) - len(left)
