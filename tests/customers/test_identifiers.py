"""Identifiers of every kind meet in one form, and refusals say nothing about a person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.identifiers import Kind, NotAnIdentifier, candidates, masked, normalise, parse

HERE = ("US", "GB")


def value(kind: Kind, text: str) -> str:
    return normalise(kind, text, regions=HERE).value


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            Kind.EMAIL,
            [
                "Alice@Example.COM",
                "mailto:alice@example.com?subject=x",
                "<alice@example.com>",
                "alice%40example.com",
                "Alice <alice@example.com>",
                "alice at example dot com",
                "a l i c e at example dot c o m",
            ],
        ),
        (
            Kind.NAME,
            [
                "Alice Brown",
                "BROWN ALICE",
                "Brown, Alice",
                "Mrs. Alice Brown",
                "  alice   brown ",
                "Álice Brown",
                "Ａｌｉｃｅ Brown",
                "Alice Brown Jr.",
            ],
        ),
        (Kind.NAME, ["O'Neil Sean", "Seán O\u2019Neil", "sean oneil"]),
        (Kind.NAME, ["Иван Петров", "ivan petrov", "Petrov, Ivan"]),
        (Kind.CUSTOMER_ID, ["AB-1001", " ab-1001", "ＡＢ-1001", "AB - 1001"]),
        (Kind.SOCIAL, ["@Alice_B", "alice_b"]),
        (Kind.SOCIAL, ["https://www.social.example/Alice/", "social.example/alice"]),
        (Kind.ADDRESS, ["1 Main Street, Springfield", "1 main street springfield", "1  MAIN STREET; Springfield."]),
        (
            Kind.BIRTH_DATE,
            ["1980-03-15", "1980/3/15", "19800315", "15 March 1980", "March 15, 1980", "03/15/1980", "15.03.1980"],
        ),
        (Kind.NATIONAL_ID, ["AB 12 34 56 C", "ab123456c", "AB-12-34-56-C"]),
        (Kind.IP, ["2001:DB8::1", "2001:db8:0:0:0:0:0:1", "[2001:db8::1]"]),
        (Kind.IP, ["192.0.2.1", "::ffff:192.0.2.1"]),
        (Kind.DEVICE, ["Device-ABC", "device-abc"]),
        (Kind.CRM_ID, ["0035g00000XyZ", "0035G00000xyz"]),
    ],
)
def test_spellings_meet_in_one_value(kind: Kind, texts: list[str]) -> None:
    assert len({value(kind, text) for text in texts}) == 1


def test_other_people_stay_other_people() -> None:
    assert value(Kind.NAME, "Alice Brown") != value(Kind.NAME, "Alice Browne")
    assert value(Kind.EMAIL, "alice@example.com") != value(Kind.EMAIL, "alice.b@example.com")


def test_two_ways_to_write_an_umlaut_share_a_reading() -> None:
    forms = [
        {one.value for one in candidates(Kind.NAME, name, regions=HERE)} for name in ("Müller", "Mueller", "Muller")
    ]
    assert forms[0] & forms[1]
    assert forms[0] & forms[2]


def test_an_ambiguous_date_has_both_readings_the_accounts_way_first() -> None:
    assert [one.value for one in candidates(Kind.BIRTH_DATE, "03/04/1980", regions=("US",))] == [
        "1980-03-04",
        "1980-04-03",
    ]
    assert [one.value for one in candidates(Kind.BIRTH_DATE, "03/04/1980", regions=("GB",))] == [
        "1980-04-03",
        "1980-03-04",
    ]


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("phone:+12125550123", (Kind.PHONE, "+12125550123")),
        ("customer-id:AB-1", (Kind.CUSTOMER_ID, "AB-1")),
        ("Customer ID: AB-1", (Kind.CUSTOMER_ID, "AB-1")),
        ("tel:+12125550123", (Kind.PHONE, "+12125550123")),
        ("mailto:a@example.com", (Kind.EMAIL, "a@example.com")),
        ("name:Alice: the first", (Kind.NAME, "Alice: the first")),
        ("alice@example.com", (Kind.EMAIL, "alice@example.com")),
        ("(212) 555-0123", (Kind.PHONE, "(212) 555-0123")),
    ],
)
def test_parse_splits_or_guesses(text: str, parsed: tuple[Kind, str]) -> None:
    assert parse(text) == parsed


@pytest.mark.parametrize(
    "text", ["secret thing", "foo:bar", "https://example.com/x", "<script>x</script>", "=cmd()", "1;DROP"]
)
def test_parse_tells_the_kinds_when_it_cannot_guess(text: str) -> None:
    with pytest.raises(NotAnIdentifier, match="customer-id") as refusal:
        parse(text)
    assert text not in refusal.value.reason


@pytest.mark.parametrize(
    "text", ["", "  ", "x" * 513, "Alice\x00", "a\nb", "alice\x1b[2J", "phone:", "name:\u2028x\u2028y"]
)
def test_empty_long_and_control_characters_are_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier):
        parse(text)
    with pytest.raises(NotAnIdentifier):
        normalise(Kind.NAME, text.removeprefix("phone:").removeprefix("name:"), regions=HERE)


@pytest.mark.parametrize(
    "text", ["not-an-address", "a@b", "@mail.example", "a b@example.com", "a@exa mple.com", "'; DROP TABLE x --"]
)
def test_what_is_no_email_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier) as refusal:
        value(Kind.EMAIL, text)
    assert text not in refusal.value.reason


def test_markup_is_a_harmless_name() -> None:
    assert value(Kind.NAME, "<b>Alice</b>") == "alice b b"


@pytest.mark.parametrize(
    ("kind", "text", "mask"),
    [
        (Kind.PHONE, "+12125550123", "•••• 0123"),
        (Kind.EMAIL, "patricia@example.com", "p•••@example.com"),
        (Kind.EMAIL, "p@example.com", "•••@example.com"),
        (Kind.NAME, "Alice Brown", "A••• B•••"),
        (Kind.ADDRESS, "1 Main Street", "••••"),
        (Kind.CUSTOMER_ID, "CLIENT-77", "•••• 77"),
    ],
)
def test_masks(kind: Kind, text: str, mask: str) -> None:
    assert masked(normalise(kind, text, regions=HERE)) == mask


def test_a_traceback_shows_no_value() -> None:
    assert "2125550123" not in repr(normalise(Kind.PHONE, "2125550123", regions=HERE))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(Kind), st.text(max_size=80))
def test_any_text_is_an_identifier_or_refused(kind: Kind, text: str) -> None:
    try:
        found = normalise(kind, text, regions=HERE)
    except NotAnIdentifier:
        return
    assert found.value
    assert normalise(kind, found.value, regions=HERE).value
