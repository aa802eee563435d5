"""Proves a path that an export mentions before anything looks at the disk there.

An export is outside input: a path in it may climb out of the folder. Such a path is refused as written, before it is
joined to anything.
"""

from pathlib import Path, PurePosixPath

from interactions.sources.found import Unusable, is_plain_file
from interactions.sources.walk import refusal_of_name

MAX_PATH_CHARACTERS = 1024


def mentioned_file(text: str, root: Path) -> str:
    """Return the path, relative to `root`, of the file that `text` names.

    Exports write paths from the folder they were made in, which may be one above `root`; so leading folders are dropped
    until a file is there. If none is, the path stays as written. Raises Unusable for a path that leads elsewhere.
    """
    path = PurePosixPath(text)
    if not text or len(text) > MAX_PATH_CHARACTERS or refusal_of_name(text) or "\\" in text:
        raise Unusable("A path in it is empty, too long or holds characters that no path may have.")
    if path.is_absolute() or ".." in path.parts:
        raise Unusable("A path in it leads out of the imported folder and was not followed.")
    for dropped in range(len(path.parts)):
        candidate = PurePosixPath(*path.parts[dropped:])
        if is_plain_file(root / candidate, root):
            return candidate.as_posix()
    return path.as_posix()
