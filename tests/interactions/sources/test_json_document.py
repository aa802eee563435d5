"""A JSON export is loaded whole within limits, or refused with a reason."""

from pathlib import Path

import pytest

from interactions.sources.found import FoundFile, Unusable
from interactions.sources.json_document import MAX_BYTES, load_object, pointer


def load(path: Path, content: bytes):
    path = path.resolve() / "a.json"
    path.write_bytes(content)
    return load_object(FoundFile(path, "a.json", len(content)))


def test_utf8_with_a_mark_and_windows_1252_are_read(tmp_path):
    assert load(tmp_path, b'\xef\xbb\xbf{"name": "Jos\xc3\xa9"}') == ({"name": "José"}, False)
    assert load(tmp_path, b'{"name": "Jos\xe9"}') == ({"name": "José"}, True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "NaN"),
        (b'{"a": 1e999}', "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"a": ' + b"[" * 100_000, "nested"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
        (b'{"a": ' + b'{"b": ' * 40 + b"1" + b"}" * 41, "nested"),
        (b'{"a": [' + b"[]," * 1_000_001 + b"[]]}", "million"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "digits"),
        (b'{"a": "\\ud800"}', "half of a pair"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": "\0"}', "NUL"),
        (b'{"a": "Alice', "line 1"),
        (b'{"a": "\x81\x8d"}', "neither"),
        (b'["Alice"]', "object"),
    ],
)
def test_what_json_can_hide_is_refused_and_not_repeated(tmp_path, content, reason):
    with pytest.raises(Unusable, match=reason) as refusal:
        load(tmp_path, content)
    assert "Alice" not in str(refusal.value)


def test_a_pair_of_halves_is_one_character(tmp_path):
    assert load(tmp_path, b'{"a": "\\ud83d\\ude00"}')[0] == {"a": "😀"}


def test_a_document_over_the_limit_is_not_even_read(tmp_path):
    path = tmp_path.resolve() / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(Unusable, match="64 MiB"):
        load_object(FoundFile(path, "huge.json", MAX_BYTES + 1))


def test_pointers_escape_what_rfc_6901_escapes():
    assert pointer("a/b", 0, "c~d") == "/a~1b/0/c~0d"
    assert pointer() == ""
