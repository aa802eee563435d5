"""Write down that a copy of a customer's data left the house, with the entry of the act it belongs to."""

from uuid import UUID

from django.db.models import Q

from customers.models import Customer, Disclosure
from privacy.keyring.ring import create_keys
from privacy.sealing import seal


def disclose(
    *,
    account_id: UUID,
    customer_id: UUID | None,
    record: tuple[str, UUID],
    taken_by: UUID | None,
    purpose: str = "",
    case: str = "",
    recipient: str = "",
) -> Disclosure:
    """Add a line to the register of disclosures, in the caller's transaction if there is one.

    record: model label and id of what left. recipient: to whom outside it went; without one, somebody who works here
    took the copy, and its record is not written twice for the same person, customer, purpose and case.
    """
    row = Disclosure(
        account_id=account_id,
        customer_id=customer_id,
        label=record[0],
        record_id=record[1],
        taken_by_id=taken_by,
        purpose=purpose,
        case=case,
    )
    if recipient.strip():
        (key,) = create_keys(account_id, 1)
        seal(row, key, {"recipient": recipient.strip()})
        row.save(force_insert=True)
        return row
    known = _same_as(row)
    if known is not None:
        return known
    # Whose it is may change between the look and the insert: a customer taken in by another is followed by the row.
    if customer_id is not None:
        row.customer = Customer.objects.filter(pk=customer_id, condemned_at=None).first()
    row.save(force_insert=True)
    return row


def _same_as(row: Disclosure) -> Disclosure | None:
    """Return the line that says already that this person took this copy for this customer, purpose and case."""
    same = Disclosure.objects.filter(account_id=row.account_id, record_id=row.record_id, taken_by_id=row.taken_by_id)
    same = same.filter(Q(customer_id=row.customer_id), purpose=row.purpose, case=row.case, recipient=None)
    return same.filter(condemned_at=None).first()
