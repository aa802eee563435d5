"""Every spelling of a number is one number."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from customers.identifiers import Kind, NotAnIdentifier, candidates, normalise

HERE = ("US", "GB", "FR")
REGIONS = (
    "AE AR AT AU BE BR CA CH CL CN CO CZ DE DK EG ES FI FR GB GR HK HU ID IE IL IN IT JP KE KR MX MY NG NL NO NZ PH PL "
    "PT RO RU SE SG TH TR TW UA US VN ZA"
).split()


def phone(text: str, *regions: str) -> str:
    return normalise(Kind.PHONE, text, regions=regions or HERE).value


@pytest.mark.parametrize(
    "text",
    [
        "2125550123",
        "(212) 555-0123",
        "212.555.0123",
        "212-555-0123",
        "1 212 555 0123",
        "+1 (212) 555-0123",
        "12125550123",
        "0012125550123",
        "001 212 555 0123",
        "011 1 212 555 0123",
        "912125550123",
        "92125550123",
        "tel:+1-212-555-0123",
        "tel:5550123;phone-context=+1-212",
        "sip:+12125550123@pbx.example",
        "sip:12125550123@pbx.example;user=phone",
        '"Alice" <2125550123>',
        "%2B1%20212%20555%200123",
        "２１２５５５０１２３",
        "212\u2011555\u20110123",
        "212\u00a0555\u00a00123",
        "212 555 0123 ext. 45",
        "+1 212 555 0123 x45",
        "+1212555\u200b0123",
        "(+1) 212 555 0123",
        "two one two triple five oh one two three",
        " 2125550123 ",
    ],
)
def test_spellings_of_one_number(text: str) -> None:
    assert phone(text) == "+12125550123"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("020 7946 0123", "+442079460123"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("0044 (0)20 7946 0123", "+442079460123"),
        ("442079460123", "+442079460123"),
        ("07700 900456", "+447700900456"),
        ("01 99 00 11 22", "+33199001122"),
        ("33199001122", "+33199001122"),
        ("9011442079460123", "+442079460123"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+39 (0)6 1234 5678", "+390612345678"),
    ],
)
def test_regions_of_the_account_are_tried_in_turn(text: str, value: str) -> None:
    assert phone(text) == value


def test_a_lost_trunk_zero_is_put_back() -> None:
    assert phone("2079460123", "GB") == "+442079460123"


@pytest.mark.parametrize("text", ["715-139-0123", "+447700900999", "2452220123"])
def test_numbers_of_no_assigned_range_count_when_they_fit_the_plan(text: str) -> None:
    number = phone(text)
    assert not phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_a_plausible_reading_comes_after_a_valid_one() -> None:
    found = [one.value for one in candidates(Kind.PHONE, "01 99 00 11 22", regions=HERE)]
    assert found == ["+33199001122", "+44199001122"]


def test_an_outside_line_and_a_country_code_are_both_thought_of() -> None:
    found = [one.value for one in candidates(Kind.PHONE, "912125550123", regions=("US",))]
    assert found == ["+12125550123", "+912125550123"]
    assert phone("912125550123", "IN") == "+912125550123"


def test_dial_prefixes_are_the_accounts() -> None:
    assert normalise(Kind.PHONE, "802079460123", regions=("GB",), dial_prefixes=("8",)).value == "+442079460123"
    with pytest.raises(NotAnIdentifier):
        normalise(Kind.PHONE, "802079460123", regions=("GB",), dial_prefixes=())


@pytest.mark.parametrize(
    "text",
    [
        "anonymous",
        "Unknown",
        "sip:anonymous@anonymous.invalid",
        '"Anonymous" <anonymous>',
        "restricted",
        "2046",
        "tel:2046",
        "911",
        "20200602",
        "1' OR '1'='1",
        "<b>2125550123</b>x",
        "=1+2",
        "+",
        "()",
        "12:30:45",
        "99999999999999999999999",
        "1" * 400,
        "+0",
        "a@example.com",
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(NotAnIdentifier) as refusal:
        phone(text)
    assert text not in refusal.value.reason or len(text) < 3
    assert refusal.value.reason == str(refusal.value)


def test_an_unknown_region_is_an_error_of_the_account() -> None:
    with pytest.raises(ValueError, match="region"):
        phone("2125550123", "XX")


def spellings(number: phonenumbers.PhoneNumber, region: str) -> list[str]:
    """Ways people and systems write a number; national ones only where the number stands in its own country."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    pretty = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return [
        e164,
        pretty,
        national,
        "00" + e164[1:],
        "00 " + pretty[1:],
        pretty.replace(" ", "."),
        pretty.replace(" ", "\u00a0"),
        pretty.replace(" ", "-").replace("-", "\u2011"),
        "tel:" + e164,
        f"sip:{e164}@pbx.example",
        "%2B" + e164[1:],
        e164.translate(wide),
        national.translate(wide),
        pretty + " ext. 12",
        f'"Bob" <{e164}>',
        pretty.replace(" ", "%20"),
    ]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_generated_numbers_of_many_countries_in_generated_spellings(data: st.DataObject) -> None:
    region = data.draw(st.sampled_from(REGIONS))
    kind = data.draw(st.sampled_from([phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE]))
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    tail = data.draw(st.text("0123456789", min_size=4, max_size=4))
    digits = phonenumbers.national_significant_number(example)[:-4] + tail
    number = phonenumbers.parse(f"+{example.country_code}{digits}")
    if not phonenumbers.is_valid_number(number):
        return
    text = data.draw(st.sampled_from(spellings(number, region)))
    assert phone(text, region) == phonenumbers.format_number(number, PhoneNumberFormat.E164)


def test_there_are_thirty_countries() -> None:
    assert len(set(REGIONS)) >= 30
