"""Let a hold on a customer cover whom the customer's records go to: a merge or split never takes a record out of one.

It only ever widens. Whoever undoes a merge does not narrow a hold: that is an officer's decision.
"""

from uuid import UUID

from customers.models import Customer
from retention.models import HoldScope


def holds_follow(source: UUID, target: UUID) -> None:
    """Let every hold that names `source` name `target` as well; ended ones too, whose text is about both."""
    scopes = HoldScope.objects.filter(label=Customer._meta.label, record_id=source)
    HoldScope.objects.bulk_create(
        [HoldScope(hold_id=scope.hold_id, label=scope.label, record_id=target) for scope in scopes],
        ignore_conflicts=True,
    )
