"""Attach evidence to a case file, sealed, and hand it out again as a download, never shown in the page.

What it is, is read from its first bytes; what a browser or a name claims does not count.
"""

import base64
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts.rights import require
from privacy.keyring.ring import create_keys
from privacy.open import open_row
from privacy.sealing import seal
from rtbf.cases.intake import WRITE, case_of
from rtbf.entries import note, opening_of
from rtbf.errors import NotPossible, TooLate
from rtbf.models import Evidence, Request
from trail.actor import Actor, require_actor

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_FILES: Final = 20
LONGEST_NAME: Final = 120
BEGINNINGS: Final = {
    b"%PDF-": ("application/pdf", ".pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
}
ENDINGS: Final = dict(BEGINNINGS.values())


@dataclass(frozen=True)
class Handed:
    """An attachment opened for download. Its content stays out of `repr`."""

    name: str
    content: bytes

    def __repr__(self) -> str:
        """Tell the size alone."""
        return f"Handed({len(self.content)} bytes)"


def attach_evidence(*, actor: Actor, request: Request, name: str, content: bytes) -> Evidence:
    """Seal a PDF, PNG or JPEG file of at most 5 MB into the case file. Raises Refused, NotPossible, TooLate."""
    require(require_actor(actor), WRITE, request, action="evidence.attached")

    media_type = _media_type(content)
    case = case_of(request)
    if not case.is_living:
        raise TooLate("The case file has been destroyed on its day. Nothing was attached.")
    if case.evidence.count() >= MOST_FILES:
        raise NotPossible(f"A case file holds at most {MOST_FILES} attachments. Nothing was attached.")
    (key,) = create_keys(request.account_id, 1)

    with transaction.atomic():
        row = Evidence(account_id=request.account_id, case=case, media_type=media_type, size_bytes=len(content))
        row.added_by_id = actor.user_id
        seal(row, key, {"name": _safe(name, media_type), "content": base64.b64encode(content).decode()})
        row.save(force_insert=True)

        note("evidence.attached", request, actor, facts={"bytes": len(content)})
    return row


def open_evidence(*, actor: Actor, evidence: Evidence) -> Handed:
    """Open an attachment for download, on record. Raises Refused, privacy.open.Forgotten."""
    request = evidence.case.request
    require(require_actor(actor), WRITE, request, action="evidence.downloaded")
    opened = open_row(evidence, "name", "content", warrant=opening_of(request, actor, "evidence.downloaded"))
    return Handed(opened["name"], base64.b64decode(opened["content"]))


def _media_type(content: bytes) -> str:
    if not content or len(content) > MOST_BYTES:
        raise NotPossible("The file is empty or larger than 5 MB. Nothing was attached. Scan it smaller.")
    for beginning, (media_type, _) in BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    raise NotPossible("Only PDF, PNG and JPEG files can be attached. Nothing was attached.")


def _safe(name: str, media_type: str) -> str:
    """Return a name that no header and no file system reads otherwise, with the ending of what the file is."""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    kept = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in stem)[:LONGEST_NAME].strip()
    return f"{kept or 'evidence'}{ENDINGS[media_type]}"
