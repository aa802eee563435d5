"""Names near an identifier are indexed in any script and case; whoever's they are is found by the index form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.identifiers import Kind, candidates, normalise
from customers.mentions_in_text import Segment, find, find_in_segments, find_name
from customers.name_mentions import MOST_FINDS, names_beside, names_in, names_in_segments

HERE = ("US", "GB")
NUMBER = "+1 202 555 0147"


def forms(name: str) -> set[str]:
    return {one.value for one in candidates(Kind.NAME, name, regions=HERE)}


def beside(text: str) -> dict[str, str]:
    found = find(text, regions=HERE)
    return {one.value: text[one.start : one.end] for one in names_beside(text, [(one.start, one.end) for one in found])}


PEOPLE = [
    ("Alice Brown", "alice brown"),
    ("Brown, Alice", "alice brown"),
    ("Seán O'Neil", "sean o\u2019neil"),
    ("Иван Петров", "иван петров"),
    ("Иван Петров", "ivan petrov"),
    ("Παπαδόπουλος Γιώργος", "γιώργος παπαδόπουλος"),
    ("Παπαδόπουλος Γιώργος", "giorgos papadopoulos"),
    ("محمّد أحمد", "محمد احمد"),
    ("فاطمة علي", "فاطمه علی"),
    ("דוד כהן", "דוד כהן"),
    ("山田 太郎", "山田太郎"),
    ("王小明", "王小明"),
    ("김 철수", "김철수"),
    ("राम शर्मा", "राम शर्मा"),
    ("José Núñez", "jose nunez"),
]


@pytest.mark.parametrize(("known", "said"), PEOPLE)
def test_a_name_beside_a_number_is_indexed_as_its_owner_is(known, said):
    assert forms(known) & beside(f"{said} {NUMBER}").keys()
    assert forms(known) & beside(f"{NUMBER}, {said}").keys()


def test_a_name_far_from_any_number_is_not():
    assert beside(f"{NUMBER} {'and then ' * 60} alice brown") == {}
    assert list(names_beside("alice brown", [])) == []


def test_words_of_every_talk_are_no_names():
    assert beside(f"please call me back on {NUMBER} thank you very much") == {}


def test_a_name_a_few_utterances_before_the_number():
    said = ["and your wife's name", "it's alice brown", "okay her number please", "two oh two five five five",
            "uh-huh", "oh one four seven"]  # fmt: skip
    segments = [Segment(str(at % 2), text) for at, text in enumerate(said)]
    found = find_in_segments(segments, regions=HERE)
    names = {one.value: one.parts for one in names_in_segments(segments, found)}
    assert names["alice brown"] == ((1, 5, 16),)


def test_without_an_identifier_nothing_is_indexed():
    segments = [Segment("0", "my name is alice brown"), Segment("1", "hello alice brown")]
    assert list(names_in_segments(segments, find_in_segments(segments, regions=HERE))) == []


def test_a_text_of_names_gives_a_bounded_number():
    text = "Alice Brown " * 10_000 + NUMBER
    assert len(list(names_in(text))) == MOST_FINDS
    assert len(list(names_beside(text, [(0, len(text))]))) == MOST_FINDS
    assert len(list(names_beside("山" * 100_000, [(0, 100_000)]))) <= MOST_FINDS


ALPHABETS = {
    "Latin": "abcdefghijklmnoprstuvz",
    "Cyrillic": "абвгдезиклмнопрстуф",
    "Greek": "αβγδεζθικλμνοπρστφ",
    "Arabic": "ابتثجحدرزسشعفقكلمنهو",
    "Hebrew": "אבגדהזחטילמנסעפצקרש",
    "Devanagari": "कखगचजटडतदनपबमयरलवसह",
    "Georgian": "აბგდევზთიკლმნოპრსტ",
    "Armenian": "աբգդեզթիլկհմնպստ",
}
SIGNS = {
    "Han": "山田太郎王小明李伟张敏陈佳林",
    "Hangul": "김철수이영희박민준최서연",
    "Katakana": "ヤマダタロウサトケイコ",
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(ALPHABETS)), st.data())
def test_generated_names_of_alphabets(script, data):
    word = st.text(ALPHABETS[script], min_size=4, max_size=9)
    given_name, family = data.draw(word), data.draw(word)
    known = normalise(Kind.NAME, f"{family}, {given_name}", regions=HERE).value
    written = data.draw(st.sampled_from([str.lower, str.upper, str.title]))(f"{given_name} {family}")
    text = f"{written} {NUMBER}"
    if not {given_name, family} & {"bank", "card", "name", "line", "mail"}:
        assert known in beside(text)
    if given_name != family:
        assert (0, len(written)) in find_name(f"{given_name} {family}", text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SIGNS)), st.data())
def test_generated_names_of_scripts_without_blanks(script, data):
    family = data.draw(st.text(SIGNS[script], min_size=1, max_size=2))
    given_name = data.draw(st.text(SIGNS[script], min_size=1, max_size=2))
    known = normalise(Kind.NAME, f"{family} {given_name}", regions=HERE).value
    text = f"{family}{given_name} {NUMBER}"
    assert text[: len(family + given_name)] in [
        text[one.start : one.end] for one in names_beside(text, [(5, len(text))])
    ]
    assert known in beside(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.data())
def test_places_lie_in_any_text(text, data):
    start = data.draw(st.integers(0, len(text)))
    for one in [*names_in(text), *names_beside(text, [(start, len(text))])]:
        assert 0 <= one.start < one.end <= len(text)
