"""Say which browser on which system a user agent names.

The text is chosen by whoever calls, so only names known here are repeated, and one plain word of anything else.
"""

import re
from typing import Final

BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome without a window"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{1,19}")


def in_words(user_agent: str) -> str:
    """Return a device such as "Chrome on Windows"; nothing for an empty text."""
    browser = _first(BROWSERS, user_agent) or _other(user_agent)
    system = _first(SYSTEMS, user_agent)
    return " on ".join(part for part in (browser, system) if part)


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in known if mark in text), "")


def _other(text: str) -> str:
    word = _WORD.match(text)
    if word is None:
        return "another program" if text else ""
    return "another browser" if word.group() == "Mozilla" else word.group()
