"""Loads a JSON export whole, within limits that hold whoever wrote it.

JSON lets a small file claim much: nesting, millions of empty lists, names given twice, numbers that are none. Each is
refused here with a reason, so that formats above see plain, finite, shallow data.
"""

import json
import math
import re
from typing import Any

from interactions.sources.found import FoundFile, Unusable

MAX_BYTES = 64 << 20
MAX_VALUES = 1_000_000
MAX_DEPTH = 32
_ODD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def load_object(file: FoundFile) -> tuple[dict[str, Any], bool]:
    """Return the object in `file`, and whether it had to be read as Windows-1252. Raises Unusable, OSError."""
    if file.size > MAX_BYTES:
        raise Unusable("The file is larger than 64 MiB, too large for one JSON document; split the export.")
    with file.open() as stream:
        raw = stream.read(MAX_BYTES + 1)
    if raw.count(b",") > MAX_VALUES or len(raw) > MAX_BYTES:
        raise Unusable("The file holds more than a million values, too many for one JSON document; split the export.")
    if b"\0" in raw:
        raise Unusable("The file holds a NUL byte.")
    text, is_cp1252 = _decoded(raw)
    data = _checked(text)
    if not isinstance(data, dict):
        raise Unusable("The file does not hold a JSON object.")
    return data, is_cp1252


def object_in(line: str) -> dict[str, Any]:
    """Return the object that one line of a JSON-lines export is. Raises Unusable."""
    data = _checked(line)
    if not isinstance(data, dict):
        raise Unusable("The line does not hold a JSON object.")
    return data


def _checked(text: str) -> Any:
    data = _parsed(text)
    if _depth_exceeds(data, MAX_DEPTH):
        raise Unusable("The JSON is nested too deeply.")
    if _ODD_ESCAPE.search(text) and _has_odd_letters(data):
        raise Unusable("The JSON holds characters that are none (half of a pair, or NUL).")
    return data


def pointer(*parts: str | int) -> str:
    """Join names and positions to a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def text_at(data: dict[str, Any], *names: str) -> str:
    """Return the text under nested names, stripped; empty if something on the way is missing or of another type."""
    value: Any = data
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value.strip() if isinstance(value, str) else ""


def objects_at(data: Any, name: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects in the list under `name`, each with its position in it; what is no object is left out."""
    value = data.get(name) if isinstance(data, dict) else None
    return [(at, item) for at, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def object_at(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object under `name`, or an empty one."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _decoded(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252"), True
    except UnicodeDecodeError:
        raise Unusable("The file is neither UTF-8, UTF-16 nor Windows-1252 text.") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise Unusable("The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Unusable(f"The JSON is broken in line {error.lineno}.") from None
    except Unusable:
        raise
    except ValueError:
        raise Unusable("The JSON holds a number with thousands of digits.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Unusable("The JSON gives the same name twice in one object, so it is unclear which value holds.")
    return result


def _no_number(_: str) -> float:
    raise Unusable("The JSON holds NaN or Infinity, which are no numbers.")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _depth_exceeds(data: Any, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        level = [child for value in level for child in _children(value)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in inner if isinstance(child, dict | list)]


def _has_odd_letters(data: Any) -> bool:
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\\u0000" in text
