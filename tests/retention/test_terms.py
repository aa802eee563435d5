"""Calendar arithmetic of terms."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import PolicyError
from retention.terms import MOST, Term, Unit

TERMS = st.sampled_from(list(Unit)).flatmap(
    lambda unit: st.builds(Term, st.integers(1, min(MOST[unit], 3_000)), st.just(unit))
)
DAYS = st.dates(date(2000, 1, 1), date(2120, 12, 31))


@pytest.mark.parametrize(
    ("term", "ended_on", "last_day"),
    [
        ("30 days", date(2026, 1, 31), date(2026, 3, 2)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("1 month", date(2028, 1, 31), date(2028, 2, 29)),
        ("6 months", date(2026, 8, 31), date(2027, 2, 28)),
        ("1 year", date(2028, 2, 29), date(2029, 2, 28)),
        ("5 years", date(2026, 6, 2), date(2031, 6, 2)),
        ("100 years", date(9950, 1, 1), date.max),
    ],
)
def test_the_last_day_is_the_calendars(term: str, ended_on: date, last_day: date) -> None:
    assert Term.parse(term).last_day(ended_on) == last_day


@pytest.mark.parametrize("text", ["0 days", "-1 days", "", "six months", "6", "101 years", "1.5 years", "6 weeks"])
def test_a_bad_term_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(PolicyError, match="Nothing was saved"):
        Term.parse(text)


@given(TERMS)
def test_what_is_printed_can_be_read_again(term: Term) -> None:
    assert Term.parse(str(term)) == term


@given(TERMS, TERMS, DAYS)
def test_a_term_that_never_exceeds_another_does_not(one: Term, other: Term, day: date) -> None:
    if one.never_exceeds(other):
        assert one.last_day(day) <= other.last_day(day)


@given(TERMS, DAYS)
def test_a_later_end_is_never_kept_shorter(term: Term, day: date) -> None:
    assert term.last_day(day) <= term.last_day(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("term", "longest", "shortest"),
    [("1 month", 31, 28), ("2 months", 62, 59), ("6 months", 184, 181), ("1 year", 366, 365), ("4 years", 1461, 1460)],
)
def test_days_are_compared_with_the_longest_and_the_shortest_such_time(term: str, longest: int, shortest: int) -> None:
    months = Term.parse(term)
    assert [months.never_exceeds(Term(days, Unit.DAYS)) for days in (longest - 1, longest)] == [False, True]
    assert [Term(days, Unit.DAYS).never_exceeds(months) for days in (shortest, shortest + 1)] == [True, False]


def test_half_a_year_may_be_longer_than_180_days() -> None:
    assert not Term.parse("6 months").never_exceeds(Term.parse("180 days"))
    assert Term.parse("6 months").never_exceeds(Term.parse("184 days"))
