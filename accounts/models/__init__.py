"""Accounts, who acts in them, and what their calls are handled for."""

from accounts.models.handling import Circumstances, Purpose, PurposeRule
from accounts.models.people import (
    Account,
    Agent,
    Line,
    Membership,
    Supervision,
    Supervisor,
    Team,
    User,
    UserManager,
    normalise_email,
)

__all__ = [
    "Account",
    "Agent",
    "Circumstances",
    "Line",
    "Membership",
    "Purpose",
    "PurposeRule",
    "Supervision",
    "Supervisor",
    "Team",
    "User",
    "UserManager",
    "normalise_email",
]
