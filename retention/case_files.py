"""What a hold on a request of a customer keeps: its case file, what proves it was met, and the log's details about it.

The parts of a case belong to its request in the map, so the guard finds them as it finds the parts of a call. Two links
the map does not know: a detail of the log belongs to nothing, but its entry says what the act was on; and a case file
belongs to no customer, so that it outlives one. Requests stand above this app and are reached by their labels.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import Account
from customers.models import Customer, Identifier
from customers.resolution import RECOGNISING
from privacy.guards import Target
from privacy.witness import RecordRef
from trail.models import Detail, Event

REQUEST: Final = "rtbf.Request"
COPY: Final = "rtbf.Dossier"
NAMED: Final = {REQUEST: "request", COPY: "copy for a customer"}
"""What people name by its reference, and what it is called."""

PARTS: Final = {
    "rtbf.CaseFile": ("request_id", ("case file", "case files")),
    "rtbf.Letter": ("case__request_id", ("letter", "letters")),
    "rtbf.Evidence": ("case__request_id", ("attachment", "attachments")),
    "rtbf.TaskEvidence": ("task__request_id", ("answer of another system", "answers of other systems")),
    "rtbf.RequestedIdentifier": ("request_id", ("identifier as typed", "identifiers as typed")),
    "rtbf.Correction": ("request_id", ("correction asked for", "corrections asked for")),
}
"""What belongs to a request: by which path, and what one and several are called."""
DETAILS: Final = ("detail of the log", "details of the log")

WRITTEN: Final = ("rtbf.CaseFile", "rtbf.Letter", "rtbf.Evidence", "rtbf.TaskEvidence")
"""The parts a hold on the customer keeps as well. What was typed is not among them: requests must be able to end."""


def in_cases(targets: Sequence[Target]) -> list[Target]:
    """Return targets whose lineage also names the request an entry of the log is about, and whom a case is about.

    A query for details, three for parts of cases, none for anything else.
    """
    beyond = {**_acts(targets), **_people(targets)}
    return [replace(each, lineage=(*each.lineage, *beyond.get(each.record.id, ()))) for each in targets]


def _acts(targets: Sequence[Target]) -> dict[UUID, list[RecordRef]]:
    details = [target.record.id for target in targets if target.record.label == Detail._meta.label]
    if not details:
        return {}
    rows = Event.objects.filter(pk__any_of=details, record_label__in=NAMED)
    found = rows.values_list("pk", "record_label", "record_id", "account_id")
    return {pk: [RecordRef(label, UUID(record_id), account_id)] for pk, label, record_id, account_id in found}


def _people(targets: Sequence[Target]) -> dict[UUID, list[RecordRef]]:
    written = [target for target in targets if target.record.label in WRITTEN]
    asked = {target.record.id: ref for target in written for ref in target.lineage if ref.label == REQUEST}
    people = _customers_of({ref.id for ref in asked.values()}) if asked else {}
    return {
        record_id: [RecordRef(Customer._meta.label, each, ref.account_id) for each in sorted(people.get(ref.id, ()))]
        for record_id, ref in asked.items()
    }


def _customers_of(requests: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Return the customers whom requests plan for, or whom what was typed for them still names."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    planned = _rows("rtbf.PlanItem").filter(request_id__in=requests, label=Customer._meta.label)
    for request_id, customer_id in planned.values_list("request_id", "record_id"):
        found[request_id].add(customer_id)
    typed = _rows("rtbf.RequestedIdentifier").filter(request_id__in=requests, condemned_at=None)
    asked = [
        (request_id, (account_id, bytes(digest)))
        for request_id, account_id, digests in typed.values_list("request_id", "account_id", "digests")
        for digest in digests
    ]
    carried = Identifier.objects.filter(
        account_id__in={account_id for _, (account_id, _) in asked}, digest__in={digest for _, (_, digest) in asked},
        kind__in=RECOGNISING, condemned_at=None,
    )  # fmt: skip
    by_index: dict[tuple[UUID, bytes], set[UUID]] = defaultdict(set)
    for account_id, digest, customer_id in carried.values_list("account_id", "digest", "customer_id"):
        by_index[account_id, bytes(digest)].add(customer_id)
    for request_id, index in asked:
        found[request_id] |= by_index.get(index, set())
    return found


def find_named(account: Account, reference: str) -> tuple[str, UUID] | None:
    """Return the label and id of the request or copy of an account with this reference, None if there is none."""
    for label in NAMED:
        row = _rows(label).filter(account_id=account.pk, reference=reference.upper()).values_list("pk").first()
        if row is not None:
            return label, row[0]
    return None


def references(named: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """Return what requests and copies are called, such as “request RTBF-2026-000007”, by label and id."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for label, pk in named:
        ids[label].append(pk)
    return {
        (label, pk): f"{NAMED[label]} {reference}"
        for label, some in ids.items()
        for pk, reference in _rows(label).filter(pk__in=some).order_by("pk").values_list("pk", "reference")
    }


def left_of(request_id: UUID) -> list[str]:
    """Return what is left of a request's case that a hold would keep, such as “2 letters”; nothing if nothing is."""
    parts = [(words, part.filter(condemned_at=None).count()) for words, part in _parts_of([request_id])]
    acts = Event.objects.filter(record_label=REQUEST, record_id=str(request_id)).exclude(detail_commitment=None)
    details = Detail.objects.filter(pk__in=acts.values("pk"), condemned_at=None).count()
    return [f"{number:,} {words[number != 1]}" for words, number in (*parts, (DETAILS, details)) if number]


def parts_being_erased(requests: Collection[UUID]) -> int:
    """Return how many parts of requests are past the point of no return and not erased yet."""
    going = [part.filter(condemnation_id__isnull=False, erased_at=None) for _, part in _parts_of(requests)]
    return sum(part.count() for part in going) if requests else 0


def _parts_of(requests: Collection[UUID]) -> "list[tuple[tuple[str, str], QuerySet[Any]]]":
    return [(words, _rows(label).filter(**{f"{path}__in": requests})) for label, (path, words) in PARTS.items()]


def _rows(label: str) -> "QuerySet[Any]":
    return apps.get_model(label)._default_manager.all()
