"""Find what other rights left sealed about a customer: corrections asked for, and whom open tasks are about.

A request to correct or restrict keeps these until it, or the task, has ended. Whoever is forgotten meanwhile must not
stand in them. What was typed leads to requests that wait; what was carried out is known by the mark it left.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.models import Account
from customers.models import Corrected, Customer, Restriction
from privacy.models import SealedModel
from rtbf.codes import Asks
from rtbf.models import Action, Correction, Outcome, PlanItem, Request, RequestedIdentifier, TaskSubject

if TYPE_CHECKING:
    from django.db.models import QuerySet


def papers_of(
    account: Account, customers: Collection[UUID], typed: "QuerySet[RequestedIdentifier]"
) -> Iterator[tuple[type[SealedModel], UUID]]:
    """Yield the sealed rows of requests for other rights that name these customers; `typed`: what leads to them."""
    references = Corrected.objects.filter(customer_id__in=customers, condemned_at=None).values("reference")
    of_others = Request.objects.filter(account=account).exclude(asks=Asks.ERASURE)
    requests = {
        *of_others.filter(pk__in=typed.values("request_id")).values_list("pk", flat=True),
        *of_others.filter(reference__in=references).values_list("pk", flat=True),
        *Restriction.objects.filter(customer_id__in=customers).values_list("request_id", flat=True),
    }
    for pk in Correction.objects.filter(request__in=requests, condemned_at=None).values_list("pk", flat=True):
        yield Correction, pk
    for pk in TaskSubject.objects.filter(task__request__in=requests, condemned_at=None).values_list("pk", flat=True):
        yield TaskSubject, pk


def cases_about(account: Account, customers: Collection[UUID], typed: "QuerySet[RequestedIdentifier]") -> set[UUID]:
    """Return the requests that name these customers in their plans, or by `typed`."""
    planned = PlanItem.objects.filter(request__account=account, label=Customer._meta.label, record_id__in=customers)
    planned = planned.exclude(action=Action.DECIDE).exclude(outcome=Outcome.NOT_THEIRS)
    return {*planned.values_list("request_id", flat=True), *typed.values_list("request_id", flat=True)}
