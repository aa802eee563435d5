"""How the log calls what is done with requests of customers, and what erasing them takes."""

from typing import Final

from audit.vocabulary.words import FORGETTING, Words

ACTIONS: Final[dict[str, Words]] = {
    "scans.listed": Words(FORGETTING, "opened the list of deep scans", "open the list of deep scans"),
    "scan.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "scan.started": Words(FORGETTING, "started {record}", "start a deep scan"),
    "scan.completed": Words(
        FORGETTING, "finished {record}", "finish {record}", " ({texts} texts read, {found} new mentions)"
    ),
    "texts.scanned": Words(FORGETTING, "read all texts again in {record}", "read all texts again"),
    "customer.searched": Words(
        FORGETTING, "searched for a customer", "search for a customer", " ({items} records found)"
    ),
    "places.opened": Words(
        FORGETTING, "read where a customer's records came from", "read where a customer's records came from"
    ),
    "requests.opened": Words(FORGETTING, "opened the list of requests", "open the list of requests"),
    "restrictions.opened": Words(
        FORGETTING, "opened the list of restricted customers", "open the list of restricted customers"
    ),
    "restriction.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "restriction.placed": Words(FORGETTING, "restricted the data of {record}", "restrict the data of {record}"),
    "restriction.lifted": Words(
        FORGETTING, "lifted the restriction of {record}", "lift the restriction of {record}", " ({code})"
    ),
    "customer.corrected": Words(
        FORGETTING, "corrected what is held about {record}", "correct {record}", " ({kind}, {records} records)"
    ),
    "objection.decided": Words(FORGETTING, "decided {record}", "decide {record}", " ({code})"),
    "correction.opened": Words(
        FORGETTING, "opened records to correct them for {record}", "open records to correct them for {record}"
    ),
    "request.opened": Words(FORGETTING, "opened {record}", "open {record}"),
    "request.planned": Words(
        FORGETTING,
        "planned {record}",
        "plan a request to forget a customer",
        " ({items} records in the plan)",
    ),
    "request.confirmed": Words(FORGETTING, "confirmed {record}", "confirm {record}", " (waits {grace_hours} hours)"),
    "request.drafted": Words(FORGETTING, "took in {record}", "take in a customer's request"),
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
    "content.deleted": Words(
        FORGETTING, "deleted content of {record}", "delete content of {record}", " ({contents} in number)"
    ),
    "erasure.decided": Words(FORGETTING, "decided to erase records", "erase records", " ({records} in number)"),
    "record.erased": Words(FORGETTING, "erased {record}", "erase {record}"),
    "detail.removed": Words(
        FORGETTING, "forgot what was personal in an entry of the log", "forget what was personal in an entry of the log"
    ),
    "sound.opened_to_silence": Words(
        FORGETTING, "opened {record} to silence a passage", "open {record} to silence a passage"
    ),
}
