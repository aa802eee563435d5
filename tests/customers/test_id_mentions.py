"""Ids, handles, devices, dates of birth and street lines are found where they stand, and not in what only looks so."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.addresses import lines_in
from customers.id_mentions import ids_in
from customers.identifiers import Kind, NotAnIdentifier, normalise
from customers.mentions_in_text import find

HERE = ("US", "GB")


def found(text: str, kind: Kind) -> list[str]:
    return [text[one.start : one.end] for one in find(text, regions=HERE) if one.kind == kind]


@pytest.mark.parametrize(
    ("kind", "text", "places"),
    [
        (Kind.CUSTOMER_ID, "about AB-1001 and kunde77001.", ["AB-1001", "kunde77001"]),
        (Kind.CUSTOMER_ID, "customer number: 100234, Kundennr. 445566", ["100234", "445566"]),
        (Kind.CUSTOMER_ID, "acct #99-887-766 is hers", ["99-887-766"]),
        (Kind.CRM_ID, "see 0035g00000XyZAb, CRM id 5512", ["0035g00000XyZAb", "5512"]),
        (Kind.NATIONAL_ID, "ssn 123-45-6789; NINO AB 12 34 56 C", ["123-45-6789", "AB 12 34 56 C"]),
        (Kind.NATIONAL_ID, "Personalausweis L01X00T47, passport no. 925665416", ["L01X00T47", "925665416"]),
        (Kind.IP, "from 192.0.2.7 or 2001:db8::1, v1.2.3", ["192.0.2.7", "2001:db8::1"]),
        (Kind.DEVICE, "mac 0A:1b:2c:3D:4e:5f", ["0A:1b:2c:3D:4e:5f"]),
        (Kind.DEVICE, "cookie GA1.2.123456789.987654321", ["GA1.2.123456789.987654321"]),
        (Kind.DEVICE, "id 12345678-90ab-cdef-1234-567890abcdef", ["12345678-90ab-cdef-1234-567890abcdef"]),
        (Kind.DEVICE, "IMEI: 490154203237518", ["490154203237518"]),
        (Kind.SOCIAL, "@alice_b wrote; https://x.com/alice_b", ["@alice_b", "https://x.com/alice_b"]),
        (Kind.BIRTH_DATE, "born on March 3rd, 1980", ["March 3rd, 1980"]),
        (Kind.BIRTH_DATE, "DOB: 1980-03-03, geb. 3.3.1980", ["1980-03-03", "3.3.1980"]),
        (Kind.ADDRESS, "lives at 27 Orchard Lane, Springfield", ["27 Orchard Lane"]),
        (Kind.ADDRESS, "12 rue de la Paix, Paris", ["12 rue de la Paix"]),
        (Kind.ADDRESS, "Gartenstr. 7a / Lange Straße 12", ["Gartenstr. 7a", "Lange Straße 12"]),
        (Kind.ADDRESS, "Calle Mayor 5", ["Calle Mayor 5"]),
    ],
)
def test_places(kind, text, places):
    assert found(text, kind) == places


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.CUSTOMER_ID, "order AB-1001"),
        (Kind.CUSTOMER_ID, "invoice no. R2021"),
        (Kind.CUSTOMER_ID, "a2 mp3 covid19 x-ray"),
        (Kind.CUSTOMER_ID, "channel SIP/2046-00001001"),
        (Kind.CUSTOMER_ID, "our customer is happy"),
        (Kind.IP, "999.1.2.3 and 10:20:30"),
        (Kind.BIRTH_DATE, "called on 1980-03-03"),
        (Kind.BIRTH_DATE, "born in 1980"),
        (Kind.SOCIAL, "alice@example.com"),
        (Kind.ADDRESS, "the lane has 3 bends"),
        (Kind.NATIONAL_ID, "555-0123"),
    ],
)
def test_look_alikes(kind, text):
    assert found(text, kind) == []


@pytest.mark.parametrize(
    "texts",
    [
        ["27 Orchard Lane, Springfield, VT 05401", "27 orchard ln", "27, ORCHARD LANE"],
        ["Gartenstraße 7a, 12345 Berlin", "Gartenstr. 7 A", "gartenstrasse 7a"],
        ["12, rue de la Paix, Paris", "12 Rue De La Paix"],
    ],
)
def test_an_address_is_known_by_its_street_line(texts):
    assert len({normalise(Kind.ADDRESS, text, regions=HERE).value for text in texts}) == 1


def test_an_address_without_a_street_line_is_its_words():
    assert normalise(Kind.ADDRESS, "Flat 2, The Old Mill", regions=HERE).value == "flat 2 the old mill"


@pytest.mark.parametrize("text", ["0A:1B:2C:3D:4E:5F", "0a-1b-2c-3d-4e-5f", "0a1b.2c3d.4e5f"])
def test_a_hardware_address_is_one_in_every_spelling(text):
    assert normalise(Kind.DEVICE, text, regions=HERE).value == "0a1b2c3d4e5f"


HOSTILE = {
    "words": "a " * 200_000,
    "one word": "a1" * 200_000,
    "house numbers": "1 a " * 100_000,
    "street endings": "a weg " * 60_000,
    "colons": ":" * 400_000,
    "dots": "1." * 200_000,
    "cues": "customer number " * 25_000,
    "handles": "@a/" * 100_000,
    "births": "born " * 80_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_searched_in_one_pass(text):
    began = time.process_time()
    list(ids_in(text, HERE))
    assert time.process_time() - began < 10


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
def test_places_lie_in_any_text(text):
    for one in ids_in(text, HERE):
        assert 0 <= one.span[0] < one.span[1] <= len(text)
        assert one.value
    for line in lines_in(text):
        assert line.line


SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@settings(max_examples=200, deadline=None)
@given(
    st.text(SIGNS, min_size=2, max_size=5), st.integers(1_000, 999_999), st.sampled_from(["-", "", "_"]),
    st.sampled_from(["", "he said ", "n\u00e9e ", "名前 "]), st.sampled_from(["", ".", ", thanks", " ok"]),
)  # fmt: skip
def test_generated_customer_numbers_meet_their_register(letters, number, mark, before, after):
    written = f"{letters}{mark}{number}"
    known = normalise(Kind.CUSTOMER_ID, written, regions=HERE).value
    for spelling in (written, written.lower()):
        values = {one.value for one in find(before + spelling + after, regions=HERE) if one.kind == Kind.CUSTOMER_ID}
        assert known in values


@settings(max_examples=200, deadline=None)
@given(st.ip_addresses())
def test_generated_ip_addresses(address):
    known = normalise(Kind.IP, str(address), regions=HERE).value
    text = f"seen at {address}, again at {str(address).upper()}"
    places = [one.value for one in find(text, regions=HERE) if one.kind == Kind.IP]
    assert places == [known, known] or address.version == 6


def test_what_is_no_date_is_left_out():
    with pytest.raises(NotAnIdentifier):
        normalise(Kind.BIRTH_DATE, "99.99.1980", regions=HERE)
    assert found("born 99.99.1980", Kind.BIRTH_DATE) == []
