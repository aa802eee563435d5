"""How long, unless: policies, holds, and what disposal did."""

from retention.models.holds import Ground, HoldScope, LegalHold
from retention.models.policies import DisposalRules, Policy
from retention.models.runs import Deferral, Run, RunState

__all__ = [
    "Deferral",
    "DisposalRules",
    "Ground",
    "HoldScope",
    "LegalHold",
    "Policy",
    "Run",
    "RunState",
]
