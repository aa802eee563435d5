"""Write down what had to stay: each refused deletion is a row with its ground, until the record goes after all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from privacy.guards import Refusal
from privacy.witness import RecordRef
from retention.models import Deferral


def defer(kept: Mapping[RecordRef, Refusal]) -> None:
    """Write down what somebody wanted to delete and may not. Written twice it stands once, with the later ground."""
    rows = [
        Deferral(
            account_id=ref.account_id, label=ref.label, record_id=ref.id, ground=refusal.ground, held_by=refusal.by,
            last_at=timezone.now(),
        )
        for ref, refusal in kept.items()
        if ref.account_id is not None
    ]  # fmt: skip
    Deferral.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "label", "record_id"],
        update_fields=["ground", "held_by", "last_at"],
    )


def resolve(refs: Sequence[RecordRef], *, actor: Any, ground: str, case: str) -> None:
    """Count what goes now as no longer deferred, within the transaction that decides over it."""
    for account_id in {ref.account_id for ref in refs if ref.account_id}:
        known = Deferral.objects.filter(account_id=account_id, resolved_at=None)
        # Nothing deferred is the rule, and asking so is cheaper than naming all that goes.
        if not known.exists():
            continue
        ids = [ref.id for ref in refs if ref.account_id == account_id]
        known.filter(record_id__any_of=ids).update(resolved_at=timezone.now())
