"""What of a request is personal: what was typed, and the case file.

What was typed is taken when the request has run; that of a request that was cancelled, or never confirmed, when the
person they name is forgotten by another. The case file stays under keys of its own until its day has come.
"""

from privacy.index_rebuild import indexed_by
from privacy.ledger import known_by
from privacy.map import Category, Datum, declare, dispose
from rtbf.forgetting import marks_of_typed
from rtbf.models import (
    CaseFile,
    Certificate,
    Closure,
    Correction,
    Dossier,
    Evidence,
    ExternalSystem,
    ExternalTask,
    Figures,
    Letter,
    LetterTemplate,
    PlanItem,
    Request,
    RequestedIdentifier,
    ResidueFinding,
    ResidueScan,
    Rules,
    SearchSample,
    TaskEvidence,
    TaskSubject,
)
from rtbf.reindexing import behind_requested, behind_searches
from trail.models import Detail

WRITTEN = Datum(Category.CASE)
SEALED = ("id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at")

declare(
    Request,
    plain=[
        "id", "account", "reference", "asks", "ground", "decision",
        "state", "raised_by", "raised_at", "group_id", "channel", "received_on", "due_on",
        "extended_at", "extended_by", "extended_because", "reminded_on", "identity_by", "identity_checked_by",
        "identity_checked_at", "planned_at", "confirmed_by", "confirmed_at", "second_because", "approved_by",
        "approved_at", "grace_ends_at", "cancelled_by", "cancelled_at", "cancelled_because", "refused_by", "refused_at",
        "refused_because", "started_at", "replanned_at", "finished_at", "counts", "job_id",
    ],
    row_stays_because="it shows that the request was met, without saying whose it was",
)  # fmt: skip
declare(
    RequestedIdentifier,
    belongs_to="request",
    personal={
        "digests": Datum(Category.IDENTIFIER),
        "typed": Datum(Category.IDENTIFIER),
        "shown": Datum(Category.IDENTIFIER),
    },
    plain=["id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at", "request", "kind"],
    found_by="blind index",
)
declare(
    Correction,
    belongs_to="request",
    personal={"old": Datum(Category.IDENTIFIER), "new": Datum(Category.IDENTIFIER)},
    plain=["id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at", "request", "kind"],
    found_by="request",
)
declare(
    PlanItem,
    plain=[
        "id", "request", "label", "record_id", "unit", "customer_id", "kind", "action", "because", "held_by", "spans",
        "late", "done_at", "outcome", "decision", "decided_by", "found_action", "found_because",
    ],
    row_stays_because="it shows what became of each record, by id",
)  # fmt: skip
declare(
    CaseFile,
    belongs_to="request",
    personal={"requester": WRITTEN, "note": WRITTEN},
    plain=[*SEALED, "request", "relation", "ground", "ended_at"],
    ages_from="ended_at",
    found_by="its request, as long as policies keep it",
)
dispose(CaseFile, as_kind="case", of_account=True)
declare(
    Evidence,
    belongs_to="case",
    personal={"name": WRITTEN, "content": WRITTEN},
    plain=[*SEALED, "case", "media_type", "size_bytes", "added_by", "added_at"],
    found_by="its case file",
)
declare(
    Letter,
    belongs_to="case",
    personal={"to": WRITTEN, "subject": WRITTEN, "body": WRITTEN},
    plain=[*SEALED, "case", "kind", "state", "prepared_by", "prepared_at", "sent_at"],
    found_by="its case file",
)
declare(
    Rules,
    plain=[
        "id", "account", "four_eyes", "most_records", "most_requests", "within_hours", "identity_first", "holidays",
        "remind_days", "closing_days",
    ],
    subject="nobody",
)  # fmt: skip
declare(
    LetterTemplate,
    plain=["id", "account", "kind", "subject", "body", "changed_by", "changed_at"],
    subject="nobody",
)

indexed_by(RequestedIdentifier, behind_requested, opens=["typed"])
indexed_by(Detail, behind_searches, opens=["sealed"])
known_by(RequestedIdentifier, marks_of_typed, needs=["kind"], opens=["shown"], person=True)
declare(
    Figures,
    plain=["id", "request", "up_to", "measured_at", "before", "measured_again_at", "after"],
    row_stays_because="it shows that statistics did not change, in counts alone",
)
declare(
    SearchSample,
    personal={"sealed": Datum(Category.IDENTIFIER)},
    plain=[*SEALED, "request"],
    found_by="its request, until the search after the erasure is over",
)
declare(
    ResidueScan,
    plain=["id", "account", "request", "started_at", "ended_at", "identifiers", "texts", "searched", "not_searched"],
    subject="nobody",
)
declare(
    ResidueFinding,
    plain=["id", "scan", "kind", "place", "record", "what", "weight", "number"],
    row_stays_because="it says where something was left, by place and id, never what",
)
declare(
    Certificate,
    plain=["id", "request", "version", "issued_at", "is_clean", "final", "facts", "document"],
    row_stays_because="it shows that the request was met, without saying whose it was",
)
declare(
    Dossier,
    personal={
        "typed": Datum(Category.IDENTIFIER),
        "digests": Datum(Category.IDENTIFIER),
        "blob": Datum(Category.WORDS),
    },
    plain=[
        *SEALED, "reference", "right", "state", "raised_by", "for_user", "silence_others", "name_agents",
        "content_key_id", "media_type", "size_bytes", "counts", "left_out", "job_id", "raised_at", "built_at",
        "ended_at", "fetched_at",
    ],
    ages_from="ended_at",
    found_by="blind index",
    row_stays_because="it shows that a copy was given, without saying whose it was",
    content="blob",
)  # fmt: skip
dispose(Dossier, as_kind="dossier", of_account=True)
declare(
    ExternalSystem,
    plain=[
        "id", "account", "kind", "name", "places", "owner", "due_days", "url", "secret_number", "active", "added_at",
    ],
    subject="nobody",
)  # fmt: skip
declare(
    ExternalTask,
    belongs_to="request",
    plain=[
        "id", "account", "request", "system", "disclosure_id", "kind", "state", "owner", "due_on", "job_id",
        "error_code", "reminded_on", "made_at", "ended_at", "ended_by",
    ],
    row_stays_because="it shows what other systems were asked to do for a request, by codes and days",
)  # fmt: skip
declare(
    TaskSubject,
    personal={"about": WRITTEN},
    plain=[*SEALED, "task"],
    found_by="its task, until that has ended",
)
declare(
    TaskEvidence,
    belongs_to="task",
    personal={"text": WRITTEN},
    plain=[*SEALED, "task", "written_at"],
    found_by="its task, until the day the case file of the request ends",
)
declare(
    Closure,
    plain=[
        "id", "account", "reference", "state", "asked_by", "asked_at", "agreed_by", "agreed_at", "due_at",
        "started_at", "finished_at", "cancelled_by", "why", "counts", "certificate", "job_id",
    ],
    subject="nobody",
)  # fmt: skip
