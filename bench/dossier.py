"""Measure the copy for a customer with much sound: put together, fetched, beside a plain archive of the same bytes.

Both run in a process of their own, whose peak of memory is told: a copy is packed, sealed and handed out piece by
piece, so that it takes no more memory for 1 GB than for 100 MB. `DOSSIER_MB` says how much sound.
"""

import os
import subprocess
import sys
import tempfile
import time
import wave
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench._figure import figure

MEGABYTES = int(os.environ.get("DOSSIER_MB", "256"))
CALL_MB = 16
NUMBER = "+12025550147"
ENOUGH_MB = 300
CHILD = """
import sys, time
import django; django.setup()
from pathlib import Path
from uuid import UUID
import rtbf.tasks
from rtbf.dossier.handing_out import build, fetch
from rtbf.models import Dossier
from trail.actor import Actor
dossier = Dossier.objects.select_related("account").get(pk=UUID(sys.argv[1]))
actor = Actor.job(on_behalf_of=dossier.for_user_id, account_id=dossier.account_id)
peak = lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
base, begun = peak(), time.perf_counter()
build(dossier, actor=actor, progress=lambda *_: None)
built, whole = peak() - base, time.perf_counter() - begun
dossier.refresh_from_db()
person = Actor(user_id=dossier.for_user_id, role="supervisor", account_id=dossier.account_id, via="portal",
               session="bench")
begun = time.perf_counter()
size = sum(len(piece) for piece in fetch(actor=person, dossier=dossier))
assert size == dossier.size_bytes
print(whole, built, time.perf_counter() - begun, peak() - base, size)
"""


def figures() -> Iterator[dict[str, Any]]:
    """Yield the rate at which a copy is put together and fetched, and what memory both took above the start."""
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        dossier_id, files = _asked(Path(name))
        plain = _plainly(files, Path(name) / "plain.zip")
    child = [sys.executable, "-c", CHILD, str(dossier_id)]
    told = subprocess.run(child, check=True, capture_output=True, text=True)
    built_s, built_mb, fetched_s, all_mb, size = map(float, told.stdout.split())
    rate, what = size / built_s / 1e6, f"{size / 1e6:,.0f} MB"
    yield figure("dossier", f"a copy of {what} put together; limit: a plain ZIP of the same files", rate, "MB/s",
                 limit=plain, ratio=rate / plain)  # fmt: skip
    yield figure("dossier", f"a copy of {what} fetched", size / fetched_s / 1e6, "MB/s")
    yield figure("dossier", f"memory to put {what} together and fetch it, above the start", max(built_mb, all_mb), "MB",
                 target=ENOUGH_MB, ok=max(built_mb, all_mb) <= ENOUGH_MB)  # fmt: skip


def _asked(folder: Path) -> tuple[Any, list[Path]]:
    """Import the calls of one customer and ask for the copy; return its id and the files."""
    from accounts import roles
    from accounts.actors import operator
    from accounts.models import Account, Membership, Supervisor, User
    from interactions.ingest import ingest
    from rtbf.dossier.handing_out import raise_dossier
    from trail.actor import Actor

    account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
    user = User.objects.create(email=f"{uuid4()}@example.com", name="Bench")
    member = Membership.objects.create(user=user, account=account, role=roles.SUPERVISOR)
    Supervisor.objects.create(membership=member, whole_account=True)
    files = [_written(folder / f"{number}.wav") for number in range(MEGABYTES // CALL_MB)]
    ingest([_call(file) for file in files], account=account, actor=operator())
    who = Actor(user_id=user.pk, role=member.role, account_id=account.pk, via="portal", session=uuid4().hex)
    return raise_dossier(actor=who, account=account, identifiers=[NUMBER]).pk, files


def _written(file: Path) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setparams((2, 2, 8000, 0, "NONE", ""))
        out.writeframes(os.urandom(CALL_MB << 20))
    return file


def _call(file: Path) -> Any:
    from interactions.drafts import AudioDraft, AudioKind, Direction, InteractionDraft, Place, TextDraft

    place = Place(file.name, {"path": file.name})
    return InteractionDraft(
        source="asterisk-cdr",
        ids=(f"asterisk:bench.{file.stem}",),
        place=place,
        started_at=datetime(2026, 6, 2, tzinfo=UTC),
        duration_s=(CALL_MB << 20) // 32_000,
        direction=Direction.INBOUND,
        customer_address=TextDraft(NUMBER, place),
        audio=(AudioDraft(file.resolve(), AudioKind.RECORDING, place),),
    )


def _plainly(files: list[Path], target: Path) -> float:
    """Return the rate, in MB/s, of storing the same files in an archive in clear."""
    begun = time.perf_counter()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            archive.write(file, file.name)
    return target.stat().st_size / (time.perf_counter() - begun) / 1e6
