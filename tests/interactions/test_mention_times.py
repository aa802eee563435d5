"""A passage of a transcript leads to its time in the sound: of its words, else of its segment, and never too little."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.mention_times import heard_at, span_of

WORDS = [[0, 3, 1_000, 1_200], [4, 7, 1_200, 1_500], [8, 11, 1_700, 2_000]]
SAID = [
    {"start_ms": 0, "duration_ms": 900, "text": "my number is"},
    {"start_ms": 1_000, "duration_ms": 1_000, "text": "two one two", "words": WORDS},
    {"start_ms": 2_500, "duration_ms": 500, "text": "go on"},
    {"start_ms": 4_000, "duration_ms": 0, "text": "five five five"},
    {"start_ms": 6_000, "duration_ms": 0, "text": "bye"},
]


@pytest.mark.parametrize(
    ("part", "time"),
    [
        ([0, 3, 9], (0, 900)),
        ([1, 0, 3], (1_000, 1_200)),
        ([1, 4, 11], (1_200, 2_000)),
        ([1, 5, 9], (1_200, 2_000)),
        ([3, 0, 4], (4_000, 6_000)),
        ([4, 0, 3], (6_000, 6_450)),
    ],
)
def test_a_passage_has_the_time_of_its_words_else_of_its_segment(part, time) -> None:
    assert span_of(SAID, [part]) == time
    assert heard_at(SAID, [part]) == [time]


def test_words_that_leave_a_gap_answer_with_the_segment() -> None:
    said = [{**SAID[1], "words": [WORDS[0], WORDS[2]]}]
    assert span_of(said, [[0, 0, 11]]) == (1_000, 2_000)
    assert span_of(said, [[0, 4, 7]]) == (1_000, 2_000)


def test_a_find_over_segments_covers_them_all_and_its_passages_come_apart() -> None:
    parts = [[3, 0, 14], [1, 8, 11]]
    assert span_of(SAID, parts) == (1_700, 6_000)
    assert heard_at(SAID, parts) == [(1_700, 2_000), (4_000, 6_000)]


def test_a_transcript_without_times_says_nothing() -> None:
    assert span_of([{"start_ms": 0, "duration_ms": 0, "text": "two one two"}], [[0, 0, 3]]) is None
    assert heard_at(SAID, [[9, 0, 3]]) == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 14), st.integers(1, 15)), max_size=6))
def test_times_are_in_order_and_apart(parts) -> None:
    times = heard_at(SAID, parts)
    assert all(start <= end for start, end in times)
    assert all(one[1] < other[0] for one, other in pairwise(times))
