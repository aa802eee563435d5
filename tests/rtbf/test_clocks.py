from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.terms import add_months
from rtbf.cases.clocks import Calendar, NoCalendar, calendar, days_left, due_on, easter_sunday

NONE = Calendar()
FRENCH = calendar("01-01 New Year\neaster+1 Easter Monday\n05-01 Labour Day\n12-25 Christmas\n2026-07-13 bridge day")
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 30), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_a_month_ends_on_its_date_or_on_its_last_day(start, months, end):
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February 2026 is a Saturday
        (date(2028, 1, 31), date(2028, 2, 29)),  # a Tuesday
        (date(2026, 3, 6), date(2026, 4, 7)),  # 6 April 2026 is Easter Monday
        (date(2025, 11, 25), date(2025, 12, 26)),  # 25 December 2025 is a Thursday
        (date(2026, 6, 13), date(2026, 7, 14)),  # 13 July 2026, a Monday the list names
    ],
)
def test_an_end_on_no_working_day_moves_to_the_next(received, due):
    assert due_on(received, FRENCH) == due


def test_extended_counts_three_months_from_the_day_it_came_in():
    assert due_on(date(2026, 1, 31), NONE) == date(2026, 3, 2)
    assert due_on(date(2026, 1, 31), NONE, months=3) == date(2026, 4, 30)


@given(DAYS)
def test_due_is_a_working_day_soon_after_the_month(received):
    due = due_on(received, FRENCH)
    assert FRENCH.is_working_day(due)
    assert timedelta(0) <= due - add_months(received, 1) <= timedelta(days=5)
    assert all(not FRENCH.is_working_day(day) for day in _between(add_months(received, 1), due))


@given(DAYS, st.integers(1, 36))
def test_months_never_skip_a_month(start, months):
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
)
def test_easter(year, month, day):
    assert easter_sunday(year) == date(year, month, day)


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30 x", "13-01 x", "<script>", "easter+x y", "1\n" * 201])
def test_a_list_that_cannot_be_read_is_refused(text):
    with pytest.raises(NoCalendar, match="Nothing was changed"):
        calendar(text)


def test_what_is_left_is_told_in_words():
    day = date(2026, 6, 2)
    said = [days_left(day + timedelta(days=left), day) for left in (3, 1, 0, -1, -12)]
    assert said == ["due in 3 days", "due in 1 day", "due today", "1 day overdue", "12 days overdue"]


def _between(start, end):
    return [start + timedelta(days=number) for number in range((end - start).days)]
