"""Know whose data is restricted: it is kept, and used for nothing but legal claims (GDPR Art. 18).

Every door asks here: opening, importing and merging. To the eraser it is a guard, so that neither age nor a hand takes
away what the customer wants kept; only the customer's own request to be forgotten goes past it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from customers.models import Customer, Restriction
from privacy.guards import Refusal, Target

GROUND: Final = "restricted"
SEE: Final = "customers.view_restriction"
LIFT: Final = "customers.lift_restriction"
OPEN: Final = "customers.use_for_claims"


def restricted(customers: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return those of `customers` whose data is restricted, each with the reference of the request. One query."""
    ids = {each for each in customers if each is not None}
    return dict(Restriction.objects.in_force().filter(customer_id__in=ids).values_list("customer_id", "reference"))


def restrictions(targets: Sequence[Target]) -> Mapping[UUID, Refusal]:
    """Return a refusal for each target that belongs to a restricted customer."""
    label = Customer._meta.label
    found = restricted(ref.id for target in targets for ref in target.lineage if ref.label == label)
    return {
        target.record.id: Refusal(GROUND, f"The customer asked to have it restricted, not erased ({found[ref.id]}).")
        for target in (targets if found else ())
        for ref in target.lineage
        if ref.label == label and ref.id in found
    }


def restrictions_object(account_id: UUID, customers: frozenset[UUID]) -> str:
    """Return a sentence that names the restrictions in the way of merging or splitting, or nothing."""
    found = sorted(restricted(customers).values())
    return f"{', '.join(found)} restricts the data of one of these customers: lift it first." if found else ""
