"""What the personal data map says about the log."""

from privacy.map import Category, Clear, Datum, declare, dispose
from trail.models import Checkpoint, Detail, Event, Position, VerificationRun

declare(
    Event,
    plain=[
        "id", "at", "action", "account_id", "user_id", "record_label", "record_id", "purpose", "case", "outcome",
        "text", "leaf_hash", "detail_commitment",
    ],
    row_stays_because="the log is evidence; what is personal in an entry stands in its detail",
    subject="staff",
)  # fmt: skip
declare(
    Detail,
    ages_from="ended_at",
    personal={"sealed": Datum(Category.BEHAVIOUR), "digests": Datum(Category.IDENTIFIER, on_erase=Clear())},
    plain=["id", "account_id", "key_id", "condemned_at", "condemnation_id", "erased_at", "ended_at"],
    found_by="digests",
    row_stays_because="the entry commits to it; the empty row says that there was a detail",
    subject="staff",
)
dispose(Detail, as_kind="detail", of_account=True)
declare(Position, plain=["seq", "event"], subject="nobody")
declare(Checkpoint, plain=["size", "root", "note", "frontier", "at"], subject="nobody")
declare(
    VerificationRun,
    plain=["id", "at", "seconds", "entries", "pending", "findings_count", "findings"],
    subject="nobody",
)
