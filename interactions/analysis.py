"""Say in words and one small chart what analysis found in a call.

Sources name things in their own jargon; known names become plain words, unknown ones are read as words.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from accounts.lengths import length

WIDTH: Final = 1_000
HALF: Final = 50
NARROWEST: Final = 6
NAMES: Final = {
    "lhvb_script": "Keeping to the script (1 to 5)",
    "caller_mos": "Sound quality, caller (1 to 5)",
    "agent_mos": "Sound quality, agent (1 to 5)",
    "partner_rating": "Rating of the other side (of 10)",
    "ease_of_connection": "Ease of connection (of 10)",
    "task_type": "Task",
    "task_responses": "noted",
    "tasks": "Asked for",
    "survey": "",
}
TITLES: Final = {"labels": "Scores", "tasks": "Tasks", "survey": "What both sides said afterwards"}


@dataclass(frozen=True, slots=True)
class Mood:
    """How one utterance sounded: shares of 0 to 100, and where its bar stands in the chart."""

    at_s: float
    speaker: str
    positive: int
    negative: int
    x: float
    width: float

    @property
    def clock(self) -> str:
        """Return when it was said."""
        return length(self.at_s)

    @property
    def in_words(self) -> str:
        """Return the utterance's mood as a sentence."""
        return f"{self.clock}, {self.speaker}: {self.positive} % positive, {self.negative} % negative"

    @property
    def up(self) -> float:
        """Return the height of the positive bar."""
        return self.positive * HALF / 100

    @property
    def down(self) -> float:
        """Return the height of the negative bar."""
        return self.negative * HALF / 100

    @property
    def top(self) -> float:
        """Return where the positive bar begins."""
        return HALF - self.up


def moods(data: Mapping[str, Any], segments: Sequence[Mapping[str, Any]], duration_s: float) -> list[Mood]:
    """Return the mood of each utterance of a transcript whose length is `duration_s`."""
    of_source = data.get("segments", [])
    found = []
    for segment in segments:
        emotion = _at(of_source, _number_in_source(segment)).get("emotion")
        if isinstance(emotion, dict):
            found.append(_mood(segment, emotion, max(duration_s, 1.0)))
    return found


def _mood(segment: Mapping[str, Any], emotion: Mapping[str, Any], duration_s: float) -> Mood:
    start, spoken = segment["start_ms"] / 1000, segment["duration_ms"] / 1000
    x = min(start / duration_s, 1.0) * WIDTH
    width = max(min(spoken / duration_s * WIDTH, WIDTH - x), NARROWEST)
    speaker = speaker_name(segment["speaker"])
    return Mood(start, speaker, _share(emotion, "positive"), _share(emotion, "negative"), round(x, 1), round(width, 1))


def speaker_name(speaker: str) -> str:
    """Return who speaks, in a word."""
    return {"agent": "Agent", "customer": "Caller"}.get(speaker, "Speaker")


def _share(emotion: Mapping[str, Any], name: str) -> int:
    value = emotion.get(name)
    return round(min(max(value, 0), 1) * 100) if isinstance(value, int | float) and isfinite(value) else 0


def _number_in_source(segment: Mapping[str, Any]) -> int:
    """Return which of the source's segments this is, by its pointer such as /segments/3/text."""
    parts = str(segment.get("place", {}).get("record", {}).get("pointer", "")).split("/")
    numbers = [int(part) for part in parts if part.isdecimal()]
    return numbers[0] if numbers else -1


def _at(items: Any, number: int) -> Mapping[str, Any]:
    inside = isinstance(items, list) and 0 <= number < len(items) and isinstance(items[number], dict)
    return items[number] if inside else {}


def acts(data: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return what people did with their words, in words, with how often, most often first."""
    segments = data.get("segments", [])
    named = [_act(each) for segment in segments if isinstance(segment, dict) for each in segment.get("dialog_acts", [])]
    return Counter(named).most_common()


def _act(code: Any) -> str:
    return str(code).removeprefix("gridspace_").replace("_", " ").capitalize()


def lines(data: Any) -> list[tuple[str, str]]:
    """Return an analysis of another kind as (name, value) lines."""
    return list(_flat(data, ()))


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _flat(inner, (*path, _words(str(name))))
        case list():
            for inner in value:
                yield from _flat(inner, path)
        case _:
            yield " · ".join(word for word in path if word) or "Note", _said(value)


def _words(name: str) -> str:
    return NAMES.get(name, name.replace("_", " ").capitalize())


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "–" if value is None else str(value)
