"""Write JSON so that the same facts always give the same bytes (RFC 8785).

Sorted keys, no blanks, UTF-8, no floats: what was hashed can be written again by another program in another language.
Names are ASCII, so sorting by code point is sorting by UTF-16 unit, as the RFC wants it.
"""

import json
import re
from collections.abc import Mapping

Fact = str | int | bool | None

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_EXACT = 2**53 - 1


def canonical(value: Mapping[str, object]) -> bytes:
    """Return the canonical text of a JSON object. Raises UnicodeEncodeError for half a surrogate pair."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def prove_facts(facts: Mapping[str, Fact]) -> None:
    """Raise ValueError unless every name is a plain word and every value is text, a whole number, yes/no or nothing."""
    for name, value in facts.items():
        if not _NAME.fullmatch(name):
            raise ValueError("a fact's name is made of a-z, 0-9 and _; the entry was not written")
        if not isinstance(value, str | int | None):
            raise ValueError(f"the fact {name} is a {type(value).__name__}; an entry takes text, int, bool or None")
        if isinstance(value, int) and abs(value) > _EXACT:
            raise ValueError(f"the fact {name} is too large for JSON; the entry was not written")
