"""The first guard: what a legal hold covers is not erased.

A record is covered when the hold names it or anything it belongs to. One query, however many records are asked about.
The eraser holds the row locks while it asks, and a hold is placed under the same locks: one of the two comes first.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from privacy.guards import Refusal, Target
from retention.models import HoldScope

GROUND = "legal_hold"


def legal_holds(targets: Sequence[Target]) -> Mapping[UUID, Refusal]:
    """Return a refusal for each target that an active hold covers, itself or through what it belongs to."""
    holds = _holds_on({ref.id for target in targets for ref in target.lineage})
    if not holds:
        return {}
    found: dict[UUID, Refusal] = {}
    for target in targets:
        for ref in target.lineage:
            hold = holds.get((ref.label, ref.id))
            if hold is not None:
                found.setdefault(target.record.id, _refusal(*hold))
    return found


def _holds_on(record_ids: set[UUID]) -> dict[tuple[str, UUID], tuple[UUID, str]]:
    rows = HoldScope.objects.filter(hold__released_at=None, record_id__in=record_ids).order_by("-hold__placed_at")
    return {
        (label, record_id): (hold_id, reference)
        for label, record_id, hold_id, reference in rows.values_list("label", "record_id", "hold_id", "hold__reference")
    }


def _refusal(hold_id: UUID, reference: str) -> Refusal:
    return Refusal(GROUND, f"The legal hold {reference} covers it.", by=str(hold_id))
