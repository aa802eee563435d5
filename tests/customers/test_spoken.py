"""Spoken digits are found wherever they are said, and nowhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.mentions_in_text import Segment, find, find_in_segments

HERE = ("US", "GB", "FR")
WORDS = dict(zip("0123456789", "zero one two three four five six seven eight nine".split(), strict=True))
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def found(text: str) -> list[tuple[str, str]]:
    return [(one.value, text[one.start : one.end]) for one in find(text, regions=HERE)]


@pytest.mark.parametrize(
    "said",
    [
        "two one two five five five zero one two three",
        "two one two triple five oh one two three",
        "two twelve five fifty five oh one twenty three",
        "two one two, five five five, oh one two three",
        "two one two um five five five uh zero one two three",
        "two one two five double five o one two three",
        "one two one two five five five zero one two three",
        "plus one two one two five five five zero one two three",
        "TWO ONE TWO FIVE FIVE FIVE ZERO ONE TWO THREE",
        "212 five five five oh 1 2 3",
        "2 1 2 5 5 5 0 1 2 3",
        "two-one-two five-five-five zero-one-two-three",
        "two one two [noise] five five five <unk> zero one two three",
    ],
)
def test_ways_to_say_a_number(said: str) -> None:
    assert found(f"well call {said} thanks bye") == [("+12125550123", said)]


def test_hundreds() -> None:
    said = "eight hundred five five five oh one two three"
    assert found(f"it is {said}.") == [("+18005550123", said)]


def test_a_number_said_twice_is_found_twice() -> None:
    said = "two one two five five five zero one two three"
    assert found(f"{said} {said} right") == [("+12125550123", said)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "order number two one two five five five zero one two three",
        "four one one one one one one one one one one one one one one one",
        "the amount is one hundred and thirteen dollars",
        "zero seven six first street, zip six three four five three",
        "oh sure i can help you with that one or two times",
        "two one two five five five",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert found(text) == []


@st.composite
def spoken(draw: st.DrawFn) -> tuple[str, str]:
    """A number of the fictional range of some exchange, and one way to say it."""
    area = draw(st.sampled_from(["212", "415", "303", "530", "202", "617"]))
    digits = area + "5550" + draw(st.sampled_from("1")) + draw(st.text("0123456789", min_size=2, max_size=2))
    words, at = [], 0
    while at < len(digits):
        same = len(digits[at:]) - len(digits[at:].lstrip(digits[at]))
        how = draw(st.sampled_from(["digit", "times", "pair"]))
        if how == "times" and same > 1:
            times = draw(st.integers(2, min(same, 3)))
            words.append(f"{ {2: 'double', 3: 'triple'}[times] } {WORDS[digits[at]]}")
            at += times
        elif how == "pair" and at + 1 < len(digits) and digits[at] == "1":
            words.append(TEENS[int(digits[at + 1])])
            at += 2
        elif how == "pair" and at + 1 < len(digits) and digits[at] > "1" and digits[at + 1] != "0":
            words.append(f"{TENS[int(digits[at])]} {WORDS[digits[at + 1]]}")
            at += 2
        else:
            words.append(draw(st.sampled_from(["zero", "oh"])) if digits[at] == "0" else WORDS[digits[at]])
            at += 1
    return "+1" + digits, " ".join(words)


TALK = st.lists(
    st.sampled_from("hello thanks my phone number please call me on is it okay bye é 名前".split()), max_size=6
)


@settings(max_examples=300, deadline=None)
@given(spoken(), TALK, TALK)
def test_generated_speech_is_found_with_its_span(number: tuple[str, str], before: list[str], after: list[str]) -> None:
    value, said = number
    text = " ".join([*before, said, *after])
    assert (value, said) in found(text)


@settings(max_examples=200, deadline=None)
@given(spoken(), st.data())
def test_generated_speech_over_segments(number: tuple[str, str], data: st.DataObject) -> None:
    value, said = number
    words = said.split()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(words) - 1), min_size=1, max_size=3)))
    cuts = [cut for cut in cuts if words[cut - 1] not in ("double", "triple", *TENS)]
    if not cuts:
        return
    pieces = [" ".join(words[a:b]) for a, b in zip([0, *cuts], [*cuts, len(words)], strict=True)]
    segments, places = [Segment("agent", "what is your number")], []
    for piece in pieces:
        lead = data.draw(st.sampled_from(["", "okay ", "and ", "[noise] "]))
        places.append((len(segments), len(lead), len(lead) + len(piece)))
        segments += [
            Segment("caller", lead + piece),
            Segment("agent", data.draw(st.sampled_from(["", "got it", "[noise]", "mm-hm", "okay"]))),
        ]
    segments.append(Segment("agent", "thank you goodbye"))
    assert (value, tuple(places)) in [(one.value, one.parts) for one in find_in_segments(segments, regions=HERE)]


def test_each_part_repeated_by_the_other_speaker() -> None:
    parts = ["two one two", "five five five", "zero one two three"]
    segments = [Segment(speaker, part) for part in parts for speaker in ("caller", "agent")]
    values = {one.value: one.parts for one in find_in_segments(segments, regions=HERE)}
    assert "+12125550123" in values


def test_one_number_by_two_speakers() -> None:
    segments = [
        Segment("agent", "so it's two one two"),
        Segment("caller", "yes five five five"),
        Segment("agent", "oh one two three"),
    ]
    found = find_in_segments(segments, regions=HERE)
    assert [(one.value, [segments[i].text[a:b] for i, a, b in one.parts]) for one in found] == [
        ("+12125550123", ["two one two", "five five five", "oh one two three"])
    ]


def test_a_zip_code_ahead_does_not_hide_a_number_over_segments() -> None:
    said = ["zip is six three four five three", "two one two", "five five five", "oh one two three"]
    found = find_in_segments([Segment("caller", text) for text in said], regions=HERE)
    assert [(one.value, len(one.parts)) for one in found] == [("+12125550123", 3)]
