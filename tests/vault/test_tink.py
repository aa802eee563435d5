"""Tink is an independent judge of the format: it opens what the vault seals, and the vault opens what Tink seals."""

import io

import pytest
import tink
from hypothesis import given, settings
from hypothesis import strategies as st
from tink import secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from tests.vault.by_the_book import boundary_sizes, pattern, sealed_stream
from vault.errors import Tampered
from vault.segments import new_header
from vault.stream import SealedReader, seal
from vault.wrapping import new_key

ALICE = b"recording/alice"
streaming_aead.register()


def tinks(key: bytes) -> streaming_aead.StreamingAead:
    """Give Tink our key with the parameters FORMAT.md names."""
    parameters = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=65_536, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    value = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, params=parameters, key_value=key)
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
        value=value.SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    one = tink_pb2.Keyset.Key(key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW)
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[one]).SerializeToString()
    handle = tink.proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


def tink_seals(plaintext: bytes, key: bytes, context: bytes) -> bytes:
    kept = Kept()
    with tinks(key).new_encrypting_stream(kept, context) as stream:
        stream.write(plaintext)
    return b"\x01" + kept.bytes


def tink_opens(sealed: bytes, key: bytes, context: bytes) -> bytes:
    with tinks(key).new_decrypting_stream(io.BytesIO(sealed[1:]), context) as stream:
        return bytes(stream.read())


def vault_seals(plaintext: bytes, key: bytes, context: bytes) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(plaintext), target, key, context=context)
    return target.getvalue()


def vault_opens(sealed: bytes, key: bytes, context: bytes) -> bytes:
    reader = SealedReader(io.BytesIO(sealed), key, context=context)
    return reader.read_at(0, reader.size)


@pytest.mark.parametrize("size", boundary_sizes())
def test_each_opens_what_the_other_seals(size: int) -> None:
    key, plaintext = new_key(), pattern(size)
    from_vault, from_tink = vault_seals(plaintext, key, ALICE), tink_seals(plaintext, key, ALICE)
    assert len(from_vault) == len(from_tink)
    assert tink_opens(from_vault, key, ALICE) == plaintext
    assert vault_opens(from_tink, key, ALICE) == plaintext


@pytest.mark.parametrize("size", boundary_sizes())
def test_tink_opens_what_the_book_seals(size: int) -> None:
    key = new_key()
    assert tink_opens(sealed_stream(pattern(size), key, ALICE, new_header()), key, ALICE) == pattern(size)


@settings(max_examples=30, deadline=None)
@given(plaintext=st.binary(max_size=200), context=st.binary(max_size=100))
def test_any_context_means_the_same_to_both(plaintext: bytes, context: bytes) -> None:
    key = new_key()
    assert tink_opens(vault_seals(plaintext, key, context), key, context) == plaintext
    assert vault_opens(tink_seals(plaintext, key, context), key, context) == plaintext


def test_both_refuse_another_record_and_another_key() -> None:
    key = new_key()
    for other_key, other_context in ((key, b"recording/bob"), (new_key(), ALICE)):
        with pytest.raises(Tampered):
            vault_opens(tink_seals(b"Alice", key, ALICE), other_key, other_context)
        with pytest.raises(tink.TinkError):
            tink_opens(vault_seals(b"Alice", key, ALICE), other_key, other_context)


class Kept(io.BytesIO):
    """Keeps what was written, since Tink closes its target."""

    bytes = b""

    def close(self) -> None:
        self.bytes = self.getvalue() if not self.closed else self.bytes
        super().close()
