"""A root key that never leaves a key-management service: HashiCorp Vault's Transit engine, by its HTTP interface.

Wrapped keys are Transit's own ciphertexts, with the key's place as associated data, so that a file in another place
does not open. Rotating makes a new version; when everything is wrapped by it the older versions are trimmed, which
destroys them in the service. Every call has a time limit, follows no redirect and says in its error what it was about.
Source: https://developer.hashicorp.com/vault/api-docs/secret/transit
"""

import base64
import http.client
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from vault import private_files
from vault.errors import RootRefused, RootUnavailable, Tampered
from vault.wrapping import KEY_BYTES

TIMEOUT_S = 5.0
LONGEST_ANSWER = 1 << 20
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class TransitAddress:
    """Where a Transit key is: `https://host:port`, the engine's mount, the key's name, and how to sign in."""

    scheme: str
    host: str
    port: int
    mount: str
    name: str
    token: str = field(repr=False)
    timeout_s: float = TIMEOUT_S
    namespace: str = ""
    ca_file: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `vault+https://host:8200/transit/lethe-root?token_file=/path&timeout=5&namespace=…&ca_file=/path`.

        The token is the content of `token_file` (0600), or the environment's VAULT_TOKEN. Plain http is for this
        machine alone. Raises RootRefused naming what is wrong.
        """
        parts = urlsplit(url)
        scheme = parts.scheme.removeprefix("vault+")
        mount, _, name = unquote(parts.path).strip("/").rpartition("/")
        if parts.scheme not in ("vault+https", "vault+http") or not parts.hostname or not mount or not name:
            raise RootRefused("the root key's address is vault+https://host:8200/MOUNT/KEY?token_file=/path")
        if scheme == "http" and parts.hostname not in LOOPBACK:
            raise RootRefused(f"the root key's address names {parts.hostname} without TLS; use vault+https://")
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        return cls(
            scheme, parts.hostname, parts.port or 8200, mount, name, _token(query.get("token_file", "")),
            _seconds(query.get("timeout", "")), query.get("namespace", ""), query.get("ca_file", ""),
        )  # fmt: skip

    def __str__(self) -> str:
        """Name the key for people, without the token."""
        return f"{self.scheme}://{self.host}:{self.port}/{self.mount}/{self.name}"


def _seconds(text: str) -> float:
    try:
        seconds = float(text) if text else TIMEOUT_S
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 60:
        raise RootRefused("the root key's timeout is a number of seconds above 0 and at most 60")
    return seconds


def _token(file: str) -> str:
    if not file:
        token = os.environ.get("VAULT_TOKEN", "")
    else:
        try:
            token = private_files.read(Path(file)).decode("ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            raise RootRefused(f"the token file {file} of the root key is missing or no text") from None
    if not token or not token.isprintable():
        raise RootRefused("there is no token for the root key: name a token_file, or set VAULT_TOKEN")
    return token


class TransitRoot:
    """The root key in Transit; may be shared between threads, since each call has a connection of its own."""

    def __init__(self, address: TransitAddress) -> None:
        """Take the address; nothing is asked yet."""
        self._address = address

    def prove(self) -> None:
        """Raise RootUnavailable or RootRefused unless the key is there and a key can be wrapped and unwrapped."""
        probe = bytes(KEY_BYTES)
        if self.unwrap(self.wrap(probe, context=b"probe"), context=b"probe") != probe:
            raise RootRefused(f"the root key at {self._address} does not give back what it was given")

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Seal a 32-byte key under the newest version. Raises RootUnavailable, RootRefused."""
        answer = self._post("encrypt", {"plaintext": _b64(key), "associated_data": _b64(context)})
        ciphertext = answer.get("ciphertext")
        if not isinstance(ciphertext, str) or not (ciphertext.startswith("vault:v") and ciphertext.isascii()):
            raise RootRefused(f"the root key at {self._address} answered without a ciphertext")
        return ciphertext.encode("ascii")

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Return the key sealed under any version that is left; raise Tampered if none opens it."""
        if not wrapped.startswith(b"vault:v") or not wrapped.isascii():
            raise Tampered("it was not wrapped by this root key")
        asked = {"ciphertext": wrapped.decode("ascii"), "associated_data": _b64(context)}
        answer = self._post("decrypt", asked, opening=True)
        try:
            key = base64.b64decode(str(answer.get("plaintext", "")), validate=True)
        except ValueError:
            raise RootRefused(f"the root key at {self._address} answered without a key") from None
        if len(key) != KEY_BYTES:
            raise Tampered("what it holds is no key of 32 bytes")
        return key

    def begin_rotation(self) -> None:
        """Make a new version, or find the one that an interrupted rotation made."""
        latest, oldest = self._versions()
        if latest == oldest:
            self._call("POST", f"keys/{self._key}/rotate", {})

    def finish_rotation(self) -> None:
        """Destroy every version but the newest in the service; whatever they wrapped is dead."""
        latest, _ = self._versions()
        least = {"min_decryption_version": latest, "min_encryption_version": latest}
        self._call("POST", f"keys/{self._key}/config", least)
        self._call("POST", f"keys/{self._key}/trim", {"min_available_version": latest})

    @property
    def _key(self) -> str:
        return quote(self._address.name, safe="")

    def _versions(self) -> tuple[int, int]:
        """Return the newest version and the oldest that still opens anything."""
        told = self._call("GET", f"keys/{self._key}", None)
        try:
            return int(told["latest_version"]), int(told["min_decryption_version"])
        except (KeyError, TypeError, ValueError):
            raise RootRefused(f"the root key at {self._address} does not tell its versions") from None

    def _post(self, verb: str, body: Mapping[str, Any], *, opening: bool = False) -> dict[str, Any]:
        return self._call("POST", f"{verb}/{self._key}", body, opening=opening)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, *, opening: bool = False) -> dict[str, Any]:
        status, told = self._exchange(method, path, body)
        if status == 400 and opening:
            # Transit answers so to what it can't open: changed, in another place, or under a version that is gone.
            raise Tampered("no version of the root key that is left opens it")
        if status >= 500:
            raise RootUnavailable(f"the root key at {self._address} is not available (status {status}, sealed or down)")
        if not 200 <= status < 300:
            raise RootRefused(f"the root key at {self._address} refused {method} {path} ({_meaning(status)})")
        data = told.get("data")
        return data if isinstance(data, dict) else {}

    def _exchange(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, dict[str, Any]]:
        headers = {"X-Vault-Token": self._address.token, "X-Vault-Request": "true", "Content-Type": "application/json"}
        if self._address.namespace:
            headers["X-Vault-Namespace"] = self._address.namespace
        connection = self._connection()
        try:
            target = f"/v1/{quote(self._address.mount)}/{path}"
            connection.request(method, target, body=None if body is None else json.dumps(body), headers=headers)
            answer = connection.getresponse()
            content = answer.read(LONGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as problem:
            raise RootUnavailable(f"the root key at {self._address} can't be reached ({_reason(problem)})") from None
        finally:
            connection.close()
        return answer.status, self._parsed(answer.status, content)

    def _connection(self) -> http.client.HTTPConnection:
        address = self._address
        if address.scheme == "http":
            return http.client.HTTPConnection(address.host, address.port, timeout=address.timeout_s)
        try:
            trust = ssl.create_default_context(cafile=address.ca_file or None)
        except OSError:
            raise RootRefused(f"the file {address.ca_file} with the root key's certificates can't be read") from None
        return http.client.HTTPSConnection(address.host, address.port, timeout=address.timeout_s, context=trust)

    def _parsed(self, status: int, content: bytes) -> dict[str, Any]:
        if not 200 <= status < 300 or not content:
            return {}
        try:
            told = json.loads(content) if len(content) <= LONGEST_ANSWER else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise RootRefused(f"the root key at {self._address} answered with something else than JSON")
        return told


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _meaning(status: int) -> str:
    known = {403: "403: the token may not, or has expired", 404: "404: there is no such engine or key"}
    return known.get(status, str(status))


def _reason(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    text = getattr(problem, "strerror", "") or type(problem).__name__
    return str(text)
