"""One way of looking at text in which every spelling of a character is the same and every offset still holds.

Recognisers search the folded view and report places in the original, so folding here is one character for one
character. What has no width of its own (zero-width marks, the first two characters of a %-escape) becomes FILLER.
"""

import re
import unicodedata

FILLER = "\ue000"
BARRIER = "\x1d"
SEGMENT = "\x1e"

_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_ESCAPE = re.compile(r"%(2[089BDEFbdef]|3[AaBb]|40)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_WIDTHLESS = "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff" + "".join(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SAME = str.maketrans(
    _WIDE
    | dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_WIDTHLESS, FILLER)
    | {BARRIER: " ", SEGMENT: " ", "\u2044": "/", "\u2215": "/", "\u00b7": ".", "\u2022": ".", "\u3002": "."}
)


def folded(text: str) -> str:
    """Return the view of `text`: same length, plain digits, hyphens, spaces and signs."""
    if not text.isascii():
        text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)
    text = text.translate(_SAME) if _NOT_ASCII.search(text) or BARRIER in text or SEGMENT in text else text
    if "%" in text:
        text = _ESCAPE.sub(lambda found: FILLER * 2 + chr(int(found[1], 16)), text)
    return text


def plain(text: str) -> str:
    """Return the view without its fillers, trimmed: for a value that stands alone."""
    return folded(text).replace(FILLER, "").strip()
