"""How this program and its decoding processes talk: one fixed-size request, then framed answers until the end.

A frame is a kind (one byte), a length (four, big-endian) and that many bytes. A request travels with two descriptors:
where the sound comes from, and where the answer goes.
"""

import json
import socket
import struct
from dataclasses import asdict, dataclass, field

from interactions.audio.sound import Audio, Limits

REQUEST_BYTES = 1024
FRAME = struct.Struct("!cI")
MOST_FRAME_BYTES = 64 * 1024 * 1024

RESULT, DATA, ERROR, END = b"r", b"d", b"e", b"."


@dataclass(frozen=True)
class Request:
    """What to do with a sound: `inspect`, `decode` or `probe`."""

    act: str
    limits: Limits = field(default_factory=Limits)
    audio: Audio | None = None
    start: int = 0
    stop: int = 0

    def to_bytes(self) -> bytes:
        """Return the request, padded."""
        return json.dumps(asdict(self)).encode().ljust(REQUEST_BYTES)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Request":
        """Read what `to_bytes` wrote."""
        values = json.loads(data)
        values["limits"] = Limits(**values["limits"])
        values["audio"] = values["audio"] and Audio(**values["audio"])
        return cls(**values)


def send(control: socket.socket, request: Request, source: int, answer: int) -> None:
    """Send a request with its two descriptors."""
    data = request.to_bytes()
    sent = socket.send_fds(control, [data], [source, answer])
    control.sendall(data[sent:])


def receive(control: socket.socket) -> tuple[Request, int, int] | None:
    """Return the next request with its descriptors, or nothing when the other side is gone."""
    data, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 2)
    while data and len(data) < REQUEST_BYTES:
        data += control.recv(REQUEST_BYTES - len(data))
    if not data:
        return None
    source, answer = descriptors
    return Request.from_bytes(data), source, answer
