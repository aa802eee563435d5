"""What of a legal hold is personal: what people wrote about the matter."""

from privacy.map import Category, Datum, declare
from retention.models import HoldScope, LegalHold

WRITTEN = Datum(Category.CASE)

declare(
    LegalHold,
    personal={"matter": WRITTEN, "reason": WRITTEN, "release_reason": WRITTEN},
    plain=[
        "id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at", "reference", "ground", "placed_by",
        "placed_at", "review_on", "released_by", "released_at",
    ],
    found_by="the records it covers; taken once released, with the customer it was about",
    row_stays_because="who held what and when explains why something was not erased",
)  # fmt: skip
declare(HoldScope, plain=["id", "hold", "label", "record_id"], subject="nobody")
