"""The root key in a key-management service, against a stand-in on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vault.transit_server import TOKEN, Transit
from vault.errors import RootRefused, RootUnavailable, Tampered, UnsafeKeyDirectory, VaultError
from vault.key_directory import KeyDirectory
from vault.transit import TransitAddress, TransitRoot
from vault.wrapping import new_key


@pytest.fixture
def transit() -> Iterator[Transit]:
    server = Transit()
    yield server
    server.close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(f"{TOKEN}\n")
    return file


def root_at(transit: Transit, token_file: Path, more: str = "", key: str = "lethe") -> TransitRoot:
    url = f"vault+http://127.0.0.1:{transit.port}/transit/{key}?token_file={token_file}&timeout=0.5{more}"
    return TransitRoot(TransitAddress.parse(url))


@pytest.fixture
def root(transit, token_file) -> TransitRoot:
    return root_at(transit, token_file)


@pytest.fixture
def directory(root, tmp_path) -> KeyDirectory:
    return KeyDirectory.create(tmp_path / "keys", root)


def test_a_key_comes_back_and_only_in_its_place(root):
    key = new_key()
    wrapped = root.wrap(key, context=b"blocks/1.1")
    assert root.unwrap(wrapped, context=b"blocks/1.1") == key
    with pytest.raises(Tampered):
        root.unwrap(wrapped, context=b"blocks/2.1")
    with pytest.raises(Tampered):
        root.unwrap(wrapped[:-4] + b"AAAA", context=b"blocks/1.1")
    for other in (bytes(60), b"", b"vault:v\xff"):
        with pytest.raises(Tampered):
            root.unwrap(other, context=b"blocks/1.1")


def test_a_key_directory_without_a_root_file(directory, root, tmp_path):
    key, secret = directory.create_block_key(1, 1), directory.create_secret("index")
    assert not (tmp_path / "keys/root").exists()
    other = KeyDirectory(tmp_path / "keys", root)
    assert (other.block_key(1, 1), other.secret("index")) == (key, secret)
    with pytest.raises(UnsafeKeyDirectory):
        KeyDirectory(tmp_path / "keys")


def test_rotation_destroys_the_old_version_in_the_service(directory, root, transit, tmp_path):
    key = directory.create_block_key(1, 1)
    old = (tmp_path / "keys/blocks/1.1").read_bytes()
    assert directory.rotate_root() == 1
    assert list(transit.versions) == [2]
    assert KeyDirectory(tmp_path / "keys", root).block_key(1, 1) == key
    with pytest.raises(Tampered):
        root.unwrap(old, context=b"blocks/1.1")


@pytest.mark.parametrize("at", ["keys/lethe/config", "keys/lethe/trim", "encrypt/lethe"])
def test_an_interrupted_rotation_loses_nothing_and_is_completed(directory, root, transit, tmp_path, at, monkeypatch):
    keys = {number: directory.create_block_key(number, 1) for number in (1, 2)}
    real, died = transit.respond, []

    def respond(method, path, body, headers):
        if path.endswith(at) and not died:
            died.append(at)
            return 500, {"errors": ["down"]}
        return real(method, path, body, headers)

    monkeypatch.setattr(transit, "respond", respond)
    with pytest.raises(RootUnavailable):
        directory.rotate_root()
    other = KeyDirectory(tmp_path / "keys", root)
    assert {number: other.block_key(number, 1) for number in keys} == keys

    other.rotate_root()

    again = KeyDirectory(tmp_path / "keys", root)
    assert {number: again.block_key(number, 1) for number in keys} == keys
    assert list(transit.versions) == [transit.latest]


@pytest.mark.parametrize(("trouble", "error", "says"), [
    (503, RootUnavailable, "is not available .status 503"),
    (403, RootRefused, "the token may not"),
    (404, RootRefused, "no such engine or key"),
    (301, RootRefused, "301"),
    ("slow", RootUnavailable, "no answer in time"),
    ("hang up", RootUnavailable, "can't be reached"),
    ("garbage", RootRefused, "something else than JSON"),
    ({}, RootRefused, "without a ciphertext"),
    ({"ciphertext": "vault:v1:é"}, RootRefused, "without a ciphertext"),
    ({"ciphertext": "vault:v1:AA==", "plaintext": "A"}, RootRefused, "without a key"),
    ({"ciphertext": "vault:v1:AA==", "plaintext": "é"}, RootRefused, "without a key"),
])  # fmt: skip
def test_trouble_is_named_with_the_service_and_never_the_token(transit, token_file, tmp_path, trouble, error, says):
    transit.trouble = trouble
    with pytest.raises(error, match=says) as raised:
        KeyDirectory.create(tmp_path / "keys", root_at(transit, token_file))
    assert f"127.0.0.1:{transit.port}/transit/lethe" in str(raised.value)
    assert TOKEN not in f"{raised.value!r}{raised.value}"


def test_a_service_that_is_not_there(transit, root):
    transit.close()
    with pytest.raises(RootUnavailable, match=r"can't be reached \(Connection refused"):
        root.prove()


def test_a_wrong_token_and_a_wrong_key(transit, token_file):
    with pytest.raises(RootRefused, match="404"):
        root_at(transit, token_file, key="other").prove()
    token_file.write_text("wrong")
    with pytest.raises(RootRefused, match="403"):
        root_at(transit, token_file).prove()


@pytest.mark.parametrize("url", [
    "", "vault+https://host", "vault+https://host/root", "https://host/transit/root", "vault+http://kms.internal/t/root",
    "vault+https://host/t/root?token_file=/nowhere", "vault+https://host/t/root?timeout=0",
    "vault+https://host/t/root?timeout=soon", "vault+https://host/t/root?timeout=600",
])  # fmt: skip
def test_a_bad_address_is_refused_with_a_sentence(url, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    with pytest.raises(RootRefused) as raised:
        TransitAddress.parse(url)
    assert TOKEN not in str(raised.value)


def test_the_token_is_private_and_stays_out_of_repr(token_file, monkeypatch):
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    with pytest.raises(RootRefused, match="no token"):
        TransitAddress.parse("vault+https://host/t/root")
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    address = TransitAddress.parse("vault+https://host/a/b/root?namespace=team&ca_file=/ca.pem")
    assert (address.mount, address.name, address.port, address.token) == ("a/b", "root", 8200, TOKEN)
    assert TOKEN not in repr(address) + str(address)
    token_file.chmod(0o644)
    with pytest.raises(VaultError, match="is not private"):
        TransitAddress.parse(f"vault+https://host/t/root?token_file={token_file}")


def test_certificates_that_can_not_be_read(monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    address = TransitAddress.parse("vault+https://127.0.0.1:1/t/root?ca_file=/nowhere.pem")
    with pytest.raises(RootRefused, match=r"/nowhere\.pem"):
        TransitRoot(address).prove()
