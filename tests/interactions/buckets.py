"""A stand-in for S3 on this machine's own address: lists, gives, tells of and deletes objects, and checks who asks."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY = "AKIATEST"


@dataclass
class Objects:
    """The objects of one bucket, and what was asked. `refuses`: answer 403 to everything; `page`: keys a page.

    `stuck`: keys that are not deleted with others.
    """

    port: int = 0
    held: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refuses: bool = False
    page: int = 2
    stuck: set[str] = field(default_factory=set)

    @property
    def options(self) -> dict[str, object]:
        return {
            "bucket": "calls", "prefix": "", "access_key": KEY, "secret_key": "hidden", "region": None,
            "endpoint": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


class Handler(BaseHTTPRequestHandler):
    """Answers for the objects its server has."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_DELETE(self) -> None:
        self.server.objects.asked.append(f"DELETE {self.key}")
        self.server.objects.held.pop(self.key, None)
        self.say(204, b"")

    def do_POST(self) -> None:
        """Delete many objects in one request, and say which were not."""
        objects = self.server.objects
        wanted = re.findall("<Key>(.*?)</Key>", self.rfile.read(int(self.headers["Content-Length"])).decode())
        objects.asked.append(f"POST {len(wanted)}")
        if objects.refuses:
            self.say(403, b"<Error><Code>AccessDenied</Code></Error>")
            return
        for key in set(wanted) - objects.stuck:
            objects.held.pop(key, None)
        failed = [
            f"<Error><Key>{key}</Key><Code>InternalError</Code></Error>" for key in wanted if key in objects.stuck
        ]
        self.say(200, f"<?xml version='1.0'?><DeleteResult>{''.join(failed)}</DeleteResult>".encode())

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/calls").removeprefix("/")

    def answer(self, *, with_body: bool) -> None:
        objects, key = self.server.objects, self.key
        objects.asked.append(f"{self.command} {key}")
        if objects.refuses or f"Credential={KEY}/" not in self.headers.get("Authorization", ""):
            self.say(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif not key:
            self.say(200, listing(objects, parse_qs(urlsplit(self.path).query)))
        elif key not in objects.held:
            self.say(404, b"<Error><Code>NoSuchKey</Code></Error>" if with_body else b"")
        elif self.headers.get("If-Match", etag(objects.held[key])) != etag(objects.held[key]):
            self.say(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self.say(200, objects.held[key], with_body=with_body, tag=etag(objects.held[key]))

    def say(self, status: int, body: bytes, *, with_body: bool = True, tag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server with its objects."""

    daemon_threads = True
    objects: Objects


def listing(objects: Objects, query: dict[str, list[str]]) -> bytes:
    prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
    keys = [key for key in sorted(objects.held) if key.startswith(prefix) and key > after]
    shown, more = keys[: objects.page], len(keys) > objects.page
    rows = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(objects.held[key])}</Size><ETag>{escape(etag(objects.held[key]))}"
        "</ETag><LastModified>2026-06-02T10:00:00.000Z</LastModified></Contents>"
        for key in shown
    )
    token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
    head = f"<?xml version='1.0'?><ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>"
    return f"{head}{token}{rows}</ListBucketResult>".encode()


@contextmanager
def bucket() -> Iterator[Objects]:
    """Serve a bucket called `calls` until the end of the block."""
    server = Server(("127.0.0.1", 0), Handler)
    server.objects = Objects(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.objects
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
