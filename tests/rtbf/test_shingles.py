"""Fingerprints of texts find a copy however it is written down, and nothing without the key."""

import os

from hypothesis import given
from hypothesis import strategies as st

from rtbf.residue.shingles import Samples, fingerprints, sample

KEY, OTHER = b"k" * 32, b"o" * 32
TEXT = (
    "I was told on Monday that the invoice for the second boiler would be sent again, but nobody ever sent it and "
    "now my neighbour asks me every single day whether the heating in the cellar will run before the first snow"
)
OURS = Samples.of(KEY, [sample(TEXT, KEY)])


def test_a_copy_is_found_whole_in_other_case_spacing_and_encoding():
    for copy in (
        TEXT.encode(),
        TEXT.upper().replace(" ", "\n  ").encode(),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-32-be"),
    ):
        assert OURS.most_in(b"\x01\x02" + copy + b"\x03") == (6, 6)


def test_half_a_copy_is_found_by_half():
    many, whole = OURS.most_in(TEXT[: len(TEXT) // 2].encode())
    assert (2 <= many <= 4, whole) == (True, 6)


def test_nothing_is_found_in_other_words_in_noise_or_under_another_key():
    assert OURS.most_in(" ".join(reversed(TEXT.split())).encode()) == (0, 0)
    assert OURS.most_in(os.urandom(1 << 18)) == (0, 0)
    assert Samples.of(OTHER, [sample(TEXT, KEY)]).most_in(TEXT.encode()) == (0, 0)


@given(st.lists(st.text("abcé09", min_size=1, max_size=9), max_size=40))
def test_rolled_on_a_fingerprint_is_what_its_eight_words_alone_give(words):
    whole = list(fingerprints(" ".join(words).encode().ljust(400), KEY))
    assert len(whole) == max(0, len(words) - 7)
    alone = [list(fingerprints(" ".join(words[at : at + 8]).encode().ljust(400), KEY)) for at in range(len(whole))]
    assert alone == [[each] for each in whole]
