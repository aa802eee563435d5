"""Find the files of drop folders in which a person stands: such a file is plain text of many people, and goes whole."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from accounts.models import Account
from interactions.models import TEXTS, Original
from interactions.originals import of_records

FILE: Final = Original._meta.label
AT_ONCE: Final = 5_000


def files_of(account: Account, records: Collection[UUID], texts: Collection[UUID]) -> list[UUID]:
    """Return the kept files from which any of these calls, contacts and notes was read, or the call of these texts."""
    living = Original.objects.filter(account=account, condemned_at=None)
    if not living.exists():
        return []
    wanted = set(records)
    for model in TEXTS:
        wanted |= set(model._default_manager.filter(pk__any_of=texts).values_list("interaction_id", flat=True))
    found: set[UUID] = set()
    ordered = sorted(wanted)
    for start in range(0, len(ordered), AT_ONCE):
        found |= set(of_records(ordered[start : start + AT_ONCE]))
    return sorted(living.filter(pk__any_of=found).values_list("pk", flat=True))
