"""Write key files that survive a crash, and read them only while nobody else can.

A file appears complete or not at all: a temporary file of a fixed name is written and synced, then linked (which
never overwrites) or renamed. The fixed name lets whoever destroys a key destroy a stray copy too. Callers hold the
directory's lock, so a temporary file found here is always a dead one.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from vault.durable import sync, sync_folder
from vault.errors import KeyExists, UnsafeKeyDirectory

FOLDER_MODE = 0o700
FILE_MODE = 0o600
TEMP_SUFFIX = ".temp"


def create(path: Path, data: bytes) -> None:
    """Write a new file and return when it is on the disk; raise KeyExists if the name is taken."""
    temp = _write_temp(path, data)
    try:
        os.link(temp, path)
    except FileExistsError:
        raise KeyExists(f"{path} is there already; it was left as it is") from None
    finally:
        os.unlink(temp)
    sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file, whole or not at all; the caller syncs the folder."""
    os.replace(_write_temp(path, data), path)


def remove(path: Path) -> None:
    """Remove a file and its temporary file and return when both are gone from the disk; a missing one is no error."""
    path.unlink(missing_ok=True)
    temp_of(path).unlink(missing_ok=True)
    sync_folder(path.parent)


def remove_temps(folder: Path) -> None:
    """Remove what crashed writers left; it can hold a living key, linked under its own name as well."""
    for temp in folder.glob(f"*{TEMP_SUFFIX}"):
        temp.unlink()
    sync_folder(folder)


def overwrite(path: Path) -> None:
    """Write zeros over a file in place and sync; flash and copy-on-write disks may keep the old bytes nevertheless."""
    with open(os.open(path, os.O_WRONLY | os.O_NOFOLLOW), "wb", buffering=0) as file:
        file.write(bytes(os.fstat(file.fileno()).st_size))
        sync(file.fileno())


def read(path: Path) -> bytes:
    """Return a file's bytes; raise UnsafeKeyDirectory if others could read it, FileNotFoundError if it is not there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnsafeKeyDirectory(f"{path} cannot be read ({error.strerror}); {_mend(path, FILE_MODE)}") from None
    with open(descriptor, "rb") as file:
        _prove(path, os.fstat(descriptor), stat.S_ISREG, FILE_MODE)
        return file.read()


def prove_folder(path: Path) -> None:
    """Raise UnsafeKeyDirectory unless `path` is a folder of mode 0700 that belongs to this user, and so are its files.

    Files must be 0600. Folders in it are not looked into.
    """
    try:
        _prove(path, path.stat(), stat.S_ISDIR, FOLDER_MODE)
        entries = list(os.scandir(path))
    except FileNotFoundError:
        raise UnsafeKeyDirectory(f"{path} is missing; restore it, or create a new key directory") from None
    except OSError as error:
        raise UnsafeKeyDirectory(f"{path} cannot be read ({error.strerror}); {_mend(path, FOLDER_MODE)}") from None
    for entry in entries:
        # A temporary file may go while this looks: another process has finished its write.
        with suppress(FileNotFoundError):
            if not entry.is_dir(follow_symlinks=False):
                _prove(Path(entry), entry.stat(follow_symlinks=False), stat.S_ISREG, FILE_MODE)


def temp_of(path: Path) -> Path:
    """Return the one temporary name that writing `path` uses."""
    return path.with_name(path.name + TEMP_SUFFIX)


def _write_temp(path: Path, data: bytes) -> Path:
    temp = temp_of(path)
    # Never opened for truncation: after a crash between link and unlink it is the same file as the living key.
    temp.unlink(missing_ok=True)
    with open(os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE), "wb") as file:
        file.write(data)
        file.flush()
        sync(file.fileno())
    return temp


def _prove(path: Path, found: os.stat_result, is_kind: Callable[[int], bool], mode: int) -> None:
    if not is_kind(found.st_mode):
        raise UnsafeKeyDirectory(f"{path} is not a plain file or folder; nothing was read, remove or restore it")
    if found.st_uid != os.geteuid() or found.st_mode & 0o777 != mode:
        raise UnsafeKeyDirectory(f"{path} is not private to user {os.geteuid()}; nothing was read. {_mend(path, mode)}")


def _mend(path: Path, mode: int) -> str:
    return f"run: chown {os.geteuid()} '{path}' && chmod {mode:o} '{path}'"
