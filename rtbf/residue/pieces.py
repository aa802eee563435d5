"""What the residue scan is handed: a small part of a place, so that memory stays bounded however much there is.

Neighbouring pieces overlap, so that nothing hides on a border.
"""

from dataclasses import dataclass
from typing import Final, Literal

PIECE: Final = 64 * 1024
OVERLAP: Final = 512
FETCHED: Final = 200

Kind = Literal["table", "sealed", "content", "store", "file", "queue", "cache", "session", "key"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a place. `record`: the row's id, where it has one."""

    kind: Kind
    place: str
    record: str
    data: bytes
    text: str = ""
