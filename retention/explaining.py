"""Say why something is held: which holds cover it, and by which of their scopes. Never the matter, which is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from privacy.witness import RecordRef
from retention.case_files import NAMED, references
from retention.catching import CALL, calls_of
from retention.conditions import in_words
from retention.guard import CUSTOMER, holds_on
from retention.models import HoldCondition, HoldScope, LegalHold

MOST = 20


@dataclass(frozen=True, slots=True)
class Held:
    """One hold that covers a record: its id and reference, its ground and why in words."""

    hold_id: UUID
    reference: str
    ground: str
    because: str


def why_held(lineage: Sequence[RecordRef]) -> list[Held]:
    """Return the holds in force that cover a record with this lineage (itself first), the oldest first."""
    found = holds_on(lineage, most=MOST)
    by: dict[UUID, list[tuple[str, UUID]]] = {}
    for key, holds in found.items():
        for hold_id, _ in holds:
            by.setdefault(hold_id, []).append(key)
    rows = LegalHold.objects.filter(pk__in=by).order_by("placed_at")[:MOST]
    return [Held(row.pk, row.reference, row.get_ground_display(), _because(row, by[row.pk])) for row in rows]


def _because(hold: LegalHold, covered: Sequence[tuple[str, UUID]]) -> str:
    said = []
    for label, record_id in covered:
        if label == CUSTOMER:
            said.append("it covers the customer")
        elif label in NAMED:
            said += [f"it names the {each}" for each in references([(label, record_id)]).values()]
        elif HoldScope.objects.filter(hold=hold, label=label, record_id=record_id).exists():
            said.append("it names this call" if label == CALL else "it names this record")
        if label == CALL:
            fitting = [each for each in hold.conditions.select_related("agent", "account") if _fits(each, record_id)]
            said += [f"it covers {in_words(each)}" for each in fitting]
    return " and ".join(said)


def _fits(condition: HoldCondition, call_id: UUID) -> bool:
    return calls_of(condition).filter(pk=call_id).exists()
