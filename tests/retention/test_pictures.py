"""Charts show everything that is counted, and time as it passes."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from retention.pictures import MONTHS_SHOWN, kept_by_policy, rows_of_run
from retention.preview import Preview, Sum


def kept(by_month: dict[str, dict[str, Sum]]) -> Preview:
    return Preview(date(2026, 11, 22), {}, {}, {}, by_month, is_estimate=False)


def test_months_without_a_call_have_their_place() -> None:
    stacks = kept_by_policy(kept({"2026-01": {"a": Sum(2)}, "2026-04": {"a": Sum(1)}}), {"a": "A"}).stacks
    assert [stack.month for stack in stacks] == ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"]
    assert [sum(part.items for part in stack.parts) for stack in stacks] == [2, 0, 0, 1]


def test_the_oldest_is_not_left_out() -> None:
    shown = kept_by_policy(kept({"2019-12": {"a": Sum(7)}, "2020-03": {"b": Sum(2)}, "2026-11": {"a": Sum(1)}}), {})
    assert shown.stacks[0].month == "before Dec 2023"
    assert sum(part.items for part in shown.stacks[0].parts) == 9
    assert len(shown.stacks) == MONTHS_SHOWN + 1


@given(
    st.dictionaries(
        st.builds("{:04d}-{:02d}".format, st.integers(1990, 2030), st.integers(1, 12)),
        st.dictionaries(st.sampled_from("abcdefgh"), st.builds(Sum, st.integers(1, 1000)), min_size=1),
    )
)
def test_nothing_that_is_kept_is_missing_in_the_chart_or_its_legend(by_month: dict[str, dict[str, Sum]]) -> None:
    total = sum(each.items for sums in by_month.values() for each in sums.values())
    shown = kept_by_policy(kept(by_month), {})
    assert sum(part.items for stack in shown.stacks for part in stack.parts) == total
    assert sum(items for _, _, items in shown.legend) == total


def test_a_run_is_drawn_on_the_scale_of_its_largest_kind() -> None:
    large, small = rows_of_run(
        [
            {"kind": "Recordings", "due": 200, "disposed": 100, "deferred": 50},
            {"kind": "Comments", "due": 20, "disposed": 20, "deferred": 0},
        ]
    )
    assert large.told == [("0", 0.0, 50.0), ("1", 50.0, 25.0), ("4", 75.0, 25.0)]
    assert small.told == [("0", 0.0, 10.0)]
    assert rows_of_run([]) == []
