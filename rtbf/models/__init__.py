"""Requests to forget a customer, and what belongs to them."""

from rtbf.models.cases import CaseFile, Evidence, Letter, Sending
from rtbf.models.requests import (
    ENDED,
    OPEN,
    Action,
    Outcome,
    PlanItem,
    Request,
    RequestedIdentifier,
    State,
)
from rtbf.models.rules import LetterTemplate, Rules

__all__ = [
    "ENDED",
    "OPEN",
    "Action",
    "CaseFile",
    "Evidence",
    "Letter",
    "LetterTemplate",
    "Outcome",
    "PlanItem",
    "Request",
    "RequestedIdentifier",
    "Rules",
    "Sending",
    "State",
]
