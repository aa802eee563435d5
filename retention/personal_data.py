"""What of retention is personal: what people wrote about the matter of a hold."""

from privacy.map import Category, Datum, declare
from retention.models import Deferral, DisposalRules, HoldCondition, HoldRules, HoldScope, LegalHold, Policy, Run

WRITTEN = Datum(Category.CASE)

declare(
    LegalHold,
    personal={"matter": WRITTEN, "reason": WRITTEN, "release_reason": WRITTEN},
    plain=[
        "id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at", "reference", "ground", "placed_by",
        "placed_at", "owner", "review_on", "reminded_on", "too_late", "release_asked_by", "release_asked_at",
        "released_by", "released_at",
    ],
    found_by="the records it covers; taken once released, with the customer it was about",
    row_stays_because="who held what and when explains why something was not erased",
)  # fmt: skip
declare(HoldScope, plain=["id", "hold", "label", "record_id"], subject="nobody")
declare(
    HoldCondition,
    plain=[
        "id", "hold", "account", "agent", "queue", "direction", "content", "period", "seconds", "key", "is_live",
    ],
    subject="nobody",
)  # fmt: skip
declare(HoldRules, plain=["id", "account", "four_eyes"], subject="nobody")
declare(
    Policy,
    plain=[
        "id", "account", "name", "is_default", "kinds", "purposes", "directions", "lines", "queues", "campaigns",
        "teams", "keep", "minimum", "maximum", "because", "replaces", "proposed_by", "proposed_at", "effective_at",
        "ends_at", "ended_by", "withdrawn_at", "withdrawn_by", "paused_until", "paused_because", "paused_by",
    ],
    subject="nobody",
)  # fmt: skip
declare(DisposalRules, plain=["id", "account", "pending_days", "from_hour", "to_hour", "pause_ms"], subject="nobody")
declare(
    Run,
    plain=[
        "id", "account", "reference", "state", "cut_off", "policies_at", "code", "foreseen", "counts", "cursor",
        "started_by", "created_at", "started_at", "finished_at", "checkpoint", "next_foreseen", "job_id",
    ],
    subject="nobody",
)  # fmt: skip
declare(
    Deferral,
    plain=[
        "id", "account", "label", "record_id", "ground", "held_by", "run", "first_at", "last_at", "resolved_at",
    ],
    subject="nobody",
)  # fmt: skip
