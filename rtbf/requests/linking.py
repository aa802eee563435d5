"""An open request to forget a customer stops merging and splitting that customer.

The plan was frozen and is confirmed for the customers as they were. If records could come or go meanwhile, somebody
would confirm one person and forget another. A request that is not confirmed can be discarded and made again.
"""

from collections.abc import Sequence
from uuid import UUID

from customers.models import Identifier
from rtbf.codes import Asks
from rtbf.models import ENDED, PlanItem, Request, RequestedIdentifier


def open_requests_object(account_id: UUID, customers: frozenset[UUID]) -> str:
    """Return a sentence that names the open requests about these customers, or nothing."""
    references = _open_about(account_id, customers, list(Asks))
    return f"{references} is open about one of these customers: finish or discard it first." if references else ""


def open_erasures_of(account_id: UUID, customers: frozenset[UUID]) -> str:
    """Return the references of the open requests to forget any of these customers."""
    return _open_about(account_id, customers, [Asks.ERASURE])


def _open_about(account_id: UUID, customers: frozenset[UUID], asks: Sequence[Asks]) -> str:
    items = PlanItem.objects.filter(request__account_id=account_id, customer_id__in=customers)
    digests = Identifier.objects.filter(customer_id__in=customers, condemned_at=None).values_list("digest", flat=True)
    typed = RequestedIdentifier.objects.filter(
        account_id=account_id, digests__overlap=[bytes(each) for each in digests]
    )
    about = {*items.values_list("request_id", flat=True).distinct(), *typed.values_list("request_id", flat=True)}
    rows = Request.objects.filter(pk__in=about, asks__in=asks).exclude(state__in=ENDED).order_by("reference")
    return ", ".join(rows.values_list("reference", flat=True))
