"""The codes of a plan and the words people read for them."""

from typing import Final

from rtbf.codes import Exclusion

KIND_OF: Final[dict[str, str]] = {
    "interactions.Interaction": "call",
    "interactions.Recording": "recording",
    "interactions.Voicemail": "voicemail",
    "interactions.Transcription": "transcript",
    "interactions.Comment": "comment",
    "interactions.Analysis": "analysis",
    "interactions.DataSourceValue": "value",
    "interactions.Mention": "mention",
    "interactions.SourceId": "source",
    "interactions.SourceRecord": "source",
    "customers.Customer": "customer",
    "customers.Identifier": "identifier",
    "customers.RegisterEntry": "contact",
    "customers.Note": "note",
    "customers.Disclosure": "disclosure",
    "customers.Corrected": "correction",
    "interactions.Original": "original",
    "trail.Detail": "log_detail",
    "rtbf.RequestedIdentifier": "request",
    "rtbf.Correction": "asked_correction",
    "rtbf.TaskSubject": "task",
    "rtbf.Dossier": "dossier",
    "retention.LegalHold": "hold",
}

# In the order in which the groups of a plan are shown.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "recording": ("recording", "recordings"),
    "voicemail": ("voicemail", "voicemails"),
    "transcript": ("transcript", "transcripts"),
    "comment": ("comment", "comments"),
    "analysis": ("analysis", "analyses"),
    "value": ("data value", "data values"),
    "passage": ("mention in other people's calls", "mentions in other people's calls"),
    "call": ("call", "calls"),
    "identifier": ("identifier", "identifiers"),
    "contact": ("contact", "contacts"),
    "note": ("note", "notes"),
    "disclosure": ("line of the register of disclosures", "lines of the register of disclosures"),
    "correction": ("mark of a correction", "marks of corrections"),
    "customer": ("customer", "customers"),
    "original": ("file in a drop folder", "files in drop folders"),
    "source": ("reference to a source file", "references to source files"),
    "mention": ("index entry", "index entries"),
    "log_detail": ("personal detail in the access log", "personal details in the access log"),
    "request": ("identifier in earlier requests", "identifiers in earlier requests"),
    "asked_correction": ("correction asked for", "corrections asked for"),
    "task": ("task for another system", "tasks for other systems"),
    "dossier": ("copy made for the customer", "copies made for the customer"),
    "hold": ("text of an ended legal hold", "texts of ended legal holds"),
}

THEIR_OWN: Final = "belongs_to_customer"
STATISTICS: Final = "statistics_need_it"
MENTIONED: Final = "mentioned_in_another_call"
SEARCHED_FOR: Final = "searched_for"
ASKED_FOR: Final = "asked_for"
WAS_HELD: Final = "was_held"
OF_THE_HOUSE: Final = (SEARCHED_FOR, ASKED_FOR, WAS_HELD)
"""What the house itself wrote about the person, the search of a plan or copy included; it changes nobody's mind."""
SHARED: Final = "shared_identifier"
STAFFS_OWN: Final = "also_of_somebody_who_works_here"
IN_A_FILE: Final = "read_from_it"
FILE_SPARED: Final = "nothing_of_it_was_erased"
CUSTOMER_KEPT: Final = "something_of_the_customer_stays"
LEGAL_HOLD: Final = "legal_hold"
DUTY: Final = "duty_to_keep"
UNREADABLE: Final = "could_not_be_changed"
OPEN_REQUEST: Final = "open_request"
TEXT_ONLY: Final = "times_unknown"
DECIDED_THEIRS: Final = "decided_theirs"

BECAUSE: Final[dict[str, str]] = {
    THEIR_OWN: "it is the customer's",
    STATISTICS: "times, lengths and agents stay for statistics; nothing leads back to the customer",
    MENTIONED: "the customer is mentioned in another person's call",
    SEARCHED_FOR: "somebody searched for the customer",
    ASKED_FOR: "an earlier request names the customer",
    WAS_HELD: "it says why the customer's records were held",
    SHARED: "several customers share the identifier",
    STAFFS_OWN: "somebody who works here has the number or address as well",
    IN_A_FILE: "the customer stands in it; it is unlinked whole, since what it says of others is sealed here",
    FILE_SPARED: "nothing that was read from it was erased",
    CUSTOMER_KEPT: "something of the customer stays, so it must still be known whose it is",
    LEGAL_HOLD: "a legal hold covers it (Art. 17(3)(e))",
    DUTY: "a law demands that it is kept for now (Art. 17(3)(b))",
    OPEN_REQUEST: "an open request plans what becomes of it",
    TEXT_ONLY: "it is redacted in the text; when it is heard is not known, so the sound stays as it is",
    UNREADABLE: "it could not be changed; the access log says when",
    DECIDED_THEIRS: "a person decided that it is the customer's",
    "not_theirs": "a person decided that it is somebody else's",
    **{code: f"left out by a person: {label[0].lower()}{label[1:]}" for code, label in Exclusion.choices},
}


def kind_of(label: str) -> str:
    """Return the kind of a record by its model's label."""
    return KIND_OF.get(label, label.rpartition(".")[2].lower()[:24])


def named(kind: str, number: int) -> str:
    """Return a kind in words, in the singular for one."""
    one, many = KINDS.get(kind, (kind, kind))
    return one if number == 1 else many


def because(code: str) -> str:
    """Return the reason in words."""
    return BECAUSE.get(code, code.replace("_", " "))
