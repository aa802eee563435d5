"""What of a customer is personal."""

from customers.models import Customer, FieldMeaning, Identifier, Note, RegisterEntry
from privacy.map import Category, Datum, Shred, Tokenise, declare

ERASURE_MARKS = ["id", "key_id", "account", "condemned_at", "condemnation_id", "erased_at"]

declare(
    Customer,
    personal={"token": Datum(Category.SOURCE, on_erase=Tokenise())},
    plain=[*ERASURE_MARKS, "created_at"],
    found_by="identifiers",
    row_stays_because="statistics count distinct callers",
)
declare(
    Identifier,
    belongs_to="customer",
    personal={
        "value": Datum(Category.IDENTIFIER, on_erase=Shred()),
        "digest": Datum(Category.IDENTIFIER, on_erase=Shred()),
    },
    plain=[*ERASURE_MARKS, "customer", "kind", "created_at"],
    found_by="blind index",
)
declare(
    RegisterEntry,
    belongs_to="customer",
    ages_from="created_at",
    personal={
        "values": Datum(Category.IDENTIFIER, on_erase=Shred()),
        "place": Datum(Category.SOURCE, on_erase=Shred()),
        "digest": Datum(Category.SOURCE, on_erase=Shred()),
    },
    plain=[*ERASURE_MARKS, "customer", "created_at"],
    found_by="customer",
)
declare(
    Note,
    belongs_to="customer",
    ages_from="created_at",
    personal={
        "texts": Datum(Category.WORDS, on_erase=Shred()),
        "author": Datum(Category.STAFF, on_erase=Shred()),
        "place": Datum(Category.SOURCE, on_erase=Shred()),
        "digest": Datum(Category.WORDS, on_erase=Shred()),
    },
    plain=[*ERASURE_MARKS, "customer", "written_at", "created_at"],
    found_by="customer, mentions",
)
declare(FieldMeaning, plain=["id", "account", "field", "means"], subject="nobody")
