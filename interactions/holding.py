"""Say which calls something forbids to erase: the eraser's guards are asked, whoever registered them."""

from collections.abc import Sequence
from uuid import UUID

from customers.models import Customer
from interactions.models import Interaction
from privacy import guards
from privacy.guards import Target
from privacy.witness import RecordRef

HELD = "legal_hold"


def held(interactions: Sequence[Interaction]) -> set[UUID]:
    """Return the ids of the calls on legal hold, by themselves or with their customer. One query a guard."""
    refusals = guards.ask([_target(each) for each in interactions]) if interactions else {}
    return {record_id for record_id, refusal in refusals.items() if refusal.ground == HELD}


def _target(row: Interaction) -> Target:
    itself = RecordRef(Interaction._meta.label, row.pk, row.account_id)
    if row.customer_id is None:
        return Target(itself, (itself,))
    return Target(itself, (itself, RecordRef(Customer._meta.label, row.customer_id, row.account_id)))
