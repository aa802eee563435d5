"""What is said in a line of a subtitle, without its marks, and when, where the line has times between its words.

WebVTT, §4.2.2: `two <00:00:01.400>oh <00:00:01.700><c>two</c>`. Where marks were taken out is kept, so that a find
still leads to the characters of the line as it stood in the file.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from interactions.drafts import WordTime
from interactions.sources.word_times import MOST_WORDS

CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_MARK = re.compile(rf"<{CLOCK}>|</?(?:c|i|b|u|v|ruby|rt|lang|font)(?:[.\s][^<>]{{0,200}})?>", re.ASCII | re.IGNORECASE)


class Cue(NamedTuple):
    """The words of a line. `gaps`: (place in `text`, how many characters of marks were taken out there)."""

    text: str
    words: tuple[WordTime, ...]
    gaps: tuple[tuple[int, int], ...]


class _Run(NamedTuple):
    start: int
    end: int
    begins_ms: int
    ends_ms: int


def milliseconds(parts: tuple[str | None, ...]) -> int:
    """Return hours, minutes, seconds and thousandths in milliseconds."""
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def cue_text(line: str, start_ms: int, end_ms: int) -> Cue:
    """Read a line that is heard between these times. One with more marks than words can be said stays as it is."""
    marks = list(_MARK.finditer(line)) if "<" in line else []
    if not marks or len(marks) > MOST_WORDS:
        return Cue(line, (), ())
    kept, gaps, at, length = [], [], 0, 0
    for mark in marks:
        kept.append(line[at : mark.start()])
        length += mark.start() - at
        gaps.append((length, mark.end() - mark.start()))
        at = mark.end()
    text = "".join([*kept, line[at:]])
    times = [(gap[0], milliseconds(mark.groups())) for gap, mark in zip(gaps, marks, strict=True) if mark[3]]
    return Cue(text, tuple(_words(text, _runs(times, len(text), start_ms, end_ms))), tuple(gaps))


def _runs(times: list[tuple[int, int]], length: int, start_ms: int, end_ms: int) -> Iterator[_Run]:
    """Yield the stretches between times; a time that goes backwards or lies outside of the cue is passed over."""
    start, begins = 0, start_ms
    for place, at_ms in times:
        if begins <= at_ms <= end_ms:
            yield _Run(start, place, begins, at_ms)
            start, begins = place, at_ms
    if start or begins > start_ms:
        yield _Run(start, length, begins, end_ms)


def _words(text: str, runs: Iterator[_Run]) -> Iterator[WordTime]:
    for run in runs:
        said = text[run.start : run.end]
        if said.strip():
            begin = run.start + len(said) - len(said.lstrip())
            yield WordTime(begin, begin + len(said.strip()), run.begins_ms, run.ends_ms)
