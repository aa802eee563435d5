"""Tell truthfully from when on what was forgotten is out of whose reach.

Unreadable here: when the keys were deleted. Unrecoverable: when every block key that ever wrapped them was destroyed.
Beyond an old root: when the root key was rotated after that, since with the old root a copy of a destroyed file opens
still. Unlinkable: when the index key was rotated, from the switch on after that. What has not happened yet is told so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Max

from privacy.index_rotation import unlinkable_since
from privacy.keyring.models import Tombstone
from privacy.keyring.renewal import unrecoverable
from privacy.models import DoomedKey
from rtbf.models import Request
from trail.models import Event

FILE = "key directory (files unlinked and overwritten; weaker than a key management service)"
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Moments:
    """The four moments, None for not yet. keys: how many were shredded. provider: what destroyed them."""

    keys: int
    unreadable: datetime | None
    unrecoverable: datetime | None
    beyond_old_roots: datetime | None
    unlinkable: datetime | None
    provider: str

    @property
    def all_known(self) -> bool:
        """Say whether nothing is outstanding."""
        return None not in (self.unreadable, self.unrecoverable, self.beyond_old_roots, self.unlinkable)


def moments_of(request: Request) -> Moments:
    """Return the moments of a request's erasure as far as they are known."""
    doomed = list(
        DoomedKey.objects.filter(
            condemnation__account_id=request.account_id, condemnation__case=request.reference
        ).values_list("key_id", flat=True)
    )
    dead, lost = _last(doomed)
    root = _root_rotated(lost) if lost else None
    index = unlinkable_since(request.account_id, request.finished_at) if request.finished_at else None
    return Moments(len(doomed), dead, lost, root, index, _provider())


def _last(ids: Sequence[UUID]) -> tuple[datetime | None, datetime | None]:
    """Return when the last key was deleted, and when the last of them could not be recovered any more."""
    dead: list[datetime] = []
    lost: list[datetime | None] = []
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        gone = Tombstone.objects.filter(key_id__in=some)
        if gone.count() < len(some):
            return None, None
        dead.append(gone.aggregate(last=Max("at"))["last"])
        lost += unrecoverable(some).values()
    known = [each for each in lost if each is not None]
    return max(dead, default=None), max(known) if known and len(known) == len(lost) else None


def _root_rotated(after: datetime) -> datetime | None:
    found = Event.objects.filter(action="root.rotated", outcome="done", at__gt=after).order_by("at")
    return found.values_list("at", flat=True).first()


def _provider() -> str:
    scheme = urlsplit(getattr(settings, "ROOT_KEY_URL", "")).scheme
    return f"{FILE}; the root key is kept by {scheme}" if scheme else FILE
