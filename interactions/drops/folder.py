"""A watched folder on this machine.

No link is followed, neither to the folder nor below it. A file is complete when neither its content nor its state
changed for the settled time, by the clock of the machine; where that lies in the future (a clock set back, a foreign
machine's time), by two looks that far apart.
"""

import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from interactions.drops.dropped import MOST_AT_ONCE, Dropped, PlaceProblem, is_ready_name
from interactions.sources.found import FoundFile
from interactions.sources.walk import refusal_of_name, walk

GONE = "The folder is not there, or is a link. Nothing was read. Put it back, or stop watching it."
CLOSED = "The folder can't be read or written by this user. Nothing was removed. Give it the right to."


class Folder:
    """The folder at `root`, which was proved."""

    def __init__(self, root: Path, settle_s: int, wait: Callable[[float], None] = time.sleep) -> None:
        """Watch `root`; `wait` sleeps."""
        self._root = root
        self._settle_s = settle_s
        self._wait = wait

    def look(self) -> Iterator[Dropped]:
        """Yield what lies there, at most 100,000 files. Raises PlaceProblem."""
        self._prove()
        seen = dict(self._seen())
        if any(changed_at > time.time() for _, changed_at in seen.values()):
            self._wait(self._settle_s)
            before, seen = seen, dict(self._seen())
        else:
            before = {}
        now = time.time()
        for relative, (file, changed_at) in seen.items():
            rested = (
                now - changed_at >= self._settle_s if changed_at <= now else before.get(relative, (None,))[0] == file
            )
            yield Dropped(relative, file.size, file.version, rested)

    def at_hand(self, files: Collection[Dropped]) -> Iterator[AbstractContextManager[Path]]:
        """Yield the folder itself. Raises PlaceProblem."""
        self._prove()
        yield nullcontext(self._root)

    def is_still(self, file: Dropped) -> bool:
        """Tell whether a file is there, unchanged since the look."""
        try:
            return _version(os.lstat(self._root / file.relative)) == file.version
        except OSError:
            return False

    def remove(self, relative: str, version: str = "") -> bool:
        """Unlink a file; with a version, only if it is still that one. Raises PlaceProblem."""
        path = self._inside(relative)
        try:
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode) or (version and _version(status) != version):
                return False
            os.unlink(path)
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise PlaceProblem("closed", CLOSED) from problem
        return True

    def _prove(self) -> None:
        if self._root.is_symlink() or not self._root.is_dir() or os.path.realpath(self._root) != str(self._root):
            raise PlaceProblem("gone", GONE)

    def _inside(self, relative: str) -> Path:
        path = self._root / relative
        if refusal_of_name(relative) or ".." in path.parts or Path(relative).is_absolute():
            raise PlaceProblem("outside", "A path leads out of the watched folder. Nothing was removed.")
        if os.path.realpath(path.parent) != str(path.parent):
            raise PlaceProblem("outside", "A path leads through a link. Nothing was removed.")
        return path

    def _seen(self) -> Iterator[tuple[str, tuple[Dropped, float]]]:
        number = 0
        for found in walk(self._root):
            if not isinstance(found, FoundFile) or not is_ready_name(found.relative):
                continue
            try:
                status = os.lstat(found.path)
            except OSError:
                continue  # it went away, or will be told when it is read
            yield found.relative, (Dropped(found.relative, status.st_size, _version(status)), _changed_at(status))
            number += 1
            if number >= MOST_AT_ONCE:
                return


def _version(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def _changed_at(status: os.stat_result) -> float:
    """Return when content or state changed last. A copy may keep an old time of content while it is still written."""
    return max(status.st_mtime, status.st_ctime)
