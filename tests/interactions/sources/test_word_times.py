"""Times of words are taken from what recognisers write, and nonsense is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.sources.word_times import from_offsets, from_words

SAID = "call two oh two"


def told(words):
    return [(SAID[each.start : each.end], each.start_ms, each.end_ms) for each in words]


def test_words_in_seconds_or_milliseconds() -> None:
    seconds = [{"word": " call", "start": 1.0, "end": 1.25}, {"word": " two", "start": 1.25, "end": 1.5}]
    thousands = [{"text": "call", "start_ms": 1000, "end_ms": 1250}, {"text": "two", "start_ms": 1250, "end_ms": 1500}]
    expected = [("call", 1000, 1250), ("two", 1250, 1500)]
    assert told(from_words(SAID, seconds)) == told(from_words(SAID, thousands)) == expected


def test_offsets_count_from_the_beginning_of_the_utterance() -> None:
    words = from_offsets(SAID, "Call two oh two", [0, 300, 500, 700], [200, 100, 100, 300], 4_000)
    assert told(words) == [("call", 4000, 4200), ("two", 4300, 4400), ("oh", 4500, 4600), ("two", 4700, 5000)]


@pytest.mark.parametrize(
    ("heard", "offsets", "durations"),
    [
        ("call two o two", [0, 1, 2, 3], [1, 1, 1, 1]),
        (SAID, [0, 1, 2], [1, 1, 1, 1]),
        (SAID, [0, 1, 2, "3"], [1, 1, 1, 1]),
        (SAID, [0, 1, 2, -3], [1, 1, 1, 1]),
        (None, None, None),
    ],
)
def test_offsets_that_do_not_fit_the_words_are_left_out(heard, offsets, durations) -> None:
    assert from_offsets(SAID, heard, offsets, durations, 0) == ()


@pytest.mark.parametrize(
    "words",
    [
        None,
        "call",
        [7],
        [{"word": "call"}],
        [{"word": "call", "start": 2, "end": 1}],
        [{"word": "bye", "start": 1, "end": 2}],
        [{"word": "call", "start": True, "end": 2}],
    ],
)
def test_nonsense_is_left_out(words) -> None:
    assert from_words(SAID, words) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["word", "start", "end"]), inner),
    max_leaves=10,
)


@given(st.text(max_size=20), JSON)
def test_any_json_is_read_or_left_out(text, words) -> None:
    for each in from_words(text, words):
        assert 0 <= each.start < each.end <= len(text)
        assert each.start_ms <= each.end_ms
