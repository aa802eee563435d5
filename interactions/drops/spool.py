"""A folder in memory for what is fetched from elsewhere: content never lies on a disk in plain text.

Only a file system that keeps its files in memory will do; without one nothing is fetched. What a killed worker left
behind is removed by the next one.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from interactions.drops.dropped import PlaceProblem

_PREFIX = "lethe-drop-"
_IN_MEMORY = {"tmpfs", "ramfs"}
_MOUNTS = Path("/proc/self/mounts")
NO_MEMORY = (
    "What comes from a bucket passes through a folder in memory, and SPOOL_DIRECTORY names none. Nothing was fetched."
    " Set it to a tmpfs, such as /dev/shm."
)


@contextmanager
def folder_in_memory(base: Path) -> Iterator[Path]:
    """Give a folder of this process alone in `base`, and remove it with all it holds. Raises PlaceProblem."""
    if not is_in_memory(base):
        raise PlaceProblem("no_memory_folder", NO_MEMORY)
    _remove_left_behind(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def room_in(base: Path) -> int:
    """Return how many bytes a batch may take: half of what is free."""
    room = os.statvfs(base)
    return room.f_bavail * room.f_frsize // 2


def is_in_memory(base: Path) -> bool:
    """Tell whether files in `base` lie in memory, as the system's list of mounts says."""
    try:
        path = str(base.resolve(strict=True))
        lines = [line.split() for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return False
    mounts = {fields[1]: fields[2] for fields in lines if len(fields) > 2}
    above = [mount for mount in mounts if path == mount or path.startswith(mount.rstrip("/") + "/")]
    return bool(above) and mounts[max(above, key=len)] in _IN_MEMORY


def _remove_left_behind(base: Path) -> None:
    for left in base.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).split("-", 1)[0]
        if pid.isdigit() and left.lstat().st_uid == os.geteuid() and not _lives(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
