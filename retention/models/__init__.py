"""How long, unless: policies, holds, and what disposal did."""

from retention.models.holds import Ground, HoldRules, LegalHold
from retention.models.policies import DisposalRules, Policy
from retention.models.runs import Deferral, Run, RunState
from retention.models.scopes import HoldCondition, HoldScope

__all__ = [
    "Deferral",
    "DisposalRules",
    "Ground",
    "HoldCondition",
    "HoldRules",
    "HoldScope",
    "LegalHold",
    "Policy",
    "Run",
    "RunState",
]
