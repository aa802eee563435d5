import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import Tampered
from vault.wrapping import new_key, open_value, seal_value, unwrap, wrap

ALICE, BOB = b"customers.identifier/alice/value", b"customers.identifier/bob/value"


@given(plaintext=st.binary(max_size=2000), context=st.binary(max_size=100))
def test_a_value_comes_back(plaintext: bytes, context: bytes) -> None:
    key = new_key()
    sealed = seal_value(key, plaintext, context=context)
    assert len(sealed) == len(plaintext) + 29
    assert open_value(key, sealed, context=context) == plaintext


def test_a_key_comes_back_in_60_bytes() -> None:
    kek, key = new_key(), new_key()
    wrapped = wrap(kek, key, context=ALICE)
    assert len(wrapped) == 60
    assert unwrap(kek, wrapped, context=ALICE) == key


def test_the_same_value_never_looks_the_same_twice() -> None:
    key = new_key()
    assert len({seal_value(key, b"Alice", context=ALICE) for _ in range(50)}) == 50


def test_another_record_is_refused() -> None:
    key = new_key()
    with pytest.raises(Tampered):
        open_value(key, seal_value(key, b"Alice", context=ALICE), context=BOB)
    with pytest.raises(Tampered):
        unwrap(key, wrap(key, new_key(), context=ALICE), context=BOB)


def test_another_key_is_refused() -> None:
    with pytest.raises(Tampered):
        open_value(new_key(), seal_value(new_key(), b"Alice", context=ALICE), context=ALICE)
    with pytest.raises(Tampered):
        unwrap(new_key(), wrap(new_key(), new_key(), context=ALICE), context=ALICE)


def test_every_flipped_bit_is_refused() -> None:
    key = new_key()
    sealed, wrapped = seal_value(key, b"Alice", context=ALICE), wrap(key, new_key(), context=ALICE)
    for place in range(len(sealed) * 8):
        with pytest.raises(Tampered):
            open_value(key, flipped(sealed, place), context=ALICE)
    for place in range(len(wrapped) * 8):
        with pytest.raises(Tampered):
            unwrap(key, flipped(wrapped, place), context=ALICE)


def test_every_other_length_is_refused() -> None:
    key = new_key()
    sealed, wrapped = seal_value(key, b"Alice", context=ALICE), wrap(key, new_key(), context=ALICE)
    for length in range(len(sealed)):
        with pytest.raises(Tampered):
            open_value(key, sealed[:length], context=ALICE)
    for other in [*(wrapped[:length] for length in range(60)), wrapped + b"\x00"]:
        with pytest.raises(Tampered):
            unwrap(key, other, context=ALICE)


def test_a_wrapped_key_is_no_value_and_a_value_no_key() -> None:
    key = new_key()
    with pytest.raises(Tampered):
        open_value(key, b"\x01" + wrap(key, new_key(), context=ALICE), context=ALICE)
    with pytest.raises(Tampered):
        unwrap(key, seal_value(key, new_key(), context=ALICE)[1:], context=ALICE)


def test_a_shorter_key_is_refused_even_from_somebody_who_has_the_key() -> None:
    kek, nonce = new_key(), bytes(12)
    with pytest.raises(Tampered, match="60 bytes"):
        unwrap(kek, nonce + AESGCM(kek).encrypt(nonce, bytes(16), ALICE), context=ALICE)


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_keys_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal_value(bytes(length), b"Alice", context=ALICE)
    with pytest.raises(ValueError, match="32 bytes"):
        wrap(new_key(), bytes(length), context=ALICE)
    with pytest.raises(ValueError, match="32 bytes"):
        wrap(bytes(length), new_key(), context=ALICE)


def flipped(sealed: bytes, place: int) -> bytes:
    return sealed[: place // 8] + bytes([sealed[place // 8] ^ 1 << place % 8]) + sealed[place // 8 + 1 :]
