"""Measure the vault beside its limits (plain files, AES-GCM in memory) and its peer (the `age` command).

The machines this runs on are noisy, so contenders take turns and each ratio is one of medians from the same run.
"""

import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.durable import sync
from vault.reading import fill
from vault.segments import PLAIN_BYTES
from vault.stream import GROUP_BYTES, SealedReader, seal
from vault.wrapping import new_key

MIB = 1024 * 1024
FILE_BYTES = 64 * MIB
ROUNDS = 9
SEEKS = 3000
# The promise has two sides, either is enough: 0.3 of AES-GCM in memory, or 1.5 GB/s, more than any listener takes.
ENOUGH_TO_READ = 1.5e9 / MIB
SEEK_BYTES = 64 * 1024
CONTEXT = b"bench"


def figures() -> Iterator[dict[str, Any]]:
    """Yield a figure for each promise: writing, reading to memory, seeking. Rates in MiB/s of plaintext."""
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as name:
        folder, key = Path(name), new_key()
        source, sealed = folder / "source", folder / "sealed"
        source.write_bytes(os.urandom(FILE_BYTES))
        _seal_file(source, sealed, key)
        yield from _writing(source, folder, key)
        file = cast(BinaryIO, sealed.open("rb", buffering=0))
        with SealedReader(file, key, context=CONTEXT) as reader:
            yield _reading(reader)
            yield _seeking(reader, file)


def _writing(source: Path, folder: Path, key: bytes) -> Iterator[dict[str, Any]]:
    target = folder / "target"
    contenders: dict[str, Callable[[], None]] = {
        "plain, synced": lambda: _copy_file(source, target),
        "vault, synced": lambda: _seal_file(source, target, key),
        "vault": lambda: _seal_file(source, target, key, synced=False),
    }
    if shutil.which("age") and shutil.which("age-keygen"):
        identity = _age_identity(folder)
        contenders["age"] = lambda: _age_file(source, target, identity)
        contenders["age, synced"] = lambda: _age_file(source, target, identity, synced=True)
    rates = _rates(contenders, before=lambda: target.unlink(missing_ok=True))
    vault, limit = rates["vault, synced"], rates["plain, synced"]
    yield _figure("write file to file, both synced; limit: plain read/write", vault, limit=limit, target=0.75)
    # The command does not sync what it writes: either its file is synced after it, or its rival does not sync either.
    peer, unsynced = rates.get("age, synced"), rates.get("age")
    yield _figure("write file to file, both synced; peer: age, its file synced after it", vault, peer=peer, target=2.0)
    yield _figure("write file to file, both unsynced; peer: age, unsynced", rates["vault"], peer=unsynced, target=2.0)


def _reading(reader: SealedReader) -> dict[str, Any]:
    """Compare reading the whole file with opening the same number of segments that are in memory already."""
    into = memoryview(bytearray(FILE_BYTES))
    aead, nonce = AESGCM(new_key()), bytes(12)
    segment = memoryview(bytearray(aead.encrypt(nonce, bytes(PLAIN_BYTES), None)))

    def open_in_memory() -> None:
        for start in range(0, FILE_BYTES - PLAIN_BYTES, PLAIN_BYTES):
            aead.decrypt_into(nonce, segment, None, into[start : start + PLAIN_BYTES])

    rates = _rates({"vault": lambda: reader.readinto_at(0, into), "memory": open_in_memory})
    figure = _figure(
        "read to memory; limit: AES-GCM in memory; 1,431 MiB/s is enough too",
        rates["vault"],
        limit=rates["memory"],
        target=0.3,
    )
    return {**figure, "ok": figure["ok"] or rates["vault"] >= ENOUGH_TO_READ}


def _seeking(reader: SealedReader, file: BinaryIO) -> dict[str, Any]:
    """Time reads at random places, each beside a plain read of as many bytes at the same place of the sealed file."""
    places = random.Random(1)  # noqa: S311 - the same places in every run, no secret
    into = memoryview(bytearray(SEEK_BYTES))
    sealed, plain = [], []
    for _ in range(SEEKS):
        offset = places.randrange(reader.size - SEEK_BYTES)
        plain.append(_seconds(partial(_read_plain, file, offset, into)))
        sealed.append(_seconds(partial(reader.readinto_at, offset, into)))
    p99, limit = (statistics.quantiles(times, n=100)[98] * 1000 for times in (sealed, plain))
    figure = _figure("seek and read 64 KiB, p99; limit: plain seek and read", p99, target=0.2)
    exact = {"value": round(p99, 4), "limit": round(limit, 4), "ratio": round(p99 / limit, 2)}
    return {**figure, **exact, "unit": "ms", "ok": p99 <= 0.2}


def _read_plain(file: BinaryIO, offset: int, into: memoryview) -> None:
    file.seek(offset)
    fill(file, into)


def _rates(
    contenders: Mapping[str, Callable[[], object]], before: Callable[[], None] | None = None
) -> dict[str, float]:
    """Let the contenders take turns over the whole file, and return each one's median rate in MiB/s."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, contend in contenders.items():
            if before:
                before()
            seconds[name].append(_seconds(contend))
    return {name: FILE_BYTES / MIB / statistics.median(times) for name, times in seconds.items()}


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _figure(
    name: str, value: float, *, target: float, limit: float | None = None, peer: float | None = None
) -> dict[str, Any]:
    """Return a figure; `ok` is None where there is nothing to compare with."""
    beside = limit or peer
    ratio = value / beside if beside else None
    return {
        "area": "vault",
        "name": name,
        "value": round(value, 1),
        "unit": "MiB/s",
        "limit": round(limit, 1) if limit else None,
        "peer": round(peer, 1) if peer else None,
        "ratio": round(ratio, 3) if ratio else None,
        "target": target,
        "ok": ratio >= target if ratio else None,
    }


def _seal_file(source: Path, target: Path, key: bytes, *, synced: bool = True) -> None:
    with source.open("rb", buffering=0) as plain, target.open("wb", buffering=0) as sealed:
        seal(plain, sealed, key, context=CONTEXT)
        if synced:
            sync(sealed.fileno())


def _copy_file(source: Path, target: Path) -> None:
    buffer = memoryview(bytearray(GROUP_BYTES))
    with source.open("rb", buffering=0) as plain, target.open("wb", buffering=0) as copy:
        while count := plain.readinto(buffer):
            copy.write(buffer[:count])
        sync(copy.fileno())


def _age_identity(folder: Path) -> Path:
    identity = folder / "identity"
    subprocess.run(["age-keygen", "-o", str(identity)], check=True, capture_output=True)
    return identity


def _age_file(source: Path, target: Path, identity: Path, *, synced: bool = False) -> None:
    subprocess.run(["age", "-e", "-i", str(identity), "-o", str(target), str(source)], check=True, capture_output=True)
    if synced:
        with target.open("rb") as file:
            sync(file.fileno())
