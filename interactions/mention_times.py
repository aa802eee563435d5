"""When in the sound the characters of a transcript are heard, so that what was said can be found and silenced there.

A segment whose words have times answers to the word, another as a whole: too much is silenced rather than too little.
Times are milliseconds from the start of the sound. A transcript without times answers with nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MS_A_CHARACTER = 150
"""How long a character takes at most when only the beginning of the last utterance is known; slow speech is 100."""

Part = Sequence[int]
Time = tuple[int, int]


def heard_at(segments: Sequence[Mapping[str, Any]], parts: Iterable[Part]) -> list[Time]:
    """Return when passages ([segment, start, end] in characters) are heard: (start, end), in order, none overlapping.

    `segments`: as they are sealed, {start_ms, duration_ms, text}, perhaps with `words`, a list of [start, end] in
    characters followed by [start, end] in milliseconds.
    """
    if not any(each["start_ms"] or each["duration_ms"] for each in segments):
        return []
    inside = [part for part in parts if 0 <= part[0] < len(segments)]
    return _merged(sorted(_time(segments, *part) for part in inside))


def span_of(segments: Sequence[Mapping[str, Any]], parts: Iterable[Part]) -> Time | None:
    """Return from when to when a find is heard, over all segments it touches; None in a transcript without times."""
    times = heard_at(segments, parts)
    return (times[0][0], max(end for _, end in times)) if times else None


def _time(segments: Sequence[Mapping[str, Any]], number: int, start: int, end: int) -> Time:
    segment = segments[number]
    words = [word for word in segment.get("words", ()) if word[0] < end and start < word[1]]
    # Only words that cover the passage from end to end say when all of it is heard.
    text = str(segment["text"])[start:end]
    heard = sum(min(end, word[1]) - max(start, word[0]) for word in words)
    if words and heard >= sum(not sign.isspace() for sign in text):
        return min(word[2] for word in words), max(word[3] for word in words)
    return int(segment["start_ms"]), _end(segments, number)


def _end(segments: Sequence[Mapping[str, Any]], number: int) -> int:
    """Return when a segment ends; where its length is missing, when the next one begins."""
    segment = segments[number]
    start = int(segment["start_ms"])
    if segment["duration_ms"]:
        return start + int(segment["duration_ms"])
    later = (int(each["start_ms"]) for each in segments if each["start_ms"] > start)
    return min(later, default=start + MS_A_CHARACTER * len(segment["text"]))


def _merged(times: Sequence[Time]) -> list[Time]:
    merged: list[Time] = []
    for start, end in times:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
