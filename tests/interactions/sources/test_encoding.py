"""UTF-16 in all its forms is read as what it says; what is no character costs its line alone."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.drafts import ContactDraft
from interactions.sources.encoding import AsUtf8, utf_16_of

from .exports import cdr_line

CONTACTS = "Name;Email;Phone\r\nAlice Müller;a@example.com;2025550147\r\nБорис;b@example.com;2025550148\r\n"


def utf_16(text: str, form: str) -> bytes:
    """Encode with a byte order mark (`le`, `be`) or without (`bare-le`, `bare-be`)."""
    mark = "" if form.startswith("bare") else "\ufeff"
    return (mark + text).encode(f"utf-16-{form[-2:]}")


@pytest.mark.parametrize("form", ["le", "be", "bare-le", "bare-be"])
def test_a_register_in_utf16(read, form):
    answer = read({"contacts.csv": utf_16(CONTACTS, form)})
    contacts = [each for each in answer.outcomes if isinstance(each, ContactDraft)]
    assert [dict(each.values)["Name"] for each in contacts] == ["Alice Müller", "Борис"]
    assert not answer.rejected


@pytest.mark.parametrize("form", ["le", "be"])
def test_call_records_and_json_in_utf16(read, form):
    segments = {"call_id": "a" * 16, "segments": [{"start": 0, "end": 1, "text": "Grüße"}]}
    answer = read({"Master.csv": utf_16(cdr_line() * 2, form), "t.json": utf_16(json.dumps(segments), form)})
    assert len(answer.calls) == 3
    assert answer.calls[2].transcripts[0].segments[0].text == "Grüße"


def test_half_a_pair_costs_its_line_alone(read):
    broken = cdr_line().replace("Alice", "Al\ud800ce")
    answer = read({"Master.csv": ("\ufeff" + cdr_line() + broken + cdr_line()).encode("utf-16-le", "surrogatepass")})
    assert len(answer.calls) == 2
    assert (answer.refusal.line, "neither UTF-8, UTF-16" in answer.refusal.reason) == (2, True)


def test_an_odd_number_of_bytes_costs_the_last_line(read):
    answer = read({"Master.csv": (cdr_line() * 2).encode("utf-16")[:-1]})
    assert len(answer.calls) == 1
    assert answer.refusal.line == 2


def test_windows_1252_and_utf8_with_a_mark_are_no_utf16():
    assert not utf_16_of("Müller;Straße;10".encode("cp1252"))
    assert not utf_16_of("\ufeffName;Phone;Email".encode())
    assert not utf_16_of(b"")
    assert not utf_16_of("Name".encode("utf-32"))


@given(st.text(max_size=50_000), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_whatever_is_written_is_read(text, encoding):
    body = "\ufeff" + text
    stream = io.BufferedReader(AsUtf8(io.BytesIO(body.encode(encoding)), encoding))
    assert stream.read().decode() == text
