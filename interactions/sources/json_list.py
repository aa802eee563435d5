"""Reads exports that are one JSON object with a list of records in it, each judged by itself.

A record that cannot be used costs itself and nothing after it; its place is the pointer (RFC 6901) of its position.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from interactions.drafts import Noted, Outcome, Place
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import load_object, pointer

READ_AS_CP1252 = "The file is not UTF-8 and was read as Windows-1252."


@cache
def _opening(name: str) -> re.Pattern[bytes]:
    return re.compile(rb'"' + re.escape(name.encode()) + rb'"\s*:\s*\[')


def is_list_of(file: FoundFile, name: str, *marks: bytes) -> bool:
    """Tell whether a JSON file has a list under `name` and all of `marks` near its beginning. Raises OSError."""
    if not file.name.lower().endswith(".json"):
        return False
    head = file.head(LONG_HEAD_BYTES)
    return bool(_opening(name).search(head)) and all(mark in head for mark in marks)


def read_list(file: FoundFile, name: str, draft_of: Callable[[dict[str, Any], Place], Outcome]) -> Iterator[Outcome]:
    """Yield what `draft_of` makes of each record in the list under `name`, which may raise Unusable. Raises OSError."""
    try:
        data, is_cp1252 = load_object(file)
        items = data.get(name)
        if not isinstance(items, list):
            raise Unusable(f"The file has no list of {name}.")
    except Unusable as problem:
        yield file.rejected(str(problem))
        return
    if is_cp1252:
        yield Noted(file.relative, 0, READ_AS_CP1252)
    for position, item in enumerate(items):
        try:
            if not isinstance(item, dict):
                raise Unusable("It is no object.")
            yield draft_of(item, Place(file.relative, {"pointer": pointer(name, position)}))
        except Unusable as problem:
            yield file.rejected(f"Entry {position + 1} was left out: {problem}")
