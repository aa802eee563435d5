"""A tiny web server that answers the player as the portal does: a content security policy, capped ranges, refusals."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "media-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}


@dataclass
class Portal:
    """What is served, and what was asked for."""

    audio: bytes = b""
    media_type: str = "audio/wav"
    peaks: bytes = b""
    page: str = ""
    cap: int = 1024 * 1024
    status: int = 200
    peaks_status: int = 200
    parts: list[tuple[int, int]] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str, asked: str) -> tuple[int, dict[str, str], bytes]:
        if path == "/":
            return 200, {"Content-Type": MEDIA_TYPES[".html"]}, self.page.encode()
        if path == "/peaks":
            return self.peaks_status, {"Content-Type": "application/json"}, self.peaks
        if path == "/audio":
            return self._part(asked)
        if path.startswith("/static/player/") and ".." not in path:
            file = ROOT / path.lstrip("/")
            return 200, {"Content-Type": MEDIA_TYPES[file.suffix]}, file.read_bytes()
        return 404, {}, b""

    def _part(self, asked: str) -> tuple[int, dict[str, str], bytes]:
        if self.status != 200:
            return self.status, {"Content-Type": "application/json"}, json.dumps({"detail": "no"}).encode()
        first, _, last = (asked or "bytes=0-").removeprefix("bytes=").partition("-")
        start = int(first)
        stop = min(len(self.audio), int(last) + 1 if last else len(self.audio), start + self.cap)
        self.parts.append((start, stop))
        headers = {
            "Content-Type": self.media_type,
            "Accept-Ranges": "bytes",
            "Content-Range": f"bytes {start}-{stop - 1}/{len(self.audio)}",
        }
        return 206, headers, self.audio[start:stop]


def serve(portal: Portal) -> ThreadingHTTPServer:
    """Start the server on a free port; its address stands in the portal."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = portal.answer(self.path.partition("?")[0], self.headers.get("Range", ""))
            self.send_response(status)
            headers |= {"Content-Security-Policy": CSP, "Cache-Control": "no-store", "Content-Length": str(len(body))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    portal.address = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
