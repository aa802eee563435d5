"""Dispose of a customer with the last call: number and name are not kept for a call no longer known by them.

A customer of whom anything else is kept (another call, a line of a register, a note, a disclosure) stays. The empty row
stays too, with a random token in place of the person, because figures count different callers.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from customers.models import Customer, Identifier
from privacy import erasure
from privacy import map as data_map
from privacy.ledger import Memory
from trail.actor import Actor

CALLS: Final = "metadata"
AT_ONCE: Final = 500


def dispose_of_bare(calls: Iterable[UUID], *, actor: Actor, ground: str, case: str) -> int:
    """Erase the customers of these calls of whom nothing else is kept; returns how many. Safe to repeat."""
    gone = 0
    left = iter(calls)
    while portion := list(islice(left, AT_ONCE)):
        bare = _bare(portion)
        rows = [*Identifier.objects.filter(customer__in=bare, condemned_at=None), *bare]
        erased = erasure.erase(rows, actor=actor, ground=ground, case=case, remember=Memory.RECORDS)
        gone += sum(receipt.record.label == Customer._meta.label for receipt in erased.receipts)
    return gone


def _bare(calls: Iterable[UUID]) -> list[Customer]:
    model = data_map.kinds()[CALLS].model
    ids = model._default_manager.filter(pk__any_of=list(calls)).exclude(customer=None).values("customer_id")
    left = Customer.objects.filter(pk__in=ids, condemned_at=None)
    # Asked one by one whether anything is there: somebody may have left a hundred thousand calls.
    for entry in data_map.erasable():
        for name, parent in data_map.parents(entry.model).items():
            if parent is Customer and entry.model is not Identifier:
                of_customer = {f"{name}_id": OuterRef("pk"), "condemned_at": None}
                left = left.exclude(Exists(entry.model._default_manager.filter(**of_customer)))
    return list(left)
