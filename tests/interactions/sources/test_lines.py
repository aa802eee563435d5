"""Lines come out whole whatever their ends, and a bad one spoils no other."""

import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from interactions.sources import lines as module
from interactions.sources.lines import MAX_LINE_BYTES, lines


def texts(raw: bytes) -> list[str]:
    return [line.text for line in lines(io.BytesIO(raw))]


def test_line_ends_may_be_mixed():
    assert texts(b"a\nb\r\nc\rd") == ["a", "b", "c", "d"]


def test_a_byte_order_mark_is_no_text():
    assert texts("\ufeffa\nb".encode()) == ["a", "b"]


def test_windows_1252_is_read_and_said():
    utf8, cp1252 = lines(io.BytesIO("José\n".encode() + "Müller – €".encode("cp1252")))
    assert (utf8.text, utf8.is_cp1252) == ("José", False)
    assert (cp1252.text, cp1252.is_cp1252) == ("Müller – €", True)


def test_a_nul_byte_costs_its_line_only():
    first, bad, last = lines(io.BytesIO(b"a\nb\0b\nc"))
    assert (first.text, bad.text, last.text) == ("a", "", "c")
    assert "NUL" in bad.problem


def test_bytes_that_are_no_text_are_refused():
    (bad,) = lines(io.BytesIO(b"\x81\x8d\xff"))
    assert "neither" in bad.problem


def test_a_line_that_is_too_long_costs_itself_only():
    first, bad, last = lines(io.BytesIO(b"a\n" + b"x" * (MAX_LINE_BYTES + 1) + b"\r\nc"))
    assert (first.text, last.text, last.number) == ("a", "c", 3)
    assert "1 MiB" in bad.problem


def test_the_longest_line_allowed_is_read():
    (line,) = lines(io.BytesIO(b"x" * MAX_LINE_BYTES))
    assert len(line.text) == MAX_LINE_BYTES


def test_a_line_of_a_gigabyte_takes_no_memory():
    class Endless(io.RawIOBase):
        left = 1 << 30

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return b"x" * size if self.left else b"x" * (size - 2) + b"\nc" if size else b""

    tracemalloc.start()
    bad, last = lines(Endless())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "1 MiB" in bad.problem
    assert last.text == "c"
    assert peak < 8 << 20


@given(st.lists(st.binary(max_size=9).filter(lambda raw: not set(raw) & set(b"\r\n\0")), max_size=9), st.data())
def test_lines_do_not_depend_on_where_chunks_end(pieces, data):
    ends = [data.draw(st.sampled_from([b"\n", b"\r\n", b"\r"])) for _ in pieces]
    raw = b"".join(piece + end for piece, end in zip(pieces, ends, strict=True))
    whole = list(lines(io.BytesIO(raw)))
    assert len(whole) == len(raw.splitlines())
    size, module._CHUNK_BYTES = module._CHUNK_BYTES, data.draw(st.integers(1, 5))
    try:
        assert list(lines(io.BytesIO(raw))) == whole
    finally:
        module._CHUNK_BYTES = size
