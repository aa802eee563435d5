from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.filters import ACTORS, OUTCOMES, BadFilter, Filters
from audit.log import Cursor
from audit.vocabulary import GROUPS
from tests.audit.conftest import ZONE

days = st.dates(date(2000, 1, 1), date(2199, 12, 31))
codes = st.from_regex(r"[a-z][a-z_]{0,39}", fullmatch=True)


@given(
    st.builds(
        Filters,
        person=st.none() | st.uuids(),
        role=st.sampled_from(["", *ACTORS]),
        what=st.sampled_from(["", *GROUPS]),
        purpose=st.just("") | codes,
        outcome=st.sampled_from(["", *OUTCOMES]),
        since=st.none() | days,
        record=st.none() | st.uuids(),
        workstation=st.just("") | st.from_regex(r"[0-9a-f]{66}", fullmatch=True),
        reads=st.booleans(),
    )
)
def test_an_address_says_the_same_as_the_filters(filters):
    assert Filters.parse(dict(parse_qsl(filters.query()))) == filters


def test_the_period_is_whole_days_of_the_accounts_zone():
    start, end = Filters(since=date(2026, 6, 2), until=date(2026, 6, 3)).window(ZONE)
    assert start == datetime(2026, 6, 2, 7, tzinfo=UTC)
    assert end == datetime(2026, 6, 4, 7, tzinfo=UTC)


def test_a_filter_is_taken_away_alone():
    filters = Filters(role="agent", outcome="refused")
    assert filters.without("role") == Filters(outcome="refused")


def test_the_entry_of_a_look_never_holds_the_workstation():
    assert Filters(workstation="ab" * 32, outcome="refused").facts() == {"workstation": True, "outcome": "refused"}


def test_unknown_names_are_passed_over():
    assert Filters.parse({"utm_source": "'; DROP TABLE trail_event; --", "page": "7"}) == Filters()


HOSTILE = [
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "=1+1",
    "\0",
    "x" * 10_000,
    "-1",
    "9" * 400,
    "%s",
    "\ud83d",
    "[]",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "name", ["person", "role", "what", "purpose", "outcome", "since", "until", "record", "workstation"]
)
def test_hostile_values_are_refused_and_not_repeated(name, value):
    with pytest.raises(BadFilter) as refusal:
        Filters.parse({name: value})
    assert value not in str(refusal.value)


@pytest.mark.parametrize(
    "given_", [{"since": "2026-06-03", "until": "2026-06-02"}, {"since": "1026-06-02"}, {"until": "2026-02-30"}]
)
def test_periods_that_are_none(given_):
    with pytest.raises(BadFilter):
        Filters.parse(given_)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), st.uuids())
def test_a_place_is_read_as_it_was_written(moment, pk):
    place = Cursor(moment.replace(tzinfo=UTC), pk)
    assert Cursor.parse(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "-", "x", "1-" + "g" * 32, "1-8658b952-655d-4f3d-a50f-1580820cf13b", "1" * 500, "\0", *HOSTILE]
)
def test_a_place_that_was_tampered_with(text):
    with pytest.raises(BadFilter):
        Cursor.parse(text)


def test_a_place_far_in_the_future_is_only_a_place():
    assert Cursor.parse(f"{2**55:x}-{'0' * 32}").at > datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1)
