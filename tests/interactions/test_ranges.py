import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.ranges import FIRST_PART_BYTES, PART_BYTES, Unsatisfiable, part_of

SIZE = 10 * PART_BYTES
sizes = st.integers(1, 3 * PART_BYTES)


@given(sizes, st.integers(0, 4 * PART_BYTES), st.integers(0, 4 * PART_BYTES))
def test_a_part_is_what_was_asked_for_up_to_the_cap(size: int, first: int, last: int) -> None:
    if first >= size and first <= last:
        with pytest.raises(Unsatisfiable):
            part_of(f"bytes={first}-{last}", size)
        return
    part = part_of(f"bytes={first}-{last}", size)
    if last < first:
        assert part is None
        return
    assert part is not None
    assert part.start == first
    assert first < part.stop <= min(last + 1, size)
    assert part.stop - part.start == min(last + 1 - first, size - first, PART_BYTES if first else FIRST_PART_BYTES)


@given(sizes)
def test_parts_asked_for_one_after_the_other_are_the_whole(size: int) -> None:
    at = 0
    while at < size:
        part = part_of(f"bytes={at}-", size)
        assert part is not None
        assert part.start == at < part.stop <= size
        at = part.stop
    assert at == size


@given(sizes, st.integers(1, 4 * PART_BYTES))
def test_a_suffix_ends_the_sound(size: int, length: int) -> None:
    part = part_of(f"bytes=-{length}", size)
    assert part is not None
    assert part.start == max(0, size - length)


@given(st.text(max_size=40))
def test_nonsense_is_ignored_or_understood_and_never_an_error(text: str) -> None:
    try:
        part = part_of(text, SIZE)
    except Unsatisfiable:
        assert text.lower().startswith("bytes=")
        return
    assert part is None or 0 <= part.start < part.stop <= SIZE


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=٣-٤",
        "bytes=--1",
    ],
)
def test_what_is_no_single_range_of_bytes_is_ignored(asked: str) -> None:
    assert part_of(asked, SIZE) is None


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", f"bytes={10**17}-"])
def test_a_range_after_the_end_is_refused(asked: str) -> None:
    with pytest.raises(Unsatisfiable):
        part_of(asked, 10)


def test_units_are_read_in_any_case_and_the_header_is_as_the_standard_says() -> None:
    part = part_of("Bytes=2-4", 10)
    assert part is not None
    assert part.content_range == "bytes 2-4/10"


def test_a_condition_nothing_can_meet_asks_for_the_whole() -> None:
    assert part_of("bytes=0-1", SIZE, conditional=True) is None
