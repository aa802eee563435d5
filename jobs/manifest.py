"""The manifest of a backup: what is in it, with sizes and SHA-256, who made it, when; and the check of all that."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from privacy.dumping import DumpFailed, find_program, hash_file
from vault.durable import sync_folder
from vault.files import shard

MANIFEST = "manifest.json"
FORMAT = 1
COPIES = "store"
LIST = "store.jsonl"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


class NotABackup(Exception):
    """The folder is no backup that this version can read."""


def write_manifest(folder: Path, *, kind: str, began: datetime, facts: Mapping[str, Any]) -> None:
    """Write the manifest into a backup's folder and return when it is on the disk."""
    told = {
        "format": FORMAT,
        "kind": kind,
        "began_at": began.isoformat(),
        "ended_at": timezone.now().isoformat(),
        **facts,
        "files": [asdict(each) for each in facts["files"]],
    }
    descriptor = os.open(folder / MANIFEST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a backup's manifest; raises NotABackup."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotABackup(f"{folder} holds no {MANIFEST}: it is no backup, or one that was not finished.") from None
    except (OSError, ValueError) as problem:
        raise NotABackup(f"{folder / MANIFEST} can't be read ({type(problem).__name__}).") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise NotABackup(f"{folder / MANIFEST} is of another format than {FORMAT}.")
    return told


def check(folder: Path) -> list[str]:
    """Compare a backup with its manifest and return a sentence for each thing that is wrong. Raises NotABackup."""
    told = read_manifest(folder)
    problems = [*_check_modes(folder)]
    known = {MANIFEST}
    for each in (File(**facts) for facts in told["files"]):
        known.add(each.name)
        problems += _check_file(folder, each)
    if told.get("store", {}).get("copied") and not problems:
        for each in _copies(folder):
            known.add(each.name)
            problems += _check_file(folder, each)
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    problems += [f"{name} is not in the manifest." for name in sorted(there - known)]
    return problems or [*_check_dumps(folder, told)]


def _copies(folder: Path) -> Iterator[File]:
    with open(folder / LIST, encoding="utf-8") as lines:
        for line in lines:
            facts = json.loads(line)
            yield File(f"{COPIES}/{shard(facts['name'])}/{facts['name']}", facts["bytes"], facts["sha256"])


def _check_file(folder: Path, file: File) -> Iterator[str]:
    path = folder / file.name
    if not path.is_file():
        yield f"{file.name} is missing."
    elif hash_file(path) != (file.bytes, file.sha256):
        yield f"{file.name} is not what was written: its size or SHA-256 differs."


def _check_modes(folder: Path) -> Iterator[str]:
    for path in [folder, *folder.rglob("*")]:
        if path.stat().st_mode & 0o077:
            yield f"{path.relative_to(folder.parent)} can be read by others. Run: chmod -R go= '{folder}'"


def _check_dumps(folder: Path, told: Mapping[str, Any]) -> Iterator[str]:
    """Let pg_restore read each dump's table of contents."""
    for facts in told["files"]:
        if facts["name"].endswith(".dump"):
            try:
                program = find_program("pg_restore")
            except DumpFailed as problem:
                yield f"{facts['name']}: {problem}."
                return
            listed = subprocess.run(  # noqa: S603 - found above
                [program, "--list", str(folder / facts["name"])], capture_output=True, check=False
            )
            if listed.returncode:
                yield f"{facts['name']} can't be read by pg_restore."
