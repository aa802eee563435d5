"""The sealed files in a backup of the data: a list of them, or copies with their digests.

Nothing in them can be read without the keyring and the keys. A file may go while this runs, since somebody is being
forgotten: then it is left out.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files.storage import storages

from jobs.manifest import COPIES, LIST, File
from privacy.dumping import BLOCK, hash_file
from privacy.open import store
from vault.files import shard

Found = tuple[dict[str, Any], list[File]]


def list_files(folder: Path) -> Found:
    """Write the name of every sealed file into the backup."""
    lines = ({"name": name} for name in store().names())
    return _write(folder, lines, copied=False)


def copy(folder: Path) -> Found:
    """Copy every sealed file into the backup and list it with its size and digest."""
    return _write(folder, _copied(folder / COPIES), copied=True)


def _write(folder: Path, lines: Iterator[dict[str, Any]], *, copied: bool) -> Found:
    count = 0
    with open(os.open(folder / LIST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        for count, line in enumerate(lines, start=1):  # noqa: B007 - the last count is what is wanted
            file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    size, sha256 = hash_file(folder / LIST)
    return {"count": count, "copied": copied}, [File(LIST, size, sha256)]


def _copied(target: Path) -> Iterator[dict[str, Any]]:
    storage = storages["content"]
    for name in store().names():
        place = target / shard(name) / name
        for folder in (target, place.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        try:
            with storage.open(name, "rb") as source:
                size, sha256 = _copy(cast(BinaryIO, source), place)
        except FileNotFoundError:
            continue
        yield {"name": name, "bytes": size, "sha256": sha256}


def _copy(source: BinaryIO, place: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while block := source.read(BLOCK):
            target.write(block)
            digest.update(block)
            size += len(block)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()
