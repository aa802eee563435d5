"""Who is the customer follows from the numbers."""

import pytest

from interactions.drafts import Direction
from interactions.sources.sides import (
    endpoint_extension,
    holds_number,
    is_persons_name,
    is_withheld,
    plain_code,
    sides,
    split_caller_id,
)


@pytest.mark.parametrize(
    ("caller", "called", "expected"),
    [
        ("2025550147", "400", (Direction.INBOUND, True)),
        ("anonymous", "400", (Direction.INBOUND, True)),
        ("", "400", (Direction.INBOUND, True)),
        ("2046", "912025550147", (Direction.OUTBOUND, False)),
        ("2046", "2028", (Direction.INTERNAL, None)),
    ],
)
def test_the_longer_number_is_the_customers(caller, called, expected):
    assert sides(caller, called) == expected


def test_a_device_that_calls_out_under_a_number_of_the_company():
    assert sides("5305550100", "912025550147", caller_endpoint="2046") == (Direction.OUTBOUND, False)


def test_a_long_extension_is_known_by_the_account():
    assert sides("20460001", "20280001", known={"20460001", "20280001"}).direction == Direction.INTERNAL


@pytest.mark.parametrize(
    ("channel", "extension"),
    [
        ("PJSIP/2046-00000ff4", "2046"),
        ("Local/2046@from-queue-0000001;1", "2046"),
        ("PJSIP/trunk-us-00000ff3", ""),
        ("SIP/+447700900123-00001001", ""),
        ("DAHDI/1-1", ""),
        ("", ""),
    ],
)
def test_a_device_is_an_extension_and_a_trunk_is_not(channel, extension):
    assert endpoint_extension(channel) == extension


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('"Alice Example" <2025550147>', ("Alice Example", 1, "2025550147", 17)),
        ('"Example, Alice" <+12025550147>', ("Example, Alice", 1, "+12025550147", 18)),
        ('"" <2025550147>', ("", 3, "2025550147", 4)),
        ("Alice <2046>", ("Alice", 0, "2046", 7)),
        ("2025550147", ("", 0, "2025550147", 0)),
        ("Unknown Caller", ("Unknown Caller", 0, "", 0)),
        ("", ("", 0, "", 0)),
    ],
)
def test_a_caller_id_is_taken_apart_with_the_places_of_its_parts(text, parts):
    caller = split_caller_id(text)
    assert caller == parts
    assert text[caller.name_start :].startswith(caller.name)
    assert text[caller.number_start :].startswith(caller.number)


def test_a_caller_id_of_a_megabyte_takes_no_time():
    assert split_caller_id('"' + " " * (1 << 20) + "<").name == ""


@pytest.mark.parametrize(
    "text", ["anonymous", "Anonymous", "anonymous@anonymous.invalid", "Private", "UNKNOWN", "Unknown Caller"]
)
def test_a_withheld_number_is_no_number(text):
    assert is_withheld(text)
    assert not is_persons_name(text)


@pytest.mark.parametrize("text", ["+12025550147", "Alice", "José", ""])
def test_other_callers_are_not_withheld(text):
    assert not is_withheld(text)


def test_a_name_that_repeats_the_number_is_no_name():
    assert not is_persons_name("0033199005678")
    assert is_persons_name("José")


def test_the_counter_of_a_channel_is_no_number_but_what_stands_before_it_may_be():
    assert not holds_number("PJSIP/trunk-us-00001007")
    assert not holds_number("Local/2046@from-queue-00000012;2")
    assert holds_number("SIP/+447700900123-00001001")
    assert holds_number("PJSIP/12025550147@trunk-us,300,T")


def test_a_plain_code_never_holds_a_phone_number():
    assert plain_code("400") == "400"
    assert plain_code("support_uk") == "support_uk"
    assert plain_code("12025550147") == ""
    assert plain_code("Alice Example") == ""
