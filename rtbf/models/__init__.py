"""Requests to forget a customer, and what belongs to them."""

from rtbf.models.requests import (
    Action,
    Outcome,
    PlanItem,
    Request,
    RequestedIdentifier,
    State,
)

__all__ = [
    "Action",
    "Outcome",
    "PlanItem",
    "Request",
    "RequestedIdentifier",
    "State",
]
