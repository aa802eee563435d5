"""What of a request is personal: what was typed, and nothing else.

The rows with it are taken when the request has run; those of a request that was cancelled, or never confirmed, when the
person they name is forgotten by another.
"""

from privacy.map import Category, Datum, declare
from rtbf.models import PlanItem, Request, RequestedIdentifier

declare(
    Request,
    plain=[
        "id", "account", "reference", "state", "raised_by", "planned_at", "confirmed_by", "confirmed_at",
        "grace_ends_at", "cancelled_by", "cancelled_at", "started_at", "replanned_at", "finished_at", "counts",
        "job_id",
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
    PlanItem,
    plain=[
        "id", "request", "label", "record_id", "unit", "customer_id", "kind", "action", "because", "held_by", "spans",
        "late", "done_at", "outcome",
    ],
    row_stays_because="it shows what became of each record, by id",
)  # fmt: skip
