"""Send a signed message to another system, so that it can't be forged, replayed or turned against this network.

Signed is what Standard Webhooks signs: HMAC-SHA256 over id, timestamp and body. The id is the same on every attempt, so
that a receiver does a thing once; the timestamp is new, so that an old message is refused. The name is resolved once,
every address must be public, and the connection goes to the very address that was looked at; no redirect is followed,
nothing is taken from a proxy, and time and size of the answer are limited. Errors carry codes, never what was sent.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT_S: Final = 10.0
MOST_ANSWERED: Final = 64 * 1024
LONGEST_URL: Final = 500
TOLERANCE_S: Final = 300
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class WebhookFailed(Exception):
    """The message did not arrive, or was not taken. `again`: a later attempt may do."""

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class BadAddress(ValueError):
    """This is no address a message may go to; the sentence says why."""


@dataclass(frozen=True)
class Target:
    """Where a message goes: the name for TLS and the Host header, the address for the connection."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


@dataclass(frozen=True)
class Answer:
    """What the other system said: a status from 200 to 299, and at most 64 KiB."""

    status: int
    body: bytes


def sign(secret: bytes, *, event_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature `v1,<base64>` of a message."""
    signed = b".".join((event_id.encode(), str(timestamp).encode(), body))
    return f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"


def is_genuine(secret: bytes, headers: Mapping[str, str], body: bytes, *, now: int) -> bool:
    """Say whether a message was signed with the secret within five minutes: what a receiver does before anything else.

    The receiver also keeps the ids it has seen and does each once.
    """
    told = headers.get("webhook-timestamp", "")
    if not told.isascii() or not told.isdigit() or abs(now - int(told)) > TOLERANCE_S:
        return False
    wanted = sign(secret, event_id=headers.get("webhook-id", ""), timestamp=int(told), body=body)
    return any(hmac.compare_digest(wanted, each) for each in headers.get("webhook-signature", "").split())


def checked_url(url: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and path of a URL a message may go to, without resolving it. Raises BadAddress."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress(f"The address has at most {LONGEST_URL} plain characters and no blanks. Nothing was saved.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("This is no web address. Nothing was saved.") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise BadAddress("The address begins with https:// and names a host. Nothing was saved.")
    if parts.scheme == "http" and not allowed_networks():
        raise BadAddress("The address begins with https://: what is sent names a person. Nothing was saved.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadAddress("The address holds no user, password or #. Nothing was saved.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path


def resolve(url: str) -> Target:
    """Resolve a URL once and prove that every address of it is public, or allowed by the installation.

    Raises WebhookFailed: `address_refused` for an address inside a network, `not_resolved` when there is none.
    """
    try:
        scheme, host, port, path = checked_url(url)
    except BadAddress:
        raise WebhookFailed("address_refused", again=False) from None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise WebhookFailed("not_resolved", again=True) from None
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    parsed = [ipaddress.ip_address(each) for each in addresses]
    if not parsed or not all(may_reach(each, scheme) for each in parsed):
        raise WebhookFailed("address_refused", again=False)
    return Target(scheme, host, port, path, addresses[0])


def may_reach(address: Address, scheme: str = "https") -> bool:
    """Say whether a message may go to an address: a public one by https, or one the installation allows."""
    if any(address.version == network.version and address in network for network in allowed_networks()):
        return True
    return scheme == "https" and all(each.is_global and not each.is_multicast for each in _meant(address))


def allowed_networks() -> Sequence[Network]:
    """Return the networks inside which the installation allows receivers: none unless it says so."""
    return [ipaddress.ip_network(each) for each in settings.WEBHOOK_NETWORKS]


def _meant(address: Address) -> list[Address]:
    """Return the address and the one it stands for: an IPv4 address can hide in an IPv6 one in several ways."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    mapped = address.ipv4_mapped
    return [mapped] if mapped else [address, *(each for each in hidden if each)]


class _Http(http.client.HTTPConnection):
    """A connection to an address that was looked at before."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_S)
        self._target = target

    def connect(self) -> None:
        """Connect to the address, not to the name."""
        self.sock = socket.create_connection((self._target.address, self._target.port), TIMEOUT_S)


class _Https(_Http):
    def connect(self) -> None:
        """Connect to the address, and ask for the certificate of the name."""
        super().connect()
        context = ssl.create_default_context(cafile=settings.WEBHOOK_CA_FILE or None)
        self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)


def send(url: str, *, secret: bytes, event_id: str, timestamp: int, body: bytes) -> Answer:
    """Send a JSON message and return the answer. One attempt; raises WebhookFailed with a code that may be kept."""
    target = resolve(url)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Lethe",
        "Connection": "close",
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": sign(secret, event_id=event_id, timestamp=timestamp, body=body),
    }
    connection = (_Https if target.scheme == "https" else _Http)(target)
    # A receiver that sends a byte now and then never runs into the time limit of a single read.
    alarm = threading.Timer(TIMEOUT_S, _hang_up, [connection])
    alarm.start()
    try:
        connection.request("POST", target.path, body, headers)
        response = connection.getresponse()
        answered = response.read(MOST_ANSWERED + 1)
    except ssl.SSLCertVerificationError:
        raise WebhookFailed("certificate_refused", again=True) from None
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        raise WebhookFailed("not_reached", again=True) from None
    finally:
        alarm.cancel()
        connection.close()
    return _judged(response.status, answered)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _judged(status: int, answered: bytes) -> Answer:
    if 200 <= status < 300:
        if len(answered) > MOST_ANSWERED:
            raise WebhookFailed("answer_too_long", again=False)
        return Answer(status, answered)
    if 300 <= status < 400:
        raise WebhookFailed("redirected", again=False)
    again = status >= 500 or status in (408, 425, 429)
    raise WebhookFailed(f"answered_{status}"[:40], again=again)
