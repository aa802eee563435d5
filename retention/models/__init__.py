"""How long, unless: what keeps records."""

from retention.models.holds import (
    Ground,
    HoldScope,
    LegalHold,
)

__all__ = [
    "Ground",
    "HoldScope",
    "LegalHold",
]
