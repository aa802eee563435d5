"""What lies in a watched place: a file with what it takes to notice that it changed, and the place as a whole.

A writer says that a file is not ready by its name (`.part`, `.tmp`, hidden); else by writing on, which shows in size
and time.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MOST_AT_ONCE = 100_000
_UNREADY = re.compile(
    r".*(?:\.(?:part|partial|filepart|tmp|temp|crdownload|upload|swp|lock)|~)", re.IGNORECASE | re.DOTALL
)


class PlaceProblem(Exception):
    """A watched place can't be used. The message is for people, `code` for rows and entries; no path is in either."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code = code


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that lies there. `version` changes with its content; `is_complete`: nobody writes to it any more."""

    relative: str
    size: int
    version: str
    is_complete: bool = True


class Place(Protocol):
    """A watched place."""

    def look(self) -> Iterator[Dropped]:
        """Yield what lies there. Raises PlaceProblem."""

    def at_hand(self, files: Collection[Dropped]) -> Iterator[AbstractContextManager[Path]]:
        """Yield contexts, one after the other, each with a folder in which some of the files can be read.

        Raises PlaceProblem.
        """

    def is_still(self, file: Dropped) -> bool:
        """Tell whether a file is there, unchanged since the look. Raises PlaceProblem."""

    def remove(self, relative: str, version: str = "") -> bool:
        """Delete a file; with a version, only if it is still that one. False if it is gone or changed.

        Raises PlaceProblem.
        """


def is_ready_name(relative: str) -> bool:
    """Tell whether no part of the path is hidden and the name does not say that the file is still being written."""
    parts = relative.split("/")
    return not any(part.startswith(".") for part in parts) and not _UNREADY.fullmatch(parts[-1])


def stem_of(relative: str) -> str:
    """Return what files that belong together share: `msg0001.txt` and `msg0001.wav` are one message."""
    folder, _, name = relative.rpartition("/")
    return f"{folder}/{name.split('.', 1)[0] if name.startswith('msg') else name.rsplit('.', 1)[0]}"
