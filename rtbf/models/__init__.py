"""Requests to forget a customer, and what belongs to them."""

from rtbf.models.cases import CaseFile, Evidence, Letter, Sending
from rtbf.models.closures import Closing, Closure
from rtbf.models.corrections import Correction
from rtbf.models.dossiers import Dossier, DossierState, Right
from rtbf.models.external import (
    ENDED_TASKS,
    ExternalSystem,
    ExternalTask,
    SystemKind,
    TaskEvidence,
    TaskKind,
    TaskState,
    TaskSubject,
)
from rtbf.models.proof import Certificate, Figures, ResidueFinding, ResidueScan, SearchSample, Weight
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
    "ENDED_TASKS",
    "OPEN",
    "Action",
    "CaseFile",
    "Certificate",
    "Closing",
    "Closure",
    "Correction",
    "Dossier",
    "DossierState",
    "Evidence",
    "ExternalSystem",
    "ExternalTask",
    "Figures",
    "Letter",
    "LetterTemplate",
    "Outcome",
    "PlanItem",
    "Request",
    "RequestedIdentifier",
    "ResidueFinding",
    "ResidueScan",
    "Right",
    "Rules",
    "SearchSample",
    "Sending",
    "State",
    "SystemKind",
    "TaskEvidence",
    "TaskKind",
    "TaskState",
    "TaskSubject",
    "Weight",
]
