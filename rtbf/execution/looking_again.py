"""Search once more for whom a request names, and add to its plan what came in after it was made.

Whom the request means was settled when people confirmed it: those who only share an identifier are never taken for the
person, and once the work has begun nobody new is. What was typed goes at the end; then the customers' own identifiers
lead to what is left.
"""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from customers.kinds import Kind
from customers.models import Customer, Identifier
from rtbf.discovery.people import Settled
from rtbf.discovery.reading import Asked, asked_of
from rtbf.discovery.records import discover, of_customers
from rtbf.models import Action, Request
from rtbf.planning.decisions import NOT_THEIRS, settle
from rtbf.planning.freezing import GOING, freeze


def look_again(request: Request) -> bool:
    """Search once more and add what came in to the plan, settled as people decided; returns whether there was anything.

    The first time it is noted in the request, which is saved.
    """
    before = request.items.count()
    customers = request.items.filter(label=Customer._meta.label).exclude(action=Action.DECIDE)
    planned = frozenset(customers.values_list("record_id", flat=True))
    asked = asked_of(request) or _carried_by(planned)
    settled = _settled(request, planned)
    found = discover(request.account, asked, request=request, settled=settled).items if asked else ()
    theirs = [each for each in of_customers(planned) if each.model is not Customer]
    # Theirs first, since the first row stays: once the customer is gone, their own texts look like other people's.
    freeze(request, [*theirs, *(item for item in found if item.action in GOING)], late=True)
    settle(request)
    if request.replanned_at is None:
        request.replanned_at = timezone.now()
        request.save(update_fields=["replanned_at"])
    return request.items.count() > before


def _carried_by(customers: frozenset[UUID]) -> list[Asked]:
    """Return what the customers still carry: after a hold deferred the end, what was typed is gone."""
    carried = Identifier.objects.filter(customer_id__in=customers, condemned_at=None)
    return [Asked(Kind(row.kind), (bytes(row.digest),)) for row in carried]


def _settled(request: Request, planned: frozenset[UUID]) -> Settled:
    shares = Q(action=Action.DECIDE) | Q(decision=NOT_THEIRS)
    holders = request.items.filter(shares).values_list("customer_id", flat=True)
    apart = frozenset(each for each in holders if each is not None) - planned
    return Settled(planned if request.replanned_at else None, apart)
