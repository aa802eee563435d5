import io
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault.by_the_book import FIRST, PLAIN, boundary_sizes, pattern
from vault.errors import Tampered
from vault.stream import SealedReader, seal
from vault.wrapping import new_key

ALICE = b"recording/alice"
KEY = new_key()
LONG = pattern(FIRST + 40 * PLAIN + 123)

offsets = st.one_of(
    st.integers(0, len(LONG) + 10),
    st.builds(lambda segment, step: FIRST + segment * PLAIN + step, st.integers(0, 40), st.integers(-1, 1)),
)


def sealed(plaintext: bytes, key: bytes = KEY) -> io.BytesIO:
    target = io.BytesIO()
    assert seal(io.BytesIO(plaintext), target, key, context=ALICE) == len(plaintext)
    return target


def opened(file: BinaryIO, key: bytes = KEY) -> SealedReader:
    return SealedReader(file, key, context=ALICE)


@pytest.fixture(scope="module")
def long_reader() -> SealedReader:
    return opened(sealed(LONG))


@pytest.mark.parametrize("size", boundary_sizes())
def test_a_stream_comes_back(size: int) -> None:
    reader = opened(sealed(pattern(size)))
    assert reader.size == size
    assert reader.read_at(0, size) == pattern(size)
    assert reader.read_at(size, 10) == b""
    assert b"".join(reader.iter_range(0, size)) == pattern(size)


@settings(max_examples=40, deadline=None)
@given(plaintext=st.one_of(st.binary(max_size=300), st.integers(0, 3 * PLAIN).map(pattern)))
def test_any_stream_comes_back(plaintext: bytes) -> None:
    reader = opened(sealed(plaintext))
    assert (reader.size, reader.read_at(0, len(plaintext) + 1)) == (len(plaintext), plaintext)


@settings(deadline=None)
@given(offset=offsets, length=st.one_of(st.integers(0, 200), st.integers(0, 2 * len(LONG))))
def test_any_part_can_be_read(long_reader: SealedReader, offset: int, length: int) -> None:
    assert long_reader.read_at(offset, length) == LONG[offset : offset + length]


@settings(deadline=None)
@given(start=offsets, stop=offsets, chunk=st.sampled_from([1, PLAIN - 1, PLAIN, 3 * PLAIN + 1, 2**20]))
def test_any_range_comes_in_pieces_that_end_with_segments(
    long_reader: SealedReader, start: int, stop: int, chunk: int
) -> None:
    pieces = list(long_reader.iter_range(start, stop, chunk))
    assert b"".join(pieces) == LONG[start:stop]
    at = start
    for piece in pieces[:-1]:
        at += len(piece)
        assert (at - FIRST) % PLAIN == 0
    assert all(len(piece) <= max(chunk, PLAIN) for piece in pieces)


def test_the_first_piece_is_one_segment(long_reader: SealedReader) -> None:
    pieces = long_reader.iter_range(10, len(LONG))
    assert [len(next(pieces)), len(next(pieces))] == [FIRST - 10, 16 * PLAIN]


def test_a_buffer_is_filled_from_an_offset_and_not_beyond_the_end(long_reader: SealedReader) -> None:
    buffer = bytearray(b"." * 10)
    assert long_reader.readinto_at(len(LONG) - 4, buffer) == 4
    assert bytes(buffer) == LONG[-4:] + b"......"


def test_negative_offsets_are_refused(long_reader: SealedReader) -> None:
    with pytest.raises(ValueError, match="not negative"):
        long_reader.read_at(-1, 10)
    with pytest.raises(ValueError, match="starts at 0"):
        next(long_reader.iter_range(-1, 10))


def test_the_same_stream_never_looks_the_same_twice() -> None:
    assert sealed(b"Alice").getvalue() != sealed(b"Alice").getvalue()


def test_nothing_of_the_plaintext_shows() -> None:
    assert b"Alice" in pattern(70_000) + b"Alice" * 1000
    assert b"Alice" not in sealed(pattern(70_000) + b"Alice" * 1000).getvalue()


def test_a_source_that_trickles_and_a_target_that_takes_little_make_no_difference() -> None:
    plaintext, target = pattern(2 * PLAIN + 7), Sips()
    seal(cast(BinaryIO, Trickle(plaintext)), cast(BinaryIO, target), KEY, context=ALICE)
    reader = opened(cast(BinaryIO, Trickle(target.taken)))
    assert reader.read_at(0, reader.size) == plaintext


def test_a_source_without_readinto_will_do() -> None:
    target = io.BytesIO()
    seal(cast(BinaryIO, OnlyRead(pattern(FIRST + 1))), target, KEY, context=ALICE)
    reader = opened(target)
    assert reader.read_at(0, reader.size) == pattern(FIRST + 1)


def test_a_source_that_has_nothing_now_is_not_taken_for_one_that_ended() -> None:
    with pytest.raises(BlockingIOError):
        seal(cast(BinaryIO, NothingNow()), io.BytesIO(), KEY, context=ALICE)


def test_a_source_that_fails_leaves_nothing_that_opens() -> None:
    target = io.BytesIO()
    with pytest.raises(OSError, match="unplugged"):
        seal(cast(BinaryIO, Unplugged(pattern(20 * PLAIN))), target, KEY, context=ALICE)
    assert len(target.getvalue()) > PLAIN
    with pytest.raises(Tampered):
        opened(target)


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(31), bytes(33)])
def test_keys_of_another_length_are_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sealed(b"Alice", key)
    with pytest.raises(ValueError, match="32 bytes"):
        opened(sealed(b"Alice"), key)


def test_a_reader_closes_its_file() -> None:
    file = sealed(b"Alice")
    with opened(file) as reader:
        assert reader.read_at(0, 5) == b"Alice"
    assert file.closed


class Trickle(io.BytesIO):
    """Gives at most 1,000 bytes at a time."""

    def readinto(self, buffer: Any) -> int:
        return super().readinto(buffer[:1000])


class Sips:
    """Takes at most 999 bytes at a time."""

    taken = b""

    def write(self, data: memoryview) -> int:
        self.taken += data[:999]
        return min(len(data), 999)


class OnlyRead:
    """Has no readinto, as some uploads have none."""

    def __init__(self, plaintext: bytes) -> None:
        self._file = io.BytesIO(plaintext)

    def read(self, count: int) -> bytes:
        return self._file.read(min(count, 5000))


class NothingNow:
    """A pipe nobody has written to yet."""

    def readinto(self, buffer: memoryview) -> None:
        return None


class Unplugged(io.BytesIO):
    """Fails in the middle."""

    def readinto(self, buffer: Any) -> int:
        if self.tell() > 17 * PLAIN:
            raise OSError("unplugged")
        return super().readinto(buffer)
