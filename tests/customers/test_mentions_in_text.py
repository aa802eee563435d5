"""Identifiers in text are found with exact places, look-alikes are left, hostile text costs only its length."""

import re
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.identifiers import Kind
from customers.mentions_in_text import Segment, find, find_in_segments, find_name

HERE = ("US", "GB", "FR")


def found(text: str) -> list[tuple[str, str]]:
    """Return what is found to call or write to."""
    to_reach = (Kind.PHONE, Kind.EMAIL)
    return [(one.value, text[one.start : one.end]) for one in find(text, regions=HERE) if one.kind in to_reach]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "cb (212) 555-0123 or 020 7946 0123.",
            [("+12125550123", "(212) 555-0123"), ("+442079460123", "020 7946 0123")],
        ),
        ("in London (+44 (0)20 7946 0123).", [("+442079460123", "+44 (0)20 7946 0123")]),
        (
            "in-5305550199-2125550123-20200315-151049-1584310249.4083.wav",
            [("+15305550199", "5305550199"), ("+12125550123", "2125550123")],
        ),
        ("x-2146-+442079460123-20200601-163555.wav", [("+442079460123", "+442079460123")]),
        ("SIP/+447700900456-00001001", [("+447700900456", "+447700900456")]),
        ("PJSIP/12125550123@trunk-us,300,T", [("+12125550123", "12125550123")]),
        ("sip:+12125550123@sbc.example.net", [("+12125550123", "+12125550123")]),
        ("tel%3A%2B12125550123;x", [("+12125550123", "%2B12125550123")]),
        ("２１２５５５０１２３", [("+12125550123", "２１２５５５０１２３")]),
        ("née 212\u2011555\u20110123 x", [("+12125550123", "212\u2011555\u20110123")]),
        ("(2125550123)", [("+12125550123", "2125550123")]),
        ("212 555 0123 2020-06-02 10:00", [("+12125550123", "212 555 0123")]),
        ("2125550123, 2125550124", [("+12125550123", "2125550123"), ("+12125550124", "2125550124")]),
        ("2125550123x45", [("+12125550123", "2125550123")]),
        ("order from +1 212 555 0123", [("+12125550123", "+1 212 555 0123")]),
        ("mail Bob.B@Example.com.", [("bob.b@example.com", "Bob.B@Example.com")]),
        ("<bob%40example.co.uk>", [("bob@example.co.uk", "bob%40example.co.uk")]),
        ("my mail is bob dot b at example dot com thanks", [("bob.b@example.com", "bob dot b at example dot com")]),
        ("hello b b at e x a m p l e dot c o m goodbye", [("bb@example.com", "b b at e x a m p l e dot c o m")]),
        (
            "bob underscore forty two at mail dot example dot co dot uk",
            [("bob_42@mail.example.co.uk", "bob underscore forty two at mail dot example dot co dot uk")],
        ),
        ("bob(at)example(dot)com", [("bob@example.com", "bob(at)example(dot)com")]),
    ],
)
def test_places(text: str, places: list[tuple[str, str]]) -> None:
    assert found(text) == places


@pytest.mark.parametrize(
    "text",
    [
        "order 912125550123",
        "invoice no. 2125550123",
        "ref: 2125550123",
        "Ticket #2125550123",
        "$2125550123",
        "card 4111 1111 1111 1111",
        "21255501232125550123212",
        "A2125550123",
        "2125550123abc",
        "isbn 978-3-16-148410-0",
        "192.168.100.200",
        "2020-06-02",
        "20200602-101010",
        "GB29 2125 5501 2321 2555 01",
        "12345678-1234-1234-1234-123456789012",
        "meet me at the station dot",
        "a@b",
        "@example.com",
        "user@localhost",
    ],
)
def test_look_alikes(text: str) -> None:
    assert found(text) == []


def test_every_reading_is_reported() -> None:
    assert {value for value, _ in found("912125550123")} == {"+12125550123", "+912125550123"}
    assert {value for value, _ in found("write alice brown at example dot com")} == {
        "brown@example.com",
        "alicebrown@example.com",
    }


def test_customer_numbers_as_the_caller_describes_them() -> None:
    text = "about 77:AB, not 177:ABC"
    hits = find(text, regions=HERE, customer_id=re.compile(r"\b\d{2}:AB\b"))
    assert [(one.kind, one.value, one.start, one.end) for one in hits] == [(Kind.CUSTOMER_ID, "77:ab", 6, 11)]


def test_an_email_over_segments() -> None:
    segments = [Segment("caller", "it's bob dot b"), Segment("agent", "okay"), Segment("caller", "at example dot com")]
    hits = find_in_segments(segments, regions=HERE)
    assert ("bob.b@example.com", ((0, 5, 14), (2, 0, 18))) in [(one.value, one.parts) for one in hits]


def test_a_number_in_one_segment_is_reported_once() -> None:
    segments = [Segment("caller", "two one two"), Segment("agent", "212 555 0123"), Segment("caller", "")]
    assert [one.parts for one in find_in_segments(segments, regions=HERE)] == [((1, 0, 12),)]


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("Alice Brown", "ALICE BROWN; Brown, Alice; brown alice", ["ALICE BROWN", "Brown, Alice", "brown alice"]),
        ("Alice Brown", "cb to Mrs Brown, mrs. brown said A. Brown", ["Mrs Brown", "mrs. brown", "A. Brown"]),
        ("Alice Brown", "Alice's dog, browning, alicent", ["Alice"]),
        ("Robert Stone", "Rob Stone and ROBERT here", ["Rob Stone", "ROBERT"]),
        ("José Núñez", "JOSE NUNEZ or Jose\u0301", ["JOSE NUNEZ", "Jose\u0301"]),
        ("Иван Петров", "Ivan Petrov, ПЕТРОВ", ["Ivan Petrov", "ПЕТРОВ"]),
        ("山田太郎", "私は山田太郎です", ["山田太郎"]),
        ("Müller", "Mueller / Herr Müller", ["Mueller", "Herr Müller"]),
        ("Will May", "will may call; i will; it may", ["will may"]),
        ("Mary Wilson", "that's w i l s o n", ["w i l s o n"]),
        ("Al Bo", "al went to bo", []),
        ("12345", "12345", []),
    ],
)
def test_known_names(name: str, text: str, places: list[str]) -> None:
    assert [text[start:end] for start, end in find_name(name, text)] == places


def test_a_first_name_shared_with_somebody_else_present_needs_the_rest() -> None:
    text = "my name is robert, robert robert stone speaking"
    places = [text[start:end] for start, end in find_name("Robert Stone", text, others=["Robert"])]
    assert places == ["robert robert stone"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_places_lie_in_any_text(text: str) -> None:
    for one in find(text, regions=HERE):
        assert 0 <= one.start < one.end <= len(text)
    for start, end in find_name("Alice Brown", text):
        assert 0 <= start < end <= len(text)


HOSTILE = {
    "one number of 10 M digits": "7" * 10_000_000,
    "single digits": "7 " * 125_000,
    "a million words": "lorem ipsum " * 500_000,
    "number words": "two " * 100_000,
    "number words in phrases": "two, " * 20_000,
    "groups": ("22 " * 60 + "; ") * 125,
    "at signs": "a@" * 100_000,
    "at dot": " at dot" * 20_000,
    "brackets": "(" * 500_000 + "+" * 500_000,
    "escapes": "%2" * 100_000,
    "blanks": "2" + " " * 1_000_000 + "2",
    "multiples": "double " * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_in_bounded_time_and_memory(text: str) -> None:
    began = time.process_time()
    tracemalloc.start()
    find(text, regions=HERE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(text) + 4_000_000
    assert time.process_time() - began < 30


def test_time_grows_with_the_text_and_no_faster() -> None:
    def cost(words: int) -> float:
        text = "two oh three five six one " * words + "b at c dot com " * words
        began = time.process_time()
        find(text, regions=HERE)
        find_name("Two Three", text)
        return time.process_time() - began

    cost(200)
    assert cost(8_000) < 40 * cost(800) + 1


def test_many_segments_and_speakers() -> None:
    segments = [Segment(str(number), "[noise]" if number % 2 else "two") for number in range(20_000)]
    began = time.process_time()
    find_in_segments(segments, regions=HERE)
    assert time.process_time() - began < 30
