"""What of a customer is personal."""

from customers.forgetting import marks_of_identifiers, marks_of_records
from customers.models import (
    Corrected,
    Customer,
    Disclosure,
    FieldMeaning,
    Identifier,
    Merge,
    Note,
    RegisterEntry,
    Restriction,
)
from privacy.ledger import known_by
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
    plain=[*ERASURE_MARKS, "customer", "kind", "by_register", "created_at"],
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

known_by(Identifier, marks_of_identifiers, needs=["kind"], opens=["value"], person=True)
known_by(RegisterEntry, marks_of_records, needs=["digest", "customer"], opens=["values"])
known_by(Note, marks_of_records, needs=["digest", "customer", "written_at"], opens=["texts", "author", "place"])
declare(
    Merge,
    plain=["id", "account", "customer", "taken_in", "moved", "merged_by", "merged_at", "undone_at"],
    row_stays_because="it says by ids which customers were found to be one person",
)
declare(
    Disclosure,
    belongs_to="customer",
    personal={"recipient": Datum(Category.SOURCE, on_erase=Shred())},
    plain=[*ERASURE_MARKS, "customer", "label", "record_id", "taken_by", "purpose", "case", "at"],
    found_by="customer",
    row_stays_because="it shows that copies left, and when, without saying whose they were",
)
declare(
    Restriction,
    plain=[
        "id", "account", "customer", "request_id", "reference", "ground", "placed_by", "placed_at", "lifted_by",
        "lifted_at", "lifted_because",
    ],
    row_stays_because="it says by ids whose data was restricted, and when",
)  # fmt: skip
declare(
    Corrected,
    belongs_to="customer",
    personal={"was": Datum(Category.IDENTIFIER, on_erase=Shred())},
    plain=[*ERASURE_MARKS, "customer", "kind", "reference", "at"],
    found_by="customer",
)
