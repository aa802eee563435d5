"""Finds the mark between the columns of a CSV file, and their names, from its first line.

A spreadsheet says the mark itself in a line before the names (`sep=;`); else it is the one that makes most sense of
the names, which the format that asks judges.
"""

import csv
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from interactions.sources.found import LONG_HEAD_BYTES, FoundFile

MARKS = ",;\t|"
MOST_COLUMNS = 1_000
_SAID = re.compile(rb"sep=([,;\t|])[ \t,;|]*(?:\r\n|\n|\r)")


class Header(NamedTuple):
    """The mark, the names as they stand, and which row the first line is: the names are row 0."""

    mark: str
    names: tuple[str, ...]
    first_row: int


def header_of(file: FoundFile, sense: Callable[[Sequence[str]], int]) -> Header | None:
    """Return the header of which `sense` counts the most names, or None if no mark makes any sense. Raises OSError."""
    head = file.head(LONG_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    said = _SAID.match(head)
    body = head[said.end() :] if said else head
    line = body.lstrip(b"\r\n").split(b"\n", 1)[0].split(b"\r", 1)[0]
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("cp1252", "replace")
    if not text.strip() or text.count(max(MARKS, key=text.count)) >= MOST_COLUMNS:
        return None
    marks = said[1].decode() if said else MARKS
    found = [Header(mark, _names(text, mark), -1 if said else 0) for mark in marks]
    best = max(found, key=lambda each: sense(each.names))
    return best if sense(best.names) else None


def _names(text: str, mark: str) -> tuple[str, ...]:
    try:
        fields = next(csv.reader((text,), delimiter=mark, strict=True), [])
    except csv.Error:
        fields = text.split(mark)
    return tuple(name.strip().strip('"').strip() for name in fields)
