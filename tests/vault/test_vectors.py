"""The formats are pinned: what was written yesterday opens, and what is written today is the same."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.vault.by_the_book import pattern
from vault import stream, wrapping

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "vault.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["streams"], ids=lambda vector: f"{vector['size']} bytes")
def test_a_stream_is_sealed_to_the_same_bytes_and_opens(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, context = bytes.fromhex(vector["key"]), vector["context"].encode()
    monkeypatch.setattr(stream, "new_header", lambda: bytes.fromhex(vector["header"]))
    sealed = io.BytesIO()
    stream.seal(io.BytesIO(pattern(vector["size"])), sealed, key, context=context)
    assert len(sealed.getvalue()) == vector["sealed_size"]
    assert hashlib.sha256(sealed.getvalue()).hexdigest() == vector["sealed_sha256"]
    assert sealed.getvalue().hex() == vector.get("sealed", sealed.getvalue().hex())
    reader = stream.SealedReader(sealed, key, context=context)
    assert reader.read_at(0, reader.size) == pattern(vector["size"])


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda vector: vector["plaintext"])
def test_a_value_is_sealed_to_the_same_bytes_and_opens(vector: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    key, context = bytes.fromhex(vector["key"]), vector["context"].encode()
    sealed, plaintext = bytes.fromhex(vector["sealed"]), vector["plaintext"].encode()
    assert wrapping.open_value(key, sealed, context=context) == plaintext
    monkeypatch.setattr("os.urandom", lambda count: bytes.fromhex(vector["nonce"]))
    assert wrapping.seal_value(key, plaintext, context=context) == sealed


@pytest.mark.parametrize("vector", VECTORS["wrapped_keys"], ids=lambda vector: vector["context"])
def test_a_key_is_wrapped_to_the_same_bytes_and_opens(vector: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    kek, key, context = bytes.fromhex(vector["kek"]), bytes.fromhex(vector["key"]), vector["context"].encode()
    assert wrapping.unwrap(kek, bytes.fromhex(vector["wrapped"]), context=context) == key
    monkeypatch.setattr("os.urandom", lambda count: bytes.fromhex(vector["nonce"]))
    assert wrapping.wrap(kek, key, context=context).hex() == vector["wrapped"]
