"""What the log calls records, purposes, reasons and ways in; a code that is missing reads as its own words."""

from typing import Final

NOUNS: Final[dict[str, str]] = {
    "interactions.Interaction": "call",
    "interactions.Recording": "recording",
    "interactions.Voicemail": "voicemail",
    "interactions.Transcription": "transcript",
    "interactions.Analysis": "analysis",
    "interactions.Comment": "comment",
    "interactions.DataSourceValue": "data value",
    "interactions.Mention": "index entry",
    "interactions.SourceId": "source number",
    "interactions.SourceRecord": "source reference",
    "interactions.DropFolder": "drop folder",
    "interactions.ImportRun": "import",
    "interactions.DeepScan": "deep scan",
    "interactions.SavedSearch": "saved search",
    "interactions.ImportReject": "name of what an import left out",
    "interactions.Original": "original file",
    "customers.FieldMeaning": "meaning of a column",
    "customers.Customer": "customer",
    "customers.Identifier": "identifier of a customer",
    "customers.Restriction": "restriction",
    "customers.Corrected": "mark of a correction",
    "rtbf.Correction": "what is to be corrected",
    "trail.Event": "entry of the log",
    "trail.Detail": "personal detail of an entry",
    "rtbf.Request": "customer's request",
    "rtbf.RequestedIdentifier": "identifier of a request",
    "rtbf.SearchSample": "what to search for after an erasure",
    "rtbf.Dossier": "copy of a customer's data",
    "retention.LegalHold": "legal hold",
    "retention.Policy": "retention policy",
    "retention.Run": "disposal run",
    "accounts.PurposeRule": "rule about purposes",
    "rtbf.ExternalSystem": "another system",
    "rtbf.ExternalTask": "a task for another system",
    "accounts.Account": "account",
    "rtbf.Closure": "closing of the account",
    "accounts.User": "person",
    "accounts.Membership": "member",
    "accounts.Agent": "agent",
    "accounts.Team": "team",
    "accounts.Line": "own number",
    "jobs.Job": "background work",
    "privacy.Condemnation": "erasure",
}

PURPOSES: Final[dict[str, str]] = {
    "quality": "quality review",
    "complaint": "complaint",
    "training": "training",
    "legal": "legal matter",
    "overview": "",
    "right_to_erasure": "right to be forgotten",
    "right_of_access": "right of access",
    "right_to_rectification": "right to rectification",
    "right_to_restriction": "right to restriction",
    "right_to_object": "right to object",
    "legal_hold": "legal hold",
    "account_closed": "the account is closed",
    "by_hand_mistake": "by hand: recorded by mistake",
    "by_hand_private": "by hand: a private call",
    "by_hand_secret": "by hand: it held a secret",
    "by_hand_objection": "by hand: somebody in it objected",
    "by_hand_not_needed": "by hand: no longer needed",
    "by_hand_test": "by hand: a test call",
    "deep_scan": "deep scan for missed mentions",
    "verification": "verification",
    "audit": "audit",
}

CODES: Final[dict[str, str]] = {
    "restricted": "the customer's data is restricted",
    "not_visible": "it is not within what this person may see",
    "not_a_member": "not a member of that account",
    "own_number": "the number is one of the account itself",
    "legal_hold": "a legal hold covers it",
    "open_request": "an open request plans what becomes of it",
    "duty_to_keep": "a policy demands that it is kept for now",
    "no_purpose": "no reason for listening was given",
    "interrupted": "the work was interrupted",
    "attempts_exhausted": "it was tried too often",
}

VIAS: Final[dict[str, str]] = {
    "portal": "in the portal",
    "api": "through the API",
    "job": "as background work",
    "shell": "in a shell on the server",
}


def noun(label: str) -> str:
    """Return what a record is called, from its model's label."""
    return NOUNS.get(label) or _spaced(label.rpartition(".")[2])


def purpose(code: str) -> str:
    """Return a purpose in words; looking a list over is none worth telling."""
    return PURPOSES.get(code, _spaced(code))


def _spaced(code: str) -> str:
    return code.replace("_", " ").replace(".", " ").lower()
