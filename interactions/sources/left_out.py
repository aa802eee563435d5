"""Says why a file that no format knows is left out: documentation and system files need no mending, the rest does."""

import re

from interactions.drafts import Ignored, Rejected
from interactions.sources.found import FoundFile
from interactions.sources.sound import is_sound, is_sound_name

_DOCUMENT_NAME = re.compile(
    r"(?:.*[-_.])?(?:readme|licen[cs]e|copying|copyright|notice|changelog|authors)(?:[-_.].*)?|.*\.(?:md|rst)",
    re.IGNORECASE,
)
_DATA_SUFFIX = re.compile(r".*\.(?:csv|json|jsonl|wav|mp3|ogg|vtt|srt|xml)", re.IGNORECASE)
_LICENCE_TEXT = re.compile(
    rb"\s*(?:the )?(?:apache|mit|bsd|gnu|mozilla|creative commons)\b[\w\s]{0,40}licen[cs]e", re.IGNORECASE
)
_SYSTEM_NAME = re.compile(r"\..*|thumbs\.db|desktop\.ini", re.IGNORECASE)

_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x1f\x9d", b"LZIP",
)  # fmt: skip
_TAR_MARK_AT = 257

NOT_READABLE_YET = "Its content is not a format Lethe can read yet."
ARCHIVE = "An archive or compressed file. It was not opened, since a small one can hold any amount; unpack it here."


def why_left_out(file: FoundFile) -> Rejected | Ignored:
    """Return the reason for a file without a format. Raises OSError."""
    head = file.head()
    if _SYSTEM_NAME.fullmatch(file.name):
        return file.ignored("A file of the operating system or a hidden one, not an export.")
    if _is_document(file.name, head):
        return file.ignored("Documentation or a licence, not an export.")
    if is_archive(head):
        return file.rejected(ARCHIVE)
    if is_sound(head):
        return file.rejected("A recording whose name does not say which call it belongs to.")
    if is_sound_name(file.name):
        return file.rejected("It is named like a recording, but its content is no WAV, MP3 or Ogg sound.")
    return file.rejected(NOT_READABLE_YET)


def is_archive(head: bytes) -> bool:
    """Tell whether a file that begins so is zip, gzip, bzip2, xz, 7z, rar, zstd, lz4, compress, lzip or tar."""
    return head.startswith(_ARCHIVES) or head[_TAR_MARK_AT : _TAR_MARK_AT + 5] == b"ustar"


def _is_document(name: str, head: bytes) -> bool:
    if _DATA_SUFFIX.fullmatch(name):
        return False
    return bool(_DOCUMENT_NAME.fullmatch(name) or _LICENCE_TEXT.match(head))
