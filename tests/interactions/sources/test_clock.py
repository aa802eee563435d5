"""Wall clocks become moments, in the repeated and the skipped hour too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.sources.clock import from_epoch, local_time, whole_seconds
from interactions.sources.found import Unusable

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def test_summer_and_winter_time():
    assert local_time("2020-06-01 17:12:55", LOS_ANGELES, what="start") == utc(2020, 6, 2, 0, 12, 55)
    assert local_time("2020-01-01 17:12:55", LOS_ANGELES, what="start") == utc(2020, 1, 2, 1, 12, 55)


def test_a_repeated_time_is_the_first_unless_a_sign_says_the_second():
    first, second = utc(2020, 11, 1, 8, 30), utc(2020, 11, 1, 9, 30)
    text = "2020-11-01 01:30:00"
    assert local_time(text, LOS_ANGELES, what="start") == first
    assert local_time(text, LOS_ANGELES, what="start", near=first.timestamp() + 5) == first
    assert local_time(text, LOS_ANGELES, what="start", near=second.timestamp() + 5) == second


def test_a_skipped_time_is_read_with_the_offset_before_the_change():
    assert local_time("2020-03-08 02:30:00", LOS_ANGELES, what="start") == utc(2020, 3, 8, 10, 30)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2098, 1, 1)),
    st.sampled_from(["Europe/Dublin", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_every_moment_is_found_again_with_its_own_epoch_as_the_sign(naive, zone_name):
    zone, real = ZoneInfo(zone_name), naive.replace(microsecond=0, tzinfo=UTC)
    shown = real.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    assert local_time(shown, zone, what="start", near=real.timestamp()) == real


@pytest.mark.parametrize(
    "text",
    ["2020-02-30 10:00:00", "2020-03-15 25:00:00", "2020-W01-1", "", "2020-03-15T10:00:00", "2020-03-15 10:00:00Z"],
)
def test_dates_that_do_not_exist_are_refused_without_repeating_them(text):
    with pytest.raises(Unusable, match="not an existing date") as refusal:
        local_time(text, LOS_ANGELES, what="start")
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize("year", ["0001", "1969", "2100", "9999"])
def test_years_far_away_are_refused(year):
    with pytest.raises(Unusable, match="outside the years"):
        local_time(f"{year}-01-01 00:00:00", LOS_ANGELES, what="start")


@pytest.mark.parametrize("seconds", [-1, 1e12, float("inf"), float("nan")])
def test_epochs_far_away_are_refused(seconds):
    with pytest.raises(Unusable, match="outside the years"):
        from_epoch(seconds, what="start")


def test_an_epoch_keeps_its_milliseconds():
    assert from_epoch(1584310249.482, what="start") == utc(2020, 3, 15, 22, 10, 49) + timedelta(milliseconds=482)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("-5", "negative"), ("", "whole"), ("1.5", "whole"), ("٣", "whole"), ("9" * 5000, "whole"), ("99999999", "year")],
)
def test_lengths_that_cannot_be_are_refused(text, reason):
    with pytest.raises(Unusable, match=reason):
        whole_seconds(text, what="duration")
