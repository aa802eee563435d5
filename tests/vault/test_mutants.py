"""Whatever is done to a sealed file, its reader refuses: on open if the end is touched, else when it gets there."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault.by_the_book import FIRST, PLAIN, boundary_sizes, parts, pattern, sealed_segments
from vault.errors import Tampered
from vault.segments import PREAMBLE_BYTES, SEGMENT_BYTES, Layout
from vault.stream import SealedReader, seal
from vault.wrapping import new_key

ALICE, BOB = b"recording/alice", b"recording/bob"
KEY = new_key()
SEGMENTS = 5
PLAINTEXT = pattern(FIRST + (SEGMENTS - 2) * PLAIN + 1000)


def sealed(plaintext: bytes, *, key: bytes = KEY, context: bytes = ALICE) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(plaintext), target, key, context=context)
    return target.getvalue()


def read(file: bytes, *, key: bytes = KEY, context: bytes = ALICE) -> bytes:
    reader = SealedReader(io.BytesIO(file), key, context=context)
    return reader.read_at(0, reader.size)


def opened(file: bytes) -> SealedReader:
    return SealedReader(io.BytesIO(file), KEY, context=ALICE)


def segments(file: bytes) -> tuple[bytes, list[bytes]]:
    """Cut a sealed file into what stands before its segments, and its segments."""
    ends = [1 + number * SEGMENT_BYTES for number in range(1, SEGMENTS)]
    cuts = [PREAMBLE_BYTES, *ends, len(file)]
    return file[:PREAMBLE_BYTES], [file[start:end] for start, end in itertools.pairwise(cuts)]


SEALED = sealed(PLAINTEXT)
PREAMBLE, PIECES = segments(SEALED)


def test_the_file_the_mutants_are_made_of_is_sound() -> None:
    assert len(PIECES) == SEGMENTS
    assert PREAMBLE + b"".join(PIECES) == SEALED
    assert read(SEALED) == PLAINTEXT


def boundaries() -> list[int]:
    """Each length at which something ends (version, header, tags, segments), and one before and after it."""
    layout = Layout(len(PLAINTEXT))
    edges = [0, 1, 2, 33, PREAMBLE_BYTES, PREAMBLE_BYTES + 16]
    for index in range(1, SEGMENTS + 1):
        edges += [layout.sealed_start(index) - 16, layout.sealed_start(index), layout.sealed_start(index) + 16]
    near = {edge + step for edge in edges for step in (-1, 0, 1)}
    return sorted(length for length in near if 0 <= length < len(SEALED))


@pytest.mark.parametrize("length", boundaries())
def test_a_file_cut_at_any_boundary_does_not_open(length: int) -> None:
    with pytest.raises(Tampered):
        opened(SEALED[:length])


@settings(max_examples=200, deadline=None)
@given(length=st.integers(0, len(SEALED) - 1))
def test_a_file_cut_anywhere_does_not_open(length: int) -> None:
    with pytest.raises(Tampered):
        opened(SEALED[:length])


@pytest.mark.parametrize("size", boundary_sizes())
def test_a_file_that_ends_at_or_near_a_boundary_cannot_be_cut_or_extended_by_one(size: int) -> None:
    file = sealed(pattern(size))
    for mutant in (file[:-1], file + b"\x00", file[:-16], file + bytes(16)):
        with pytest.raises(Tampered):
            opened(mutant)


@pytest.mark.parametrize(
    "extra",
    [b"\x00", bytes(15), bytes(16), bytes(17), bytes(SEGMENT_BYTES), PIECES[-1], PIECES[1], SEALED],
    ids=[
        "a byte",
        "15",
        "a tag",
        "a tag and a byte",
        "a segment",
        "the last segment",
        "a segment of its own",
        "itself",
    ],
)
def test_an_extended_file_does_not_open(extra: bytes) -> None:
    with pytest.raises(Tampered):
        opened(SEALED + extra)


@pytest.mark.parametrize("size", [FIRST, FIRST + PLAIN])
def test_an_empty_last_segment_is_refused_even_from_somebody_who_has_the_key(size: int) -> None:
    header = sealed(b"")[1:41]
    forged = sealed_segments([*parts(pattern(size)), b""], KEY, ALICE, header)
    with pytest.raises(Tampered, match="no sealed stream"):
        opened(b"\x01" + header + b"".join(forged))


@pytest.mark.parametrize("gone", range(SEGMENTS))
def test_a_file_without_one_of_its_segments_is_refused(gone: int) -> None:
    with pytest.raises(Tampered):
        read(PREAMBLE + b"".join(PIECES[:gone] + PIECES[gone + 1 :]))


@pytest.mark.parametrize("twice", range(SEGMENTS))
def test_a_file_with_a_segment_twice_is_refused(twice: int) -> None:
    with pytest.raises(Tampered):
        read(PREAMBLE + b"".join(PIECES[: twice + 1] + PIECES[twice:]))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (1, 3), (2, 3), (0, 1), (0, 4), (3, 4)])
def test_swapped_segments_are_refused(one: int, other: int) -> None:
    pieces = list(PIECES)
    pieces[one], pieces[other] = pieces[other], pieces[one]
    with pytest.raises(Tampered):
        read(PREAMBLE + b"".join(pieces))


def test_a_swap_in_the_middle_opens_but_its_segments_do_not_and_the_others_do() -> None:
    reader = opened(PREAMBLE + b"".join([PIECES[0], PIECES[2], PIECES[1], *PIECES[3:]]))
    assert reader.read_at(0, FIRST) == PLAINTEXT[:FIRST]
    with pytest.raises(Tampered):
        reader.read_at(FIRST - 1, 2)
    with pytest.raises(Tampered):
        reader.read_at(FIRST + PLAIN, 1)
    assert reader.read_at(FIRST + 2 * PLAIN, 50) == PLAINTEXT[FIRST + 2 * PLAIN :][:50]


@pytest.mark.parametrize("index", range(SEGMENTS))
def test_a_segment_of_another_file_under_the_same_key_and_record_is_refused(index: int) -> None:
    pieces = list(PIECES)
    pieces[index] = segments(sealed(PLAINTEXT))[1][index]
    with pytest.raises(Tampered):
        read(PREAMBLE + b"".join(pieces))


def test_another_record_does_not_open() -> None:
    for context in (BOB, b"", ALICE + b"\x00", ALICE[:-1]):
        with pytest.raises(Tampered):
            SealedReader(io.BytesIO(SEALED), KEY, context=context)


def test_another_key_does_not_open() -> None:
    for key in (new_key(), bytes(32), KEY[::-1]):
        with pytest.raises(Tampered):
            SealedReader(io.BytesIO(SEALED), key, context=ALICE)


@pytest.mark.parametrize("version", [0, 2, 40, 255])
def test_another_version_does_not_open(version: int) -> None:
    with pytest.raises(Tampered, match="version 1"):
        opened(bytes([version]) + SEALED[1:])


@pytest.mark.parametrize("length", [0, 24, 39, 41, 255])
def test_another_header_length_does_not_open(length: int) -> None:
    with pytest.raises(Tampered, match="header"):
        opened(SEALED[:1] + bytes([length]) + SEALED[2:])


@pytest.mark.parametrize("file", [b"", b"\x01", SEALED[:41], sealed(b"")[:56]], ids=["0", "1", "41", "56"])
def test_a_file_without_a_segment_does_not_open(file: bytes) -> None:
    with pytest.raises(Tampered):
        opened(file)


def test_an_empty_plaintext_is_bound_to_key_and_record_too() -> None:
    assert read(sealed(b"")) == b""
    with pytest.raises(Tampered):
        read(sealed(b""), key=new_key())
    with pytest.raises(Tampered):
        read(sealed(b""), context=BOB)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(SEALED) * 8 - 1))
def test_any_flipped_bit_is_refused(place: int) -> None:
    file = bytearray(SEALED)
    file[place // 8] ^= 1 << place % 8
    with pytest.raises(Tampered):
        read(bytes(file))


def test_every_flipped_bit_of_a_short_file_is_refused() -> None:
    file = sealed(b"Alice")
    for place in range(len(file) * 8):
        mutant = bytearray(file)
        mutant[place // 8] ^= 1 << place % 8
        with pytest.raises(Tampered):
            read(bytes(mutant))


def test_a_file_cut_after_it_was_opened_is_refused() -> None:
    file = io.BytesIO(SEALED)
    reader = SealedReader(file, KEY, context=ALICE)
    file.truncate(len(SEALED) - SEGMENT_BYTES)
    with pytest.raises(Tampered, match="shorter"):
        reader.read_at(0, reader.size)


def test_a_refused_segment_leaves_nothing_in_the_buffer() -> None:
    file = bytearray(SEALED)
    file[PREAMBLE_BYTES + 5] ^= 1
    buffer = bytearray(b"." * len(PLAINTEXT))
    with pytest.raises(Tampered):
        opened(bytes(file)).readinto_at(0, buffer)
    assert not any(buffer[:FIRST])
    assert set(buffer[FIRST:]) == {ord(".")}
