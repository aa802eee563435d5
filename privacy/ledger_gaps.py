"""Tell which erasures the ledger has forgotten, after an older keyring was put back: an import could undo them.

The ledger lies in the keyring; a dump of before an erasure knows nothing of it. The marks themselves were computed from
what is destroyed and can't be made again. But the data still says which keys were sentenced and when, and the keyring
when each got its tombstone: an erasure whose key has none, or one from long after the erasure ended, is missing from
the ledger. An erasure that shredded no key leaves no such trace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connections

from privacy import restored
from privacy.keyring.ring import ALIAS
from privacy.ledger import Memory
from privacy.models import DoomedKey, HoldsReview, Restoration

AT_ONCE = 5_000
SKEW = timedelta(hours=1)
"""By how much the clocks of two servers may differ; a key is shredded before its erasure has ended."""

TOMBSTONES = "SELECT key_id, at FROM keyring_tombstone WHERE key_id = ANY(%s)"


class LedgerInDoubt(Exception):
    """The keyring was put back from an older copy: what was forgotten since is missing from the ledger."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The keyring was put back from an older copy, so that an old export could bring back people who were"
            " forgotten since. Nothing was taken in. Restore a newer keyring, or look at what replay_erasures names and"
            " let an officer confirm it with the legal holds (docs/restore.md)."
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """An erasure that the ledger does not know: its account, its case or ground, and when it ended."""

    account_id: UUID | None
    case: str
    at: datetime


def refuse_in_doubt(account_id: UUID) -> None:
    """Raise LedgerInDoubt while nobody of the account has looked since an older keyring was put back."""
    if in_doubt(account_id):
        raise LedgerInDoubt


def in_doubt(account_id: UUID | None) -> bool:
    """Say whether an older keyring was put back, and nobody of the account has confirmed anything since."""
    if restored.compare().older == restored.KEYRING:
        return True
    last = Restoration.objects.filter(lost=restored.KEYRING).order_by("noticed_at").last()
    if last is None:
        return False
    looked = HoldsReview.objects.filter(restoration__noticed_at__gte=last.noticed_at)
    return account_id is None or not looked.filter(account_id=account_id).exists()


def gaps() -> list[Gap]:
    """Return the erasures missing from the ledger, one for each account and case, the earliest first."""
    found: dict[tuple[UUID | None, str], datetime] = {}
    for account_id, case, at in _missing():
        found[account_id, case] = min(at, found.get((account_id, case), at))
    return sorted((Gap(account_id, case, at) for (account_id, case), at in found.items()), key=lambda gap: gap.at)


def _missing() -> Iterator[tuple[UUID | None, str, datetime]]:
    kept = DoomedKey.objects.exclude(condemnation__remember=Memory.NOTHING).exclude(condemnation__done_at=None)
    about = ("condemnation__account_id", "condemnation__case", "condemnation__ground", "condemnation__done_at")
    rows = kept.order_by("pk").values_list("pk", *about).iterator(chunk_size=AT_ONCE)
    while portion := list(islice(rows, AT_ONCE)):
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(TOMBSTONES, [[key_id for key_id, *_ in portion]])
            made = dict(cursor.fetchall())
        for key_id, account_id, case, ground, done_at in portion:
            if key_id not in made or made[key_id] > done_at + SKEW:
                yield account_id, case or ground, done_at
