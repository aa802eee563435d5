from hypothesis import given
from hypothesis import strategies as st

from privacy.portions import in_portions


@given(st.lists(st.integers()), st.integers(1, 9))
def test_nothing_is_lost_moved_or_put_into_an_empty_portion(items: list[int], size: int) -> None:
    portions = list(in_portions(iter(items), size))
    assert [item for portion in portions for item in portion] == items
    assert all(len(portion) == size for portion in portions[:-1])
    assert all(portions)


def test_no_more_is_taken_than_the_portion_needs() -> None:
    rest = iter(range(10))
    assert next(in_portions(rest, 3)) == [0, 1, 2]
    assert next(rest) == 3
