"""Measure the first byte of a part of a recording, through the real server: sign-in, right, scope, entry, key, seal.

The listener is a supervisor who said why. One part after the other on one connection, as a player asks; the limit is
what the same server takes to say that a page is not there.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from accounts import roles
from accounts.actors import VISIT, operator
from accounts.models import Account, Membership, Supervisor, User
from accounts.selection import MEMBERSHIP
from bench._figure import figure
from interactions.drafts import AudioDraft, AudioKind, Direction, InteractionDraft, Place
from interactions.ingest import ingest
from interactions.models import Recording
from interactions.purposes import Reason, choose
from trail.actor import Actor

PARTS = 200
SECONDS = 120
ENOUGH_MS = 10.0


def figures() -> Iterator[dict[str, Any]]:
    """Yield the median and the 95th percentile of the time to a part's first byte."""
    account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        recording = _recorded(account, Path(name))
        cookie = _signed_in(account, recording.interaction_id)
        path = reverse("portal:recording-audio", args=[recording.interaction_id, recording.pk])
        with _server() as port:
            parts, bare = _times(port, path, cookie), _times(port, "/no-such-page", "")
    p50, p95 = statistics.median(parts), statistics.quantiles(parts, n=20)[18]
    limit = statistics.median(bare)
    yield figure(
        "playback", "first byte of a part, p50; limit: a page that is not there", p50, "ms",
        limit=limit, ratio=limit / p50, target=ENOUGH_MS, ok=p50 <= ENOUGH_MS,
    )  # fmt: skip
    yield figure("playback", "first byte of a part, p95; limit: the same", p95, "ms", limit=limit, ratio=limit / p95)


def _recorded(account: Account, folder: Path) -> Recording:
    file = folder / "call.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(os.urandom(SECONDS * 16_000))
    place = Place(file.name, {"path": file.name})
    draft = InteractionDraft(
        source="asterisk-cdr",
        ids=("asterisk:bench.play",),
        place=place,
        started_at=datetime(2026, 6, 2, tzinfo=UTC),
        duration_s=SECONDS,
        direction=Direction.INBOUND,
        audio=(AudioDraft(file.resolve(), AudioKind.RECORDING, place),),
    )
    ingest([draft], account=account, actor=operator())
    return Recording.objects.get(account=account)


def _signed_in(account: Account, interaction_id: UUID) -> str:
    """Return the cookie of a supervisor who signed in and said why."""
    user = User.objects.create(email=f"{uuid4()}@example.com", name="Bench")
    member = Membership.objects.create(user=user, account=account, role=roles.SUPERVISOR)
    Supervisor.objects.create(membership=member, whole_account=True)
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "accounts.backends.EmailBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            MEMBERSHIP: str(member.pk),
            VISIT: uuid4().hex,
        }
    )
    actor = Actor(user_id=user.pk, role=member.role, account_id=account.pk, via="portal", session=session[VISIT])
    choose(session, actor, interaction_id, Reason("quality"))
    session.create()
    return str(session.session_key)


@contextmanager
def _server() -> Iterator[int]:
    """Run the web part as the house does and give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "8", "--no-ws", "config.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start, so playback was not measured.")


def _times(port: int, path: str, cookie: str) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Host": "localhost"} if cookie else {}
    size = SECONDS * 16_000
    return [
        _first_byte(connection, path, {**headers, "Range": f"bytes={number * 8_000 % size}-"}, bool(cookie))
        for number in range(PARTS + 10)
    ][10:]


def _first_byte(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], heard: bool) -> float:
    begun = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read(1)
    ms = (time.perf_counter() - begun) * 1000
    answer.read()
    if heard and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
        raise SystemExit(f"A part was answered with {answer.status}, so playback was not measured.")
    return ms
