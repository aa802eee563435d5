"""Goes through a folder or a single file in sorted order and hands out the plain files in it.

No link is followed: one that stays inside names a file met in its own place anyway, one that leads out is refused. What
cannot be read is reported, never skipped in silence, since an import that forgets a file forgets a customer in it.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from interactions.drafts import Ignored, Rejected
from interactions.sources.found import FoundFile, is_inside, unreadable

EMPTY = "The file is empty; export it again."
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def walk(root: Path) -> Iterator[FoundFile | Rejected | Ignored]:
    """Yield every file below `root`, or `root` itself, in sorted order. Raises FileNotFoundError if it is not there.

    Memory is bounded by the names of one folder and of the folders above it.
    """
    top = root.resolve(strict=True)
    base = folder_of(top)
    waiting = [top]
    while waiting:
        path = waiting.pop()
        relative = path.relative_to(base).as_posix()
        problem = refusal_of_name(relative)
        if problem:
            yield Rejected(_printable(relative), 0, problem)
            continue
        try:
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                waiting += _entries_reversed(path)
                continue
        except OSError as error:
            yield Rejected(relative, 0, unreadable(error))
            continue
        yield _outcome(path, relative, status, base)


def folder_of(root: Path) -> Path:
    """Return the folder that paths of an import are relative to: `root`, or its parent if it is a file."""
    top = root.resolve(strict=True)
    return top if top.is_dir() else top.parent


def _entries_reversed(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        names = sorted((entry.name for entry in entries), reverse=True)
    return [folder / name for name in names]


def _outcome(path: Path, relative: str, status: os.stat_result, base: Path) -> FoundFile | Rejected | Ignored:
    if stat.S_ISLNK(status.st_mode):
        return _link(path, relative, base)
    if not stat.S_ISREG(status.st_mode):
        return Rejected(relative, 0, "This is a pipe, socket or device, not a file, and was not opened.")
    if status.st_size == 0:
        return Rejected(relative, 0, EMPTY)
    return FoundFile(path, relative, status.st_size)


def _link(path: Path, relative: str, base: Path) -> Rejected | Ignored:
    target = Path(os.path.realpath(path))
    if is_inside(target, base) and target.exists():
        return Ignored(relative, "A link to something in this import, which is read in its own place.")
    return Rejected(relative, 0, "A link that leads out of the imported folder or nowhere; put the file itself here.")


def refusal_of_name(relative: str) -> str:
    """Return why a path with this text is refused, or nothing."""
    if relative.isascii() and relative.isprintable():
        return ""
    if any("\udc80" <= letter <= "\udcff" for letter in relative):
        return "The name is not UTF-8; rename it and import again."
    if any(letter in _BIDI_CONTROLS or unicodedata.category(letter) in _CONTROL_CATEGORIES for letter in relative):
        return "The name holds control characters; rename it and import again."
    return ""


def _printable(name: str) -> str:
    return "".join(letter if not refusal_of_name(letter) else "\ufffd" for letter in name)
