from uuid import UUID

import pytest

from accounts.typed import id_in, number_in

ALICE = UUID("0190a6c0-0000-7000-8000-00000000a11c")


def test_an_id_is_read_however_it_was_copied() -> None:
    assert {id_in(text) for text in (str(ALICE), ALICE.hex, f" {str(ALICE).upper()}\n")} == {ALICE}


@pytest.mark.parametrize("text", ["", "Alice", str(ALICE)[:-1], "\0" * 32, "²" * 32])
def test_what_is_no_id_is_none(text: str) -> None:
    assert id_in(text) is None


def test_a_number_is_read_up_to_so_many_digits() -> None:
    assert [number_in(text, digits=3) for text in ("0", "007", "999", "1000")] == [0, 7, 999, None]


@pytest.mark.parametrize("text", ["", " ", "-1", "+1", "1.0", "1_0", "²", "٣", "1\n"])
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert number_in(text, digits=9) is None
