"""Measure taking recordings in: 1 MB each, sealed and on the disk, beside a durable write of the same bytes.

The limit writes a copy, syncs it and commits a row, one after the other. Examining (decoding in a confined process, and
the hash that finds a sound again) happens before the door and its lock and is shown apart. The promise is about what
lies behind the door; a recording alone bears the some forty statements of a batch alone.
"""

import os
import statistics
import tempfile
import time
import wave
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from accounts.actors import operator
from accounts.models import Account, Line
from bench._figure import figure
from interactions.drafts import AudioDraft, AudioKind, Direction, InteractionDraft, Place
from interactions.ingest import ingest
from interactions.sounds import AT_ONCE, hear_all
from privacy.open import store
from vault.wrapping import new_key

RECORDINGS = 40
ROUNDS = 5
MEGABYTE = 1_000_000
PROMISED = 0.7
START = datetime(2026, 6, 2, tzinfo=UTC)


def figures() -> Iterator[dict[str, Any]]:
    """Yield what a recording costs in a batch, what parts of that are, and what one alone costs."""
    account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
    Line.objects.create(account=account, number="+15305550100")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, name text)")
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        took: dict[str, list[float]] = defaultdict(list)
        for turn in range(ROUNDS):
            _round(account, Path(name), turn * (RECORDINGS + 1), took)
    yield from _told({part: statistics.median(times) * 1000 for part, times in took.items()})


def _round(account: Account, folder: Path, first: int, took: dict[str, list[float]]) -> None:
    """Let all take their turn; what was read once lies in the system's memory for everybody alike."""
    drafts = [_draft(number, _wav(folder / f"{number}.wav")) for number in range(first, first + RECORDINGS)]
    paths = [draft.audio[0].path for draft in drafts]
    took["plain"].append(_each(lambda: _of_all(_plain, paths)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        took["plain at once"].append(_each(lambda: list(pool.map(_copy, paths))))
    took["put"].append(_each(lambda: _of_all(_put, paths)))
    heard = _each(lambda: hear_all(account, [draft.audio[0] for draft in drafts], []))
    took["heard"].append(heard)
    took["door"].append(_each(lambda: _take(account, drafts)) - heard)
    single = _draft(first + RECORDINGS, _wav(folder / "single.wav"))
    heard = _seconds(lambda: hear_all(account, list(single.audio), []))
    took["heard alone"].append(heard)
    took["alone"].append(_seconds(lambda: _take(account, [single])) - heard)
    for each in folder.iterdir():
        each.unlink()


def _told(ms: dict[str, float]) -> Iterator[dict[str, Any]]:
    batch = f"1 MB recording, {RECORDINGS} a batch"
    yield _figure(f"{batch}: sealed, synced, committed; limit: write, sync, commit", ms["door"], ms, PROMISED)
    at_once = {**ms, "plain": ms["plain at once"]}
    yield _figure(f"{batch}: the same; limit: written and synced {AT_ONCE} at once, no row", ms["door"], at_once)
    yield _figure(f"{batch}: sealed and synced one after the other, no row; limit: write, sync, commit", ms["put"], ms)
    yield _figure(f"{batch}: examined in a confined process and hashed, before that; limit: the same", ms["heard"], ms)
    yield _figure(f"{batch}: all of it; limit: the same", ms["heard"] + ms["door"], ms)
    yield _figure("1 MB recording alone: sealed, synced, committed; limit: the same", ms["alone"], ms)
    yield _figure("1 MB recording alone: examined and hashed, before that; limit: the same", ms["heard alone"], ms)


def _figure(name: str, value: float, ms: dict[str, float], target: float | None = None) -> dict[str, Any]:
    ratio = ms["plain"] / value
    ok = ratio >= target if target else None
    return figure("intake", name, value, "ms", limit=ms["plain"], ratio=ratio, target=target, ok=ok)


def _take(account: Account, drafts: list[InteractionDraft]) -> None:
    report = ingest(drafts, account=account, actor=operator())
    if report.counts["recordings"] != len(drafts):
        raise SystemExit("Not every recording was taken in, so intake was not measured.")


def _each(act: Callable[[], object]) -> float:
    return _seconds(act) / RECORDINGS


def _of_all(act: Callable[[Path], None], paths: list[Path]) -> None:
    for path in paths:
        act(path)


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _put(source: Path) -> None:
    with source.open("rb", buffering=0) as file:
        store().put(uuid4().hex, file, new_key(), context=b"bench")


def _wav(path: Path) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(os.urandom(MEGABYTE))
    return path.resolve()


def _plain(source: Path) -> None:
    _copy(source)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (name) VALUES (%s)", [source.name])


def _copy(source: Path) -> None:
    with source.with_suffix(f".{uuid4()}").open("wb") as out:
        out.write(source.read_bytes())
        out.flush()
        os.fsync(out.fileno())


def _draft(number: int, file: Path) -> InteractionDraft:
    return InteractionDraft(
        source="asterisk-cdr",
        ids=(f"asterisk:bench.{number}",),
        place=Place("Master.csv", {"row": number}),
        started_at=START + timedelta(seconds=number),
        duration_s=60,
        direction=Direction.INBOUND,
        audio=(AudioDraft(file, AudioKind.RECORDING, Place(file.name, {"path": file.name})),),
    )
