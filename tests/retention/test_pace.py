"""How many records a chunk takes."""

import pytest

from retention.pace import AIM_S, FIRST, LEAST, MOST, Pace


@pytest.mark.parametrize(
    ("taken", "seconds", "then"),
    [
        (FIRST, AIM_S, FIRST),
        (FIRST, AIM_S / 100, 2 * FIRST),
        (FIRST, 2 * AIM_S, FIRST // 2),
        (FIRST, 1_000, LEAST),
        (FIRST - 1, 10 * AIM_S, FIRST),
    ],
)
def test_a_chunk_takes_what_the_one_before_would_have_done_in_time(taken, seconds, then):
    pace = Pace()
    pace.learn(taken, seconds)
    assert pace.size == then


def test_however_quick_it_goes_a_chunk_has_an_end():
    pace = Pace()
    for _ in range(20):
        pace.learn(pace.size, 0)
    assert pace.size == MOST
