"""Signed messages against a real server, a rude one, and addresses nobody may reach."""

import ipaddress
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jobs import webhooks
from jobs.webhooks import BadAddress, WebhookFailed, checked_url, is_genuine, may_reach, resolve, send, sign

SECRET, BODY = b"s" * 32, json.dumps({"task": "1"}).encode()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.server.answer(self)

    def log_message(self, *args):
        """Stay quiet."""


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.got, server.answer = [], lambda each: reply(each, 200, b"{}")
    server.url = f"http://127.0.0.1:{server.server_port}/hook?x=1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def reply(handler, status, body=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def post(url, *, timestamp=None):
    return send(url, secret=SECRET, event_id="evt-1", timestamp=timestamp or int(time.time()), body=BODY)


def test_a_message_arrives_signed(receiver):
    assert post(receiver.url).status == 200
    ((headers, body),) = receiver.got
    assert body == BODY
    assert headers["webhook-id"] == "evt-1"
    assert is_genuine(SECRET, headers, body, now=int(time.time()))


@pytest.mark.parametrize(
    ("change", "now"),
    [({"webhook-id": "evt-2"}, 1_000), ({"webhook-timestamp": "1001"}, 1_000), ({}, 1_301), ({}, 699),
     ({"webhook-timestamp": "abc"}, 1_000), ({"webhook-signature": ""}, 1_000)],
)  # fmt: skip
def test_what_was_changed_or_is_old_is_not_genuine(change, now):
    headers = {"webhook-id": "evt-1", "webhook-timestamp": "1000"}
    headers["webhook-signature"] = sign(SECRET, event_id="evt-1", timestamp=1_000, body=BODY)
    assert is_genuine(SECRET, headers, BODY, now=1_000)
    assert not is_genuine(SECRET, {**headers, **change}, BODY, now=now)
    assert not is_genuine(b"t" * 32, headers, BODY, now=1_000)
    assert not is_genuine(SECRET, headers, BODY + b" ", now=1_000)


def test_the_signature_is_that_of_standard_webhooks():
    """The example of the specification's own libraries."""
    import base64

    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = sign(secret, event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [(500, "answered_500", True), (503, "answered_503", True), (429, "answered_429", True),
     (400, "answered_400", False), (410, "answered_410", False)],
)  # fmt: skip
def test_what_is_tried_again_and_what_not(receiver, status, code, again):
    receiver.answer = lambda each: reply(each, status)
    with pytest.raises(WebhookFailed) as failed:
        post(receiver.url)
    assert (failed.value.code, failed.value.again) == (code, again)


def test_no_redirect_is_followed(receiver):
    receiver.answer = lambda each: reply(each, 302, Location=receiver.url)
    with pytest.raises(WebhookFailed, match="redirected"):
        post(receiver.url)
    assert len(receiver.got) == 1


def test_an_endless_answer_is_cut(receiver):
    receiver.answer = lambda each: reply(each, 200, b"x" * (webhooks.MOST_ANSWERED + 1))
    with pytest.raises(WebhookFailed, match="answer_too_long"):
        post(receiver.url)


def test_an_answer_that_drips_is_hung_up_on(receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.5)

    def drip(handler):
        for _ in range(40):
            handler.wfile.write(b"H")
            handler.wfile.flush()
            time.sleep(0.1)

    receiver.answer = drip
    started = time.monotonic()
    with pytest.raises(WebhookFailed, match="not_reached"):
        post(receiver.url)
    assert time.monotonic() - started < 2


def test_nobody_there(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.1/32"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(WebhookFailed) as failed:
            post(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert (failed.value.code, failed.value.again) == ("not_reached", True)


INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.7", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:7f00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused(address):
    assert not may_reach(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1"])
def test_public_addresses_are_reached_by_https_alone(address):
    assert may_reach(ipaddress.ip_address(address))
    assert not may_reach(ipaddress.ip_address(address), "http")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "169.254.169.254"])
def test_names_of_inside_addresses_are_refused_before_anything_is_sent(receiver, settings, host):
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(WebhookFailed, match=r"address_refused|not_resolved"):
        post(f"https://{host}:{receiver.server_port}/")
    assert receiver.got == []


def test_one_bad_address_among_good_ones_is_enough(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(WebhookFailed, match="address_refused"):
        resolve("https://example.com/")


def test_the_name_is_resolved_once_and_the_connection_goes_to_that_address(receiver, monkeypatch):
    """Whoever answers the second question differently (rebinding) is not asked again."""
    asked, real = [], socket.getaddrinfo

    def getaddrinfo(host, *args, **options):
        if host != "rebinding.test":
            return real(host, *args, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert post(receiver.url.replace("127.0.0.1", "rebinding.test")).status == 200
    assert asked == ["rebinding.test"]
    assert receiver.got[0][0]["host"].startswith("rebinding.test")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.com/", "https://", "https://user:pw@example.com/", "https://example.com/#x", "file:///etc/passwd",
     "http://example.com/", "https://exa mple.com/", "https://example.com:99999/", "https://" + "x" * 600],
)  # fmt: skip
def test_what_is_no_address_for_messages(url):
    with pytest.raises(BadAddress, match="Nothing was saved"):
        checked_url(url)


def test_a_certificate_nobody_trusts_is_refused(receiver, settings, tmp_path):
    import ssl
    import subprocess

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8", "::1/128"]
    url = receiver.url.replace("http://127.0.0.1", "https://localhost")
    with pytest.raises(WebhookFailed, match=r"certificate_refused|not_reached"):
        post(url)
    settings.WEBHOOK_CA_FILE = str(certificate)
    assert post(url).status == 200
