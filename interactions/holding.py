"""Say which calls something forbids to erase, and why: whoever knows registers itself at start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from customers.models import Customer
from interactions.models import Interaction
from privacy import guards
from privacy.guards import Target
from privacy.witness import RecordRef

HELD = "legal_hold"


@dataclass(frozen=True, slots=True)
class HeldBecause:
    """A legal hold that covers a call: its reference, its ground and why, in words that name no matter."""

    reference: str
    ground: str
    why: str


Explainer = Callable[[Sequence[RecordRef]], list[HeldBecause]]

_explainers: list[Explainer] = []


def register(explainer: Explainer) -> None:
    """Let `explainer` say why records with a lineage are held."""
    if explainer not in _explainers:
        _explainers.append(explainer)


def held_because(interaction: Interaction) -> list[HeldBecause]:
    """Return the legal holds that cover a call, and why."""
    return [each for explainer in _explainers for each in explainer(_target(interaction).lineage)]


def held(interactions: Sequence[Interaction]) -> set[UUID]:
    """Return the ids of the calls on legal hold, by themselves or with their customer. One query a guard."""
    refusals = guards.ask([_target(each) for each in interactions]) if interactions else {}
    return {record_id for record_id, refusal in refusals.items() if refusal.ground == HELD}


def _target(row: Interaction) -> Target:
    itself = RecordRef(Interaction._meta.label, row.pk, row.account_id)
    if row.customer_id is None:
        return Target(itself, (itself,))
    return Target(itself, (itself, RecordRef(Customer._meta.label, row.customer_id, row.account_id)))
