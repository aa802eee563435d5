"""Marks between the words of subtitles: the words without them, when each is heard, and where it stood in the line."""

import pytest

from interactions.sources.cue_text import cue_text

LINE = "my number is <00:00:01.000><c>two</c> <00:00:01.400><c.yellow>oh</c> <00:00:01.700>two"


def test_each_word_has_its_time():
    cue = cue_text(LINE, 200, 2_000)
    assert cue.text == "my number is two oh two"
    heard = [(cue.text[each.start : each.end], each.start_ms, each.end_ms) for each in cue.words]
    assert heard == [("my number is", 200, 1000), ("two", 1000, 1400), ("oh", 1400, 1700), ("two", 1700, 2000)]


def test_every_character_leads_back_to_its_place_in_the_line():
    cue = cue_text(LINE, 200, 2_000)
    for at, sign in enumerate(cue.text):
        assert LINE[at + sum(left_out for place, left_out in cue.gaps if place <= at)] == sign


@pytest.mark.parametrize("line", ["a < b and c > d", "<3 you", "call <mailto:a@example.com>", "plain", ""])
def test_what_is_no_mark_stays(line):
    assert cue_text(line, 0, 1_000) == (line, (), ())


@pytest.mark.parametrize("line", [
    "a <00:00:09.000>b", "<b>a</b> b", "a <00:00:00.100>b", "<00:00:01.900>a <00:00:01.000>b <00:00:01.950>",
])  # fmt: skip
def test_times_outside_or_backwards_count_for_nothing(line):
    cue = cue_text(line, 900, 2_000)
    assert cue.text.split() == ["a", "b"]
    assert all(900 <= word.start_ms <= word.end_ms <= 2_000 for word in cue.words)


def test_more_marks_than_words_can_be_said_are_left_alone():
    bomb = "<b>" * 300_000
    assert cue_text(bomb, 0, 1_000).text == bomb


def test_a_number_between_marks_is_found_with_its_time_and_place(read):
    sid = "0002f70f7386445b"
    call = read({f"{sid}.vtt": f"WEBVTT\n\n00:00.200 --> 00:02.000\n<v Customer>{LINE}</v>\n"}).call
    (segment,) = call.transcripts[0].segments
    assert (segment.speaker, segment.text, segment.words[1].start_ms) == ("customer", "my number is two oh two", 1000)
    assert (segment.place.start, segment.place.gaps[0]) == (12, (13, 14))
