"""Cut what the residue scan opens with living keys into pieces: sealed values as words, content files as bytes."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from customers.folding import SEGMENT
from privacy.open import Warrant, open_content
from rtbf.residue.pieces import OVERLAP, Piece

HEAD, TAIL = 256 * 1024, 64 * 1024
TEXTUAL = ("text/", "application/json", "application/xml")


def as_text(value: Any) -> tuple[str, str]:
    """Return the words of a sealed value, parts set apart as in a transcript, and all of it as text."""
    if isinstance(value, str):
        return value, value
    return SEGMENT.join(_strings(value)), json.dumps(value, ensure_ascii=False)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def pieces_of_content(row: Any, opening: Warrant) -> Iterator[Piece]:
    """Yield a text file whole; of sound its beginning and end, where programs write titles and numbers."""
    place, record, before = f"{row._meta.label} file", str(row.pk), b""
    with closing(open_content(row, warrant=opening)) as reader:
        whole = row.media_type.startswith(TEXTUAL) or reader.size <= HEAD + TAIL
        for start, stop in [(0, reader.size)] if whole else [(0, HEAD), (reader.size - TAIL, reader.size)]:
            for data in reader.iter_range(start, stop):
                yield Piece("content", place, record, before + data)
                before = data[-OVERLAP:]
