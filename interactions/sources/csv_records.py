"""Reads comma-separated records one by one, so that a broken one costs itself and nothing after it.

A quote left open would make a plain CSV reader swallow the rest of the file. Here a record may span a limited number of
lines; if it does not close in time, only its first line is rejected and reading goes on with the next.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from interactions.drafts import Noted, Rejected
from interactions.sources.found import FoundFile
from interactions.sources.lines import Line, lines

MOST_BROKEN_IN_A_ROW = 10_000
MOST_CHARACTERS = 1 << 20
_CP1252_REMARK = "Some lines are not UTF-8 and were read as Windows-1252; this is the first."
_GIVEN_UP = "Ten thousand rows in a row are broken; the rest of the file was not read."


class Record(NamedTuple):
    """One row. `row` counts records from 1, or from 0 if the first is a header; `line` is where it begins."""

    line: int
    row: int
    fields: list[str]


def records(
    file: FoundFile,
    *,
    widths: frozenset[int] = frozenset(),
    delimiter: str = ",",
    first_row: int = 1,
    max_lines: int = 1,
    advice: str = "",
) -> Iterator[Record | Rejected | Noted]:
    """Yield the rows of `file`, and a rejection for each broken one; blank lines do not count.

    widths: accepted numbers of columns, by default that of the first row. advice: added to the reason for a wrong one.
    Raises OSError.
    """
    with file.open() as stream:
        feed, noted, broken_in_a_row = _Feed(lines(stream)), False, 0
        for row, line in enumerate(feed.first_lines(), start=first_row):
            if line.is_cp1252 and not noted:
                noted = True
                yield Noted(file.relative, line.number, _CP1252_REMARK)
            fields, problem = _fields(line, feed, delimiter, max_lines)
            problem = problem or _wrong_width(len(fields), widths, advice)
            if not problem:
                widths, broken_in_a_row = widths or frozenset({len(fields)}), 0
                yield Record(line.number, row, fields)
                continue
            yield Rejected(file.relative, line.number, problem)
            feed.put_back_all_but_first()
            broken_in_a_row += 1
            if broken_in_a_row == MOST_BROKEN_IN_A_ROW:
                yield Rejected(file.relative, line.number, _GIVEN_UP)
                return


class _Feed:
    """Lines with a way back: those of one record can be read again from its second."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._returned: deque[Line] = deque()
        self._taken: list[Line] = []

    def first_lines(self) -> Iterator[Line]:
        """Begin records: yield each line that is not blank and that none before took with `take`."""
        while line := self.take():
            if line.problem or line.text.strip():
                yield line
            self._taken.clear()

    def take(self) -> Line | None:
        """Return the next line, for the same record, or None at the end."""
        line = self._returned.popleft() if self._returned else next(self._source, None)
        if line:
            self._taken.append(line)
        return line

    def put_back_all_but_first(self) -> None:
        """Give up the record: its further lines are read again as records of their own."""
        self._returned.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]


def _fields(first: Line, feed: _Feed, delimiter: str, max_lines: int) -> tuple[list[str], str]:
    if first.problem:
        return [], first.problem
    if max_lines == 1:
        texts: Iterator[str] = iter((first.text,))
    else:
        texts = _texts(first, feed, max_lines)
    try:
        return next(csv.reader(texts, delimiter=delimiter, strict=True)), ""
    except (csv.Error, StopIteration):
        return [], "The row cannot be read: a quote is left open or stands in the wrong place, or a field is too long."


def _texts(first: Line, feed: _Feed, max_lines: int) -> Iterator[str]:
    line: Line | None = first
    characters = 0
    while line and not line.problem:
        yield line.text + "\n"
        max_lines -= 1
        characters += len(line.text)
        line = feed.take() if max_lines and characters < MOST_CHARACTERS else None


def _wrong_width(found: int, widths: frozenset[int], advice: str) -> str:
    if not widths or found in widths:
        return ""
    expected = " or ".join(str(width) for width in sorted(widths))
    return f"The row has {found} columns where {expected} are expected{advice and '; ' + advice}."
