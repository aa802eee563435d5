"""What each action of the log is called: done, tried, and the group it is filtered by.

A standing test compares this table with the code. An action that is missing here still reads as words, because an old
log outlives the program that wrote it.
"""

from dataclasses import dataclass
from typing import Final

LISTENING, CALLS, FORGETTING, HOLDS = "listening", "calls", "forgetting", "holds"
PEOPLE, SIGNING_IN, LOG, WORK, OTHER = "people", "signing_in", "log", "work", "other"
RETENTION = "retention"

GROUPS: Final[dict[str, tuple[str, str]]] = {
    LISTENING: ("Listening and reading", "headphones"),
    CALLS: ("Calls and imports", "call"),
    FORGETTING: ("Forgetting and erasing", "person_remove"),
    HOLDS: ("Legal holds", "gavel"),
    RETENTION: ("Keeping and disposing", "auto_delete"),
    PEOPLE: ("People and settings", "group"),
    SIGNING_IN: ("Signing in and out", "login"),
    LOG: ("The log itself", "verified_user"),
    WORK: ("Background work", "manufacturing"),
    OTHER: ("Pages and other things", "web_asset"),
}
"""Code, title and symbol of each group of actions."""

READING: Final = "log.read"


@dataclass(frozen=True, slots=True)
class Words:
    """`did`: what somebody did; `to_do`: what they tried. `more` is added when the entry has all its facts.

    `{record}` stands for the record; names in `more` are facts. `refused` replaces "was not allowed to …".
    """

    group: str
    did: str
    to_do: str
    more: str = ""
    refused: str = ""
    failed: str = ""


ACTIONS: Final[dict[str, Words]] = {
    "recording.played": Words(LISTENING, "played {record}", "play {record}"),
    "voicemail.played": Words(LISTENING, "played {record}", "play {record}"),
    "recording.downloaded": Words(LISTENING, "downloaded {record}", "download {record}"),
    "voicemail.downloaded": Words(LISTENING, "downloaded {record}", "download {record}"),
    "transcript.read": Words(LISTENING, "read {record}", "read {record}"),
    "interaction.opened": Words(LISTENING, "opened the page of {record}", "open the page of {record}"),
    "purpose.chosen": Words(LISTENING, "said why they listen to {record}", "say why they listen to {record}"),
    "interactions.opened": Words(CALLS, "opened the list of calls", "open the list of calls"),
    "interactions.listed": Words(CALLS, "opened the list of calls", "open the list of calls"),
    "interactions.ingested": Words(CALLS, "imported calls", "import calls", " ({interactions} new)"),
    "drop_folder.added": Words(
        CALLS, "had a drop folder watched", "have a drop folder watched", " (originals: {originals})"
    ),
    "drop_folder.changed": Words(
        CALLS, "changed how a drop folder is watched", "change a drop folder", " (originals: {originals})"
    ),
    "drop_folder.stopped": Words(CALLS, "stopped watching a drop folder", "stop watching a drop folder"),
    "originals.opened": Words(
        CALLS, "looked up where original files lie", "look up where original files lie", " ({files} files)"
    ),
    "original.removed": Words(
        CALLS, "removed original files from a drop folder", "remove original files", " ({files} files)"
    ),
    "imports.listed": Words(CALLS, "opened the list of imports", "open the list of imports"),
    "import.opened": Words(CALLS, "opened what an import left out", "open what an import left out"),
    "column.mapped": Words(CALLS, "said what a column holds", "say what a column holds", " ({means})"),
    "column.unmapped": Words(CALLS, "took back what a column holds", "take back what a column holds"),
    "scans.listed": Words(FORGETTING, "opened the list of deep scans", "open the list of deep scans"),
    "scan.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "scan.started": Words(FORGETTING, "started {record}", "start a deep scan"),
    "scan.completed": Words(
        FORGETTING, "finished {record}", "finish {record}", " ({texts} texts read, {found} new mentions)"
    ),
    "texts.scanned": Words(FORGETTING, "read all texts again in {record}", "read all texts again"),
    "comment.added": Words(CALLS, "wrote {record}", "write a comment"),
    "customer.searched": Words(
        FORGETTING, "searched for a customer", "search for a customer", " ({items} records found)"
    ),
    "customers.opened": Words(CALLS, "opened the search for customers", "open the search for customers"),
    "customer.opened": Words(CALLS, "read what {record} is known by", "read what {record} is known by"),
    "customer.merged": Words(CALLS, "said that {record} and another are one person", "merge {record} with another"),
    "customer.split": Words(CALLS, "said that {record} is two people", "split {record}"),
    "places.opened": Words(
        FORGETTING, "read where a customer's records came from", "read where a customer's records came from"
    ),
    "requests.opened": Words(
        FORGETTING, "opened the list of requests to forget", "open the list of requests to forget"
    ),
    "request.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "request.planned": Words(
        FORGETTING,
        "planned {record}",
        "plan a request to forget a customer",
        " ({items} records in the plan)",
    ),
    "request.confirmed": Words(FORGETTING, "confirmed {record}", "confirm {record}", " (waits {grace_hours} hours)"),
    "request.drafted": Words(FORGETTING, "took in {record}", "take in a request to forget a customer"),
    "request.replanned": Words(
        FORGETTING, "made the plan of {record} anew", "make the plan of {record} anew", " ({items} records in the plan)"
    ),
    "request.decided": Words(
        FORGETTING, "decided over records of {record}", "decide over records of {record}", " ({items} records: {code})"
    ),
    "request.approved": Words(
        FORGETTING, "approved {record} as the second person", "approve {record}", " (waits {grace_hours} hours)"
    ),
    "request.returned": Words(FORGETTING, "gave {record} back to be confirmed again", "give {record} back"),
    "request.refused": Words(FORGETTING, "refused {record}", "refuse {record}", " ({code})"),
    "request.extended": Words(
        FORGETTING, "took two months more for {record}", "take more time for {record}", " ({code})"
    ),
    "request.reminded": Words(FORGETTING, "reminded people of {record}", "remind people of {record}"),
    "identity.checked": Words(
        FORGETTING, "checked identity for {record}", "note the check of identity for {record}", " ({code})"
    ),
    "case.changed": Words(FORGETTING, "changed the case file of {record}", "change the case file of {record}"),
    "case.opened": Words(FORGETTING, "read the case file of {record}", "read the case file of {record}"),
    "plan_row.opened": Words(
        FORGETTING, "read a record in the plan of {record}", "read a record in the plan of {record}", " ({kind})"
    ),
    "evidence.attached": Words(FORGETTING, "attached evidence to {record}", "attach evidence to {record}"),
    "evidence.downloaded": Words(FORGETTING, "downloaded evidence of {record}", "download evidence of {record}"),
    "letter.prepared": Words(FORGETTING, "wrote a letter about {record}", "write a letter about {record}", " ({kind})"),
    "letter.opened": Words(FORGETTING, "read a letter about {record}", "read a letter about {record}"),
    "letter.queued": Words(
        FORGETTING, "asked to send a letter about {record}", "send a letter about {record}", " ({kind})"
    ),
    "letter.sent": Words(
        FORGETTING,
        "sent a letter about {record}",
        "send a letter about {record}",
        " ({kind})",
        failed="could not send a letter about {record}",
    ),
    "letter.printed": Words(
        FORGETTING, "printed a letter about {record}", "print a letter about {record}", " ({kind})"
    ),
    "rules.changed": Words(FORGETTING, "changed the rules for requests", "change the rules for requests"),
    "template.changed": Words(FORGETTING, "changed how a letter reads", "change how a letter reads", " ({kind})"),
    "request.cancelled": Words(FORGETTING, "cancelled {record}", "cancel {record}"),
    "request.resumed": Words(FORGETTING, "went on with {record}", "go on with {record}"),
    "request.started": Words(FORGETTING, "began to carry out {record}", "carry out {record}"),
    "request.completed": Words(
        FORGETTING, "carried out {record}", "carry out {record}", " ({done} records done, {left} left)"
    ),
    "request.item_failed": Words(FORGETTING, "left out some records of {record}", "erase {items} records of {record}"),
    "sample.taken": Words(
        FORGETTING, "noted what to search for after erasing", "note what to search for after erasing"
    ),
    "sample.opened": Words(FORGETTING, "opened what to search for", "open what to search for"),
    "residue.started": Words(
        FORGETTING, "opened everything to search for what may be left", "search for what may be left of a customer"
    ),
    "residue.searched": Words(
        FORGETTING,
        "searched for what may be left of a customer",
        "search for what may be left of a customer",
        " ({left} places found)",
    ),
    "certificate.issued": Words(
        FORGETTING, "issued the certificate of {record}", "issue the certificate of {record}", " (version {version})"
    ),
    "certificate.opened": Words(FORGETTING, "read the certificate of {record}", "read the certificate of {record}"),
    "certificate.downloaded": Words(
        FORGETTING, "downloaded the certificate of {record}", "download the certificate of {record}"
    ),
    "certificate.checked": Words(FORGETTING, "checked a certificate", "check a certificate"),
    "systems.opened": Words(FORGETTING, "opened the list of other systems", "open the list of other systems"),
    "system.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "system.added": Words(FORGETTING, "added {record}", "add another system"),
    "system.changed": Words(FORGETTING, "changed {record}", "change {record}"),
    "system.secret_renewed": Words(FORGETTING, "renewed the secret of {record}", "renew the secret of {record}"),
    "task.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "task.prepared": Words(
        FORGETTING, "prepared tasks for other systems for {record}", "prepare tasks for other systems for {record}"
    ),
    "request.tasks_opened": Words(
        FORGETTING, "made tasks for other systems for {record}", "make tasks for other systems", " ({tasks} tasks)"
    ),
    "task.sent": Words(FORGETTING, "sent {record} to its system", "send {record} to its system"),
    "task.sent_again": Words(
        FORGETTING, "sent a task of {record} to its system again", "send a task of {record} again"
    ),
    "task.taken": Words(FORGETTING, "was told that a task of {record} was taken", "have a task of {record} taken"),
    "task.failed": Words(FORGETTING, "could not send a task of {record}", "send a task of {record} ({code})"),
    "task.ended": Words(FORGETTING, "ended a task of {record}", "end a task of {record}", " ({code})"),
    "task.reminded": Words(FORGETTING, "reminded people of a task of {record}", "remind people of a task of {record}"),
    "dossiers.opened": Words(FORGETTING, "opened the list of copies for customers", "open the list of copies"),
    "dossier.raised": Words(FORGETTING, "asked for a copy of a customer's data", "ask for a copy of a customer's data"),
    "dossier.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "dossier.prepared": Words(
        FORGETTING, "put {record} together", "put {record} together", failed="could not put {record} together"
    ),
    "dossier.downloaded": Words(FORGETTING, "fetched {record}", "fetch {record}"),
    "dossier.expired": Words(FORGETTING, "let {record} go unfetched", "let {record} go"),
    "erasure.decided": Words(FORGETTING, "decided to erase records", "erase records", " ({records} in number)"),
    "record.erased": Words(FORGETTING, "erased {record}", "erase {record}"),
    "detail.removed": Words(
        FORGETTING, "forgot what was personal in an entry of the log", "forget what was personal in an entry of the log"
    ),
    "sound.opened_to_silence": Words(
        FORGETTING, "opened {record} to silence a passage", "open {record} to silence a passage"
    ),
    "holds.opened": Words(HOLDS, "opened the list of legal holds", "open the list of legal holds"),
    "hold.opened": Words(HOLDS, "opened {record}", "open {record}"),
    "hold.placed": Words(HOLDS, "placed {record}", "place a legal hold", " ({records} records named)"),
    "hold.released": Words(HOLDS, "released {record}", "release {record}"),
    "purpose_rule.added": Words(RETENTION, "decided what calls are kept for", "decide what calls are kept for"),
    "purpose_rule.removed": Words(RETENTION, "took back {record}", "take back {record}"),
    "purposes.changed": Words(RETENTION, "changed what {record} is kept for", "change what {record} is kept for"),
    "policies.opened": Words(RETENTION, "opened the list of policies", "open the list of policies"),
    "policy.proposed": Words(RETENTION, "proposed {record}", "propose a policy", " (in force in {days} days)"),
    "policy.withdrawn": Words(RETENTION, "withdrew {record}", "withdraw {record}"),
    "policy.ended": Words(RETENTION, "ended {record}", "end {record}", " (in {days} days)"),
    "policy.paused": Words(RETENTION, "paused {record}", "pause {record}", " (until {until})"),
    "policy.resumed": Words(RETENTION, "let {record} go on", "let {record} go on"),
    "retention.previewed": Words(RETENTION, "looked at what would be disposed of", "look at what would be disposed of"),
    "retention.changed": Words(RETENTION, "changed how disposal works", "change how disposal works"),
    "disposal.started": Words(RETENTION, "began {record}", "begin a disposal run", " ({due} records due)"),
    "disposal.refused": Words(RETENTION, "did not begin {record}", "begin a disposal run", " ({code})"),
    "disposal.finished": Words(RETENTION, "finished {record}", "finish {record}", " ({disposed} records)"),
    "disposal.cancelled": Words(RETENTION, "did not carry out {record}", "cancel {record}"),
    "disposal.paused": Words(RETENTION, "paused {record}", "pause {record}"),
    "disposal.resumed": Words(RETENTION, "let {record} go on", "let {record} go on"),
    "account.created": Words(PEOPLE, "created the account", "create an account"),
    "account.changed": Words(PEOPLE, "changed the account's settings", "change the account's settings"),
    "line.added": Words(PEOPLE, "added {record}", "add an own number"),
    "line.changed": Words(PEOPLE, "changed {record}", "change {record}"),
    "agent.added": Words(PEOPLE, "added {record}", "add an agent"),
    "agent.changed": Words(PEOPLE, "changed {record}", "change {record}"),
    "team.added": Words(PEOPLE, "added {record}", "add a team"),
    "team.changed": Words(PEOPLE, "changed {record}", "change {record}"),
    "member.added": Words(PEOPLE, "added {record}", "add a member", " (as {role})"),
    "member.changed": Words(PEOPLE, "changed {record}", "change {record}", " (was {role_before}, is {role})"),
    "supervision.changed": Words(PEOPLE, "changed whom {record} supervises", "change whom {record} supervises"),
    "session.started": Words(SIGNING_IN, "signed in", "sign in"),
    "session.ended": Words(SIGNING_IN, "signed out", "sign out"),
    "session.refused": Words(SIGNING_IN, "signed in", "sign in", refused="could not sign in with a member's address"),
    "session.locked_out": Words(
        SIGNING_IN, "was locked out", "sign in", refused="was locked out after too many wrong passwords"
    ),
    "account.selected": Words(SIGNING_IN, "chose this account to work in", "choose an account"),
    "password.changed": Words(SIGNING_IN, "changed the own password", "change the own password"),
    "password.reset": Words(SIGNING_IN, "set a new password by e-mail", "set a new password by e-mail"),
    READING: Words(LOG, "read the access log", "read the access log"),
    "log.verified": Words(
        LOG,
        "verified the log: all {entries} entries are as they were sealed",
        "verify the log",
        failed="verified the log: {findings} things are not as they were sealed",
    ),
    "log.details_compared": Words(
        LOG, "compared the sealed details with the log", "compare the sealed details with the log"
    ),
    "block.renewed": Words(
        WORK, "renewed blocks of keys", "renew blocks of keys", " ({destroyed} old block keys destroyed)"
    ),
    "root.rotated": Words(WORK, "rotated the root key", "rotate the root key"),
    "index_key.rotated": Words(WORK, "rotated the index key", "rotate the index key", " ({indexes} indexes)"),
    "index_key.rebuilt": Words(
        WORK, "computed the indexes anew after a restore", "compute the indexes anew", " ({indexes} indexes)"
    ),
    "backup.made": Words(WORK, "made a backup", "make a backup", " ({what})"),
    "restore.noticed": Words(WORK, "noticed that a database was restored", "notice a restore", " (older: {lost})"),
    "erasures.replayed": Words(
        WORK, "repeated erasures after a restore", "repeat erasures after a restore", " ({records} records)"
    ),
    "holds.reviewed": Words(
        HOLDS, "looked at the legal holds after a restore", "confirm the legal holds after a restore"
    ),
    "job.failed": Words(WORK, "gave up background work", "finish background work", " ({kind})"),
    "job.cancelled": Words(WORK, "cancelled background work", "cancel background work"),
    "access.attempted": Words(OTHER, "opened something", "open something"),
    "page.opened": Words(OTHER, "opened a page", "open a page"),
    "list.opened": Words(OTHER, "opened a list", "open a list"),
    "form.opened": Words(OTHER, "opened a form", "open a form"),
}

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
    "interactions.ImportReject": "name of what an import left out",
    "interactions.Original": "original file",
    "customers.FieldMeaning": "meaning of a column",
    "customers.Customer": "customer",
    "customers.Identifier": "identifier of a customer",
    "trail.Event": "entry of the log",
    "trail.Detail": "personal detail of an entry",
    "rtbf.Request": "request to forget a customer",
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
    "legal_hold": "legal hold",
    "deep_scan": "deep scan for missed mentions",
    "verification": "verification",
    "audit": "audit",
}

CODES: Final[dict[str, str]] = {
    "not_visible": "it is not within what this person may see",
    "not_a_member": "not a member of that account",
    "own_number": "the number is one of the account itself",
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


def group_of(action: str) -> str:
    """Return the group an action is filtered by."""
    known = ACTIONS.get(action)
    return known.group if known else OTHER


def actions_of(group: str) -> list[str]:
    """Return the actions of a group, as stored."""
    return [action for action, words in ACTIONS.items() if words.group == group]


def noun(label: str) -> str:
    """Return what a record is called, from its model's label."""
    return NOUNS.get(label) or _spaced(label.rpartition(".")[2])


def purpose(code: str) -> str:
    """Return a purpose in words; looking a list over is none worth telling."""
    return PURPOSES.get(code, _spaced(code))


def _spaced(code: str) -> str:
    return code.replace("_", " ").replace(".", " ").lower()
