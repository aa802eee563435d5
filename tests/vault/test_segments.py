import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.by_the_book import boundary_sizes, parts, pattern
from vault.errors import Tampered
from vault.segments import MAX_SEGMENTS, PLAIN_BYTES, Layout, SegmentCipher, new_header
from vault.wrapping import new_key


@pytest.mark.parametrize("size", boundary_sizes())
def test_segments_lie_where_the_format_says(size: int) -> None:
    layout, cut = Layout(size), parts(pattern(size))
    assert layout.segments == len(cut)
    assert layout.file_bytes == 41 + size + 16 * len(cut)
    for index, part in enumerate(cut):
        assert layout.plain_start(index + 1) - layout.plain_start(index) == len(part)
        assert layout.sealed_start(index + 1) - layout.sealed_start(index) == len(part) + 16
    assert (layout.sealed_start(0), layout.sealed_start(len(cut))) == (41, layout.file_bytes)


@given(size=st.integers(0, 2**47), data=st.data())
def test_a_file_length_tells_its_layout_and_an_offset_its_segment(size: int, data: st.DataObject) -> None:
    layout = Layout(size)
    assert Layout.of_file(layout.file_bytes) == layout
    if size:
        offset = data.draw(st.integers(0, size - 1))
        index = layout.segment_at(offset)
        assert layout.plain_start(index) <= offset < layout.plain_start(index + 1)


def test_lengths_no_stream_has_are_refused() -> None:
    real = {Layout(size).file_bytes for size in range(3 * PLAIN_BYTES)}
    for length in range(max(real)):
        if length in real:
            assert Layout.of_file(length).file_bytes == length
        else:
            with pytest.raises(Tampered):
                Layout.of_file(length)
    assert 57 in real
    assert 56 not in real


def test_more_segments_than_a_nonce_can_count_are_refused() -> None:
    most = MAX_SEGMENTS * PLAIN_BYTES - 40
    assert Layout.of_file(Layout(most).file_bytes).segments == MAX_SEGMENTS
    with pytest.raises(Tampered):
        Layout.of_file(Layout(most + 1).file_bytes)


def test_no_header_comes_twice() -> None:
    headers = {new_header() for _ in range(100)}
    assert len(headers) == 100
    assert {(len(header), header[0]) for header in headers} == {(40, 40)}


def test_what_is_not_authentic_leaves_nothing_in_the_buffer() -> None:
    cipher = SegmentCipher(new_key(), new_header(), context=b"recording/alice")
    sealed, plain = memoryview(bytearray(16 + 5)), memoryview(bytearray(b"-----"))
    cipher.seal(0, True, memoryview(b"Alice"), sealed)
    with pytest.raises(Tampered):
        cipher.open(0, False, sealed, plain)
    assert bytes(plain) == bytes(5)
