"""The first guard: what a legal hold covers is not erased.

A record is covered when a hold names it or anything it belongs to; when somebody it belongs to carries an identifier a
hold names; and when it belongs to a call that fits a hold's condition. For requests and the log's details of acts on
them see `retention.case_files`. Nothing is copied when a hold is placed, so what arrives later is held as well. A fixed
number of queries, however many records are asked about and holds there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef

from customers.models import Customer, Identifier
from customers.resolution import RECOGNISING
from privacy.guards import Refusal, Target
from privacy.witness import RecordRef
from retention.case_files import in_cases
from retention.catching import CALL, holds_catching
from retention.models import HoldScope, LegalHold

GROUND = "legal_hold"
CUSTOMER, IDENTIFIER = Customer._meta.label, Identifier._meta.label
Hold = tuple[UUID, str]
"""A hold's id and reference."""


def legal_holds(targets: Sequence[Target]) -> Mapping[UUID, Refusal]:
    """Return a refusal for each target that an active hold covers, itself or through what it belongs to."""
    # A hold covers records of its own account only, and most accounts have none in force.
    if not _any_in_force(target.record for target in targets):
        return {}
    placed = in_cases(targets)
    holds = _covering([ref for target in placed for ref in target.lineage], most=1)
    found: dict[UUID, Refusal] = {}
    for target in placed if holds else ():
        covering = [holds[ref.label, ref.id] for ref in target.lineage if (ref.label, ref.id) in holds]
        if covering:
            found[target.record.id] = _refusal(*covering[0][0])
    return found


def holds_on(refs: Iterable[RecordRef], *, most: int = 1) -> dict[tuple[str, UUID], list[Hold]]:
    """Return, by label and id, which holds in force cover these records themselves, `most` by a condition at most."""
    refs = list(refs)
    return _covering(refs, most=most) if _any_in_force(refs) else {}


def _any_in_force(refs: Iterable[RecordRef]) -> bool:
    accounts = {ref.account_id for ref in refs if ref.account_id}
    return LegalHold.objects.filter(account__in=accounts, released_at=None).exists()


def _covering(refs: Collection[RecordRef], *, most: int) -> dict[tuple[str, UUID], list[Hold]]:
    accounts = {ref.account_id for ref in refs if ref.account_id}
    found = _named({ref.id for ref in refs})
    for customer_id, holds in _carrying({ref.id for ref in refs if ref.label == CUSTOMER}).items():
        found.setdefault((CUSTOMER, customer_id), []).extend(holds)
    calls = {ref.id for ref in refs if ref.label == CALL}
    for call_id, holds in holds_catching(calls, accounts, most=most).items():
        found.setdefault((CALL, call_id), []).extend(holds)
    return {key: list(dict.fromkeys(holds)) for key, holds in found.items()}


def _named(record_ids: set[UUID]) -> dict[tuple[str, UUID], list[Hold]]:
    rows = HoldScope.objects.filter(hold__released_at=None, record_id__any_of=record_ids).order_by("hold__placed_at")
    found: dict[tuple[str, UUID], list[Hold]] = {}
    for label, record_id, hold_id, reference in rows.values_list("label", "record_id", "hold_id", "hold__reference"):
        found.setdefault((label, record_id), []).append((hold_id, reference))
    return found


def _carrying(customers: set[UUID]) -> dict[UUID, list[Hold]]:
    """Return the holds that name an identifier which one of these customers carries as well."""
    living = Identifier.objects.filter(condemned_at=None, kind__in=RECOGNISING)
    carried = [
        (customer_id, (account_id, bytes(index)))
        for customer_id, account_id, index in living.filter(customer_id__any_of=customers).values_list(
            "customer_id", "account_id", "digest"
        )
    ]
    if not carried:
        return {}
    scopes = HoldScope.objects.filter(hold__released_at=None, label=IDENTIFIER)
    named = living.filter(
        Exists(scopes.filter(record_id=OuterRef("pk"))),
        account_id__in={account_id for _, (account_id, _) in carried},
        digest__in={index for _, (_, index) in carried},
    )
    indexes = {
        pk: (account_id, bytes(index)) for pk, account_id, index in named.values_list("pk", "account_id", "digest")
    }
    if not indexes:
        return {}
    naming = scopes.filter(record_id__in=indexes).values_list("record_id", "hold_id", "hold__reference")
    holds: dict[tuple[UUID, bytes], list[Hold]] = {}
    for pk, hold_id, reference in naming:
        holds.setdefault(indexes[pk], []).append((hold_id, reference))
    return {customer_id: holds[index] for customer_id, index in carried if index in holds}


def _refusal(hold_id: UUID, reference: str) -> Refusal:
    return Refusal(GROUND, f"The legal hold {reference} covers it.", by=str(hold_id))
