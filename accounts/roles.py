"""What each role may do: a table of permission codenames, the only place where a right is given.

Plain strings, because most codenames belong to apps above this one; a standing test proves that each exists.
Listening and downloading are different rights. Auditors and administrators never get content. Nobody may delete: no
such codename exists.
"""

from typing import Final

AGENT: Final = "agent"
SUPERVISOR: Final = "supervisor"
AUDITOR: Final = "auditor"
OFFICER: Final = "officer"
ADMINISTRATOR: Final = "administrator"

ROLES: Final[dict[str, str]] = {
    AGENT: "Agent",
    SUPERVISOR: "Supervisor",
    AUDITOR: "Auditor",
    OFFICER: "Data-protection officer",
    ADMINISTRATOR: "Administrator",
}
CHOICES: Final = list(ROLES.items())

# Not a member's role: whoever has a shell on the machine and names no member. Sets up accounts, people and
# imports, and sees where a customer's data lies, never what it says.
OPERATOR: Final = "operator"

# Nobody's role either: the installation itself, doing in one account what an administrator set up there once.
HOUSE: Final = "house"

# Every right with the name a person reads in the grid of rights.
RIGHTS: Final[dict[str, str]] = {
    "interactions.view_interaction": "See the list of interactions",
    "interactions.listen_recording": "Listen to recordings and voicemails, read transcripts",
    "interactions.download_recording": "Download recordings",
    "interactions.comment_interaction": "Comment on interactions",
    "interactions.erase_content": "Delete interaction content",
    "interactions.change_purposes": "Change what a call is kept for",
    "interactions.ingest_interaction": "Import interactions",
    "interactions.scan_texts": "Read all texts again for what the index missed",
    "interactions.view_import": "See imports and what they left out",
    "interactions.configure_import": "Set up drop folders, say what columns hold",
    "customers.merge_customer": "Say that two customers are one person, or one is two",
    "customers.view_restriction": "See whose data is restricted",
    "customers.lift_restriction": "Lift the restriction of a customer's data",
    "customers.use_for_claims": "Use a restricted customer's calls for legal claims",
    "rtbf.raise_request": "Ask to forget a customer",
    "rtbf.view_request": "See requests to forget a customer",
    "rtbf.raise_dossier": "Put together a copy of what is held about a customer",
    "rtbf.cancel_request": "Cancel a request during its grace period",
    "rtbf.approve_request": "Approve a request to forget a customer",
    "rtbf.refuse_request": "Refuse a request, or take more time for it",
    "rtbf.write_letter": "Keep the case file and write letters about a request",
    "rtbf.decide_right": "Correct or restrict a customer's data, decide objections",
    "rtbf.answer_member": "Give members a copy of their data, erase what names leavers",
    "rtbf.close_account": "Ask for the account to be closed",
    "rtbf.approve_closing": "Agree to the closing of the account, or stop it",
    "rtbf.change_rules": "Set the rules and letters for requests",
    "retention.view_hold": "See legal holds",
    "retention.place_hold": "Place a legal hold",
    "retention.release_hold": "Release a legal hold",
    "retention.change_hold_rules": "Decide whether a second person releases legal holds",
    "retention.view_policy": "See how long things are kept",
    "retention.change_policy": "Decide how long things are kept",
    "retention.control_disposal": "Start, pause and confirm disposal runs",
    "trail.view_event": "Read the access log",
    "trail.verify": "Verify the access log",
    "accounts.view_account": "See the account's settings",
    "accounts.change_account": "Change the account's settings",
    "accounts.add_account": "Create accounts",
    "accounts.view_membership": "See members",
    "accounts.add_membership": "Add members",
    "accounts.change_membership": "Change roles, deactivate members",
    "accounts.view_agent": "See agents",
    "accounts.add_agent": "Add agents",
    "accounts.change_agent": "Change agents",
    "accounts.view_team": "See teams",
    "accounts.add_team": "Add teams",
    "accounts.change_team": "Change teams",
    "accounts.view_line": "See own telephone numbers",
    "accounts.add_line": "Add own telephone numbers",
    "accounts.change_line": "Change own telephone numbers",
    "accounts.view_purposerule": "See what calls are kept for",
    "accounts.change_purposerule": "Decide what calls are kept for",
}

_IMPORTS = frozenset({"interactions.view_import", "interactions.configure_import"})
_PEOPLE = frozenset(codename for codename in RIGHTS if codename.startswith("accounts."))

TABLE: Final[dict[str, frozenset[str]]] = {
    AGENT: frozenset({"interactions.view_interaction", "interactions.listen_recording"}),
    SUPERVISOR: frozenset(
        {
            "interactions.view_interaction",
            "interactions.listen_recording",
            "interactions.download_recording",
            "interactions.comment_interaction",
            "interactions.erase_content",
            "interactions.change_purposes",
            "interactions.scan_texts",
            "interactions.view_import",
            "customers.merge_customer",
            "customers.view_restriction",
            "rtbf.decide_right",
            "rtbf.raise_request",
            "rtbf.raise_dossier",
            "rtbf.view_request",
            "rtbf.cancel_request",
            "rtbf.approve_request",
            "rtbf.refuse_request",
            "rtbf.write_letter",
        }
    ),
    AUDITOR: frozenset({"trail.view_event", "trail.verify"}),
    OFFICER: frozenset(
        {
            "customers.view_restriction",
            "customers.lift_restriction",
            "customers.use_for_claims",
            "rtbf.answer_member",
            "rtbf.decide_right",
            "interactions.scan_texts",
            "retention.view_hold",
            "retention.place_hold",
            "retention.release_hold",
            "retention.view_policy",
            "retention.change_policy",
            "retention.control_disposal",
            "rtbf.view_request",
            "rtbf.approve_closing",
            "rtbf.approve_request",
            "rtbf.refuse_request",
            "rtbf.write_letter",
            "rtbf.change_rules",
            "accounts.view_purposerule",
            "accounts.change_purposerule",
        }
    ),
    ADMINISTRATOR: _PEOPLE - {"accounts.add_account"}
    | _IMPORTS
    | {"rtbf.change_rules", "rtbf.close_account", "rtbf.approve_closing", "retention.change_hold_rules"},
    OPERATOR: _PEOPLE | _IMPORTS | {"interactions.ingest_interaction", "rtbf.view_request"},
    HOUSE: frozenset({"interactions.ingest_interaction"}),
}


def rights_of(role: str) -> frozenset[str]:
    """Return the codenames a role has; an unknown role has none."""
    return TABLE.get(role, frozenset())
