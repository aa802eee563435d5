"""Where systems keep what a contact centre knows of a customer: the places to look into first, to be edited by people.

Objects and fields are named as their makers name them, so that whoever does the task can find them without asking.
"""

from typing import Final

from rtbf.models import SystemKind

PLACES: Final[dict[str, tuple[str, ...]]] = {
    SystemKind.SALESFORCE: (
        "Task: Subject (telephone numbers and names stand in the subject of logged calls), Description, CallObject",
        "Contact: Phone, MobilePhone, HomePhone, OtherPhone, AssistantPhone, Fax, Email",
        "Lead: Phone, MobilePhone, Fax, Email",
        "Account: Phone, Fax",
        "Person Account: PersonMobilePhone, PersonHomePhone, PersonOtherPhone, PersonAssistantPhone, PersonEmail",
        "InteractionEvent: every record of the person's calls",
        "InteractionEventNote: every note on those records",
        "Dial lists: entries with the person's numbers",
        "Call summaries: text of summaries that were written into the record",
        "Recycle Bin, field history and reports that were exported",
    ),
    SystemKind.CRM: (
        "Contacts, leads and accounts: every telephone, e-mail and address field",
        "Activities, call logs and tasks: subject and description",
        "Notes, attachments and tickets",
        "Lists and campaigns",
        "Recycle bin, field history and exports",
    ),
    SystemKind.PHONE_SYSTEM: (
        "Recordings and voicemails, mailboxes and greetings",
        "Call detail records (CDR) and queue logs",
        "Transcripts and conversation analysis",
        "Address books, speed dials and block lists",
        "Backups of the phone system",
    ),
    SystemKind.DIALLER: (
        "Dial lists and campaigns",
        "Results and appointments of earlier calls",
        "The list of numbers not to be called: keep the number there if the person objected, and nothing else",
    ),
    SystemKind.WAREHOUSE: (
        "Tables loaded from call detail records, the CRM or exports of this house",
        "Extracts, dashboards and their caches",
        "Raw files of earlier loads",
    ),
    SystemKind.PROCESSOR: (
        "Whatever was handed to the processor under the contract (Art. 28(3)(g))",
        "Its sub-processors",
        "Its backups: until when they are kept",
    ),
    SystemKind.OTHER: ("Every place that holds the person's numbers, addresses, name or calls",),
}


def places_of(kind: str) -> str:
    """Return the known places of a kind of system, one a line."""
    return "\n".join(PLACES.get(SystemKind(kind), PLACES[SystemKind.OTHER]))
