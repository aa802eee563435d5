"""Remember what was corrected, so that an old export does not bring the wrong value back unnoticed.

Only a hash of the wrong value is kept, with the customer it was wrong about, under the key of the erasure ledger. A
record counts as that customer's when it says anything else the customer is known by.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from customers.kinds import Kind
from customers.models import Corrected, Identifier
from customers.resolution import Indexed
from privacy.ledger import Mark, hashed

CODE = "corrected"
About = tuple[UUID | None, Sequence[Indexed]]
"""The customer a record is tied to already, and what it says about its own."""


def hash_of(account_id: UUID, kind: str, value: str) -> bytes:
    """Return what a wrong value, in its normal form, is remembered by."""
    return hashed(account_id, Mark(f"corrected-{kind}", value.encode()))


def remember(account_id: UUID, customers: frozenset[UUID], kind: Kind, value: str, *, reference: str) -> None:
    """Remember, in the caller's transaction, that a value was wrong about these customers. Twice is once."""
    was = hash_of(account_id, kind, value)
    known = Corrected.objects.filter(customer_id__in=customers, was=was, condemned_at=None)
    for customer_id in customers - set(known.values_list("customer_id", flat=True)):
        Corrected.objects.create(
            account_id=account_id, customer_id=customer_id, kind=kind, was=was, reference=reference
        )


def wrong_in(account_id: UUID, records: Sequence[About]) -> list[frozenset[bytes]]:
    """Return for each record the blind indexes of what it says that was corrected. One query where nothing ever was."""
    living = Corrected.objects.filter(account_id=account_id, condemned_at=None)
    nothing = [frozenset[bytes]() for _ in records]
    if not records or not living.exists():
        return nothing
    said = {each.digest: each.known for _, about in records for each in about}
    hashes = {hash_of(account_id, known.kind, known.value): index for index, known in said.items()}
    wrong: dict[bytes, set[UUID]] = defaultdict(set)
    for customer_id, was in living.filter(was__in=list(hashes)).values_list("customer_id", "was"):
        wrong[hashes[bytes(was)]].add(customer_id)
    if not wrong:
        return nothing
    holders: dict[bytes, set[UUID]] = defaultdict(set)
    for customer_id, index in Identifier.objects.indexed(account_id, said).values_list("customer_id", "digest"):
        holders[bytes(index)].add(customer_id)
    return [_wrong(current, {each.digest for each in about}, wrong, holders) for current, about in records]


def _wrong(
    current: UUID | None, said: set[bytes], wrong: dict[bytes, set[UUID]], holders: dict[bytes, set[UUID]]
) -> frozenset[bytes]:
    found = set()
    for index in said & wrong.keys():
        whose = {current} | {holder for other in said - {index} for holder in holders.get(other, ())}
        if whose & wrong[index]:
            found.add(index)
    return frozenset(found)
