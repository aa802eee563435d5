"""When each word of an utterance is heard, as speech recognisers write it.

Words are placed in the text one behind the other; one that does not stand there is passed over. Times that make no
sense are left out: then the utterance answers for its words.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from interactions.drafts import WordTime

MOST_WORDS = 10_000
Said = tuple[str, float, float]


def from_words(text: str, words: Any) -> tuple[WordTime, ...]:
    """Read a list of {word or text, start, end} in seconds, or `start_ms`, `end_ms`, as Whisper writes it."""
    items = [each for each in words[:MOST_WORDS] if isinstance(each, dict)] if isinstance(words, list) else []
    return tuple(_placed(text, (said for each in items if (said := _said(each)))))


def from_offsets(text: str, heard: Any, offsets: Any, durations: Any, begins_ms: int) -> tuple[WordTime, ...]:
    """Read offsets from the utterance's beginning and lengths, in milliseconds, one for each word of `heard`.

    They are those of the machine's transcript, so they count only where it says what `text` says (layout:
    Gridspace-Stanford Harper Valley).
    """
    words = text.split()
    same = isinstance(heard, str) and heard.casefold().split() == text.casefold().split()
    if not same or not _are_times(offsets, len(words)) or not _are_times(durations, len(words)):
        return ()
    pairs = zip(words, offsets, durations, strict=True)
    return tuple(_placed(text, ((word, begins_ms + at, begins_ms + at + long) for word, at, long in pairs)))


def _said(item: dict[str, Any]) -> Said | None:
    word = item.get("word", item.get("text"))
    start, end = (item.get(f"{name}_ms", _thousandfold(item.get(name))) for name in ("start", "end"))
    return (word.strip(), start, end) if isinstance(word, str) and _is_time(start) and _is_time(end) else None


def _thousandfold(value: Any) -> Any:
    return value * 1000 if _is_time(value) else None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9


def _are_times(values: Any, number: int) -> bool:
    return isinstance(values, Sequence) and len(values) == number <= MOST_WORDS and all(map(_is_time, values))


def _placed(text: str, said: Iterable[Said]) -> Iterator[WordTime]:
    at = 0
    for word, start, end in said:
        place = text.find(word, at) if word and start <= end else -1
        if place >= 0:
            at = place + len(word)
            yield WordTime(place, at, round(start), round(end))
