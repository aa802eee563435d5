"""Correct values about a customer on request (GDPR Art. 16): the right one sealed anew, the wrong one's key shredded.

What is corrected is what the house says of the customer: identifiers, contacts, the name of calls, values that systems
attached to them. What was said or written in calls stays as it was; so does the number a call came from. That a value
was corrected stays on record, and an old export does not bring the wrong one back (customers/correcting.py).
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.rights import require
from customers.correcting import hash_of, remember
from customers.forgetting import marks_of_opened
from customers.identifiers import Kind, NotAnIdentifier, candidates
from customers.models import Corrected, Identifier, RegisterEntry
from interactions.batch import numbering_of
from interactions.forgetting import mark_of_content
from interactions.models import DataSourceValue, Interaction, Mention
from privacy import erasure, guards, ledger, lineage, redaction
from privacy.blind_index import digest
from privacy.models import SealedModel
from privacy.open import Warrant, open_rows
from retention.deferring import defer
from rtbf import words
from rtbf.codes import Asks
from rtbf.entries import GROUNDS, opening_of
from rtbf.errors import NotPossible, TooLate
from rtbf.external.tasking import ask_others
from rtbf.models import Correction, Request, RequestedIdentifier, State, TaskKind
from rtbf.rights.raising import DECIDE, locked_for_decision
from rtbf.rights.recipients import prepare_notices
from trail.actor import Actor, require_actor
from trail.append import append

GROUND: Final = "rectification"
NOT_ASKED: Final = (guards.OPEN_REQUESTS, guards.RESTRICTIONS)
"""An open request to forget was asked for before; what is restricted may be corrected: that is often why it is."""


@dataclass(frozen=True)
class Asked:
    """One correction, read: every normal form of the wrong value, as it was typed, and the right one."""

    row: Correction
    kind: Kind
    wrong: frozenset[str]
    said: str
    right: str
    shown: str

    def __repr__(self) -> str:
        """Name the kind alone: a repr ends up in tracebacks."""
        return f"Asked({self.kind.value})"


@dataclass(frozen=True)
class Change:
    """What changes in one record."""

    asked: Asked
    row: SealedModel
    values: Callable[[Mapping[str, Any]], Mapping[str, Any]]


def correct_customer(*, actor: Actor, request: Request) -> Request:
    """Carry a request to correct out. Safe to repeat after a crash; carried out twice, it is done once.

    Raises Refused, TooLate, and NotPossible when a value is nowhere held or a legal hold keeps a record as it is.
    """
    require(require_actor(actor), DECIDE, request, action="customer.corrected")

    with transaction.atomic():
        now = Request.objects.get(pk=request.pk)
        if now.asks == Asks.RECTIFICATION and now.state == State.COMPLETED:
            return now
        held, customers = locked_for_decision(request)
        if held.asks != Asks.RECTIFICATION:
            raise TooLate("The customer did not ask for this. Nothing was corrected.")
    opening = opening_of(held, actor, "correction.opened")
    asked = _asked(held, opening)
    planned = _changes(held, customers, asked, opening)
    _refuse_unheld(asked, planned)
    _refuse_held(planned)

    with transaction.atomic():
        for each in asked:
            for value in each.wrong:
                remember(held.account_id, customers, each.kind, value, reference=held.reference)
    for change in planned:
        _carry_out(change, actor=actor, case=held.reference)
    return _finish(held, customers, asked, planned, actor=actor)


def _asked(request: Request, opening: Warrant) -> list[Asked]:
    rows = list(request.corrections.filter(condemned_at=None).order_by("pk"))
    opened, regions = open_rows(rows, "old", "new", warrant=opening), numbering_of(request.account).regions
    found = []
    for row in rows:
        kind, values = Kind(row.kind), opened[row.pk]
        wrong = frozenset(each.value for each in candidates(kind, values["old"], regions=regions))
        right = candidates(kind, values["new"], regions=regions)[0]
        found.append(Asked(row, kind, wrong - {right.value}, values["old"], right.value, right.display))
    return found


def _changes(request: Request, customers: frozenset[UUID], asked: Sequence[Asked], opening: Warrant) -> list[Change]:
    regions = numbering_of(request.account).regions
    own = {"customer_id__in": customers, "condemned_at": None}
    of_calls = {"interaction__customer_id__in": customers, "condemned_at": None}
    entries, calls = list(RegisterEntry.objects.filter(**own)), list(Interaction.objects.filter(**own))
    values = list(DataSourceValue.objects.filter(**of_calls))
    said = open_rows(entries, "values", warrant=opening)
    names = open_rows(calls, "customer_name", warrant=opening)
    attached = open_rows(values, "value", warrant=opening)
    found: list[Change] = []
    for each in asked:
        digests = [digest(request.account_id, each.kind, value) for value in each.wrong]
        rows = Identifier.objects.filter(**own, kind=each.kind, digest__in=digests)
        found += [Change(each, row, _to("value", each.shown)) for row in rows]
        found += [
            Change(each, row, _columns(each, row, regions))
            for row in entries
            if row.pk in said and any(_says(each, text, regions) for text in (said[row.pk]["values"] or {}).values())
        ]
        for rows_of, opened, name in ((calls, names, "customer_name"), (values, attached, "value")):
            if name == "value" or each.kind == Kind.NAME:
                found += [
                    Change(each, row, _to(name, each.shown))
                    for row in rows_of
                    if row.pk in opened and _says(each, opened[row.pk][name], regions)
                ]
    return found


def _to(name: str, shown: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    return lambda values: {name: shown}


def _columns(
    asked: Asked, row: RegisterEntry, regions: Sequence[str]
) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    def change(values: Mapping[str, Any]) -> Mapping[str, Any]:
        columns = values["values"] or {}
        right = {name: asked.shown if _says(asked, text, regions) else text for name, text in columns.items()}
        if right != columns:
            # Nothing else says afterwards what the old contact was, and it would come in as a new one.
            ledger.write(row.account_id, marks_of_opened(row, values))
        return {"values": right}

    return change


def _says(asked: Asked, text: Any, regions: Sequence[str]) -> bool:
    """Say whether a whole field is the wrong value, in any spelling."""
    if not isinstance(text, str) or not text.strip():
        return False
    try:
        return any(each.value in asked.wrong for each in candidates(asked.kind, text, regions=regions))
    except NotAnIdentifier:
        return False


def _refuse_unheld(asked: Sequence[Asked], planned: Sequence[Change]) -> None:
    for place, each in enumerate(asked, start=1):
        # An attempt that was interrupted may have corrected it already; then it is remembered as wrong.
        began = Corrected.objects.filter(reference=each.row.request.reference, account_id=each.row.account_id).exists()
        if not began and not any(change.asked is each for change in planned):
            raise NotPossible(
                f"Correction {place}: nothing held about this customer says that. Nothing was corrected. Refuse the"
                " request, or take it in anew with the value as it is held."
            )


def _refuse_held(planned: Sequence[Change]) -> None:
    refused = guards.ask(lineage.targets([each.row for each in planned]), without=NOT_ASKED) if planned else {}
    if refused:
        grounds = {words.because(each.ground) for each in refused.values()}
        raise NotPossible(
            f"{len(refused)} of the records stay as they are: {', '.join(sorted(grounds))}. Nothing was corrected."
        )


def _carry_out(change: Change, *, actor: Actor, case: str) -> None:
    """Correct one record: seal it anew, shred the old key, and let its index follow. Safe to repeat."""
    row, asked = change.row, change.asked
    fresh = digest(row.account_id, asked.kind, asked.right)
    if isinstance(row, Identifier) and _carries(row, fresh):
        erasure.erase([row], actor=actor, ground=GROUND, case=case, without_guards=NOT_ASKED)
        return
    if isinstance(row, DataSourceValue):
        ledger.write(row.account_id, [mark_of_content(row)])
    refused = redaction.redact(row, change.values, actor=actor, ground=GROUND, case=case, without_guards=NOT_ASKED)
    if refused:
        raise NotPossible("A legal hold was placed meanwhile. Some of it was corrected; the rest stays as it is.")
    rows: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    if isinstance(row, Identifier):
        rows.update(digest=fresh)
    elif not isinstance(row, Interaction):
        # The old index of the whole record could be tried against guesses of what it said.
        rows.update(digest=os.urandom(32))
    if isinstance(row, DataSourceValue):
        old = list(Mention.objects.filter(value=row.pk, condemned_at=None))
        erasure.erase(old, actor=actor, ground=GROUND, case=case, without_guards=NOT_ASKED)
        place = [[0, 0, len(asked.shown)]]
        Mention.objects.create(account_id=row.account_id, value=row, kind=asked.kind, digest=fresh, parts=place)


def _carries(row: Identifier, fresh: bytes) -> bool:
    others = Identifier.objects.indexed(row.account_id, [fresh]).filter(customer_id=row.customer_id, kind=row.kind)
    return others.exclude(pk=row.pk).exists()


def _finish(
    request: Request, customers: frozenset[UUID], asked: Sequence[Asked], planned: Sequence[Change], *, actor: Actor
) -> Request:
    """Say that it is done, tell others, and take what was typed: it holds the wrong value."""
    said = [{"kind": each.kind.value, "wrong": each.said, "right": each.shown} for each in asked]
    notices = prepare_notices(request, customers, TaskKind.CORRECT, actor=actor, corrections=said)
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state == State.COMPLETED:
            return held
        held.state, held.finished_at = State.COMPLETED, timezone.now()
        held.counts = {"corrected": dict(Counter(words.kind_of(each.row._meta.label) for each in planned))}
        held.save(update_fields=["state", "finished_at", "counts"])
        ask_others(held, notices, actor=actor)
        for customer_id in customers:
            for each in asked:
                number = sum(change.asked is each for change in planned)
                append(
                    "customer.corrected", actor=actor, account_id=held.account_id, case=held.reference,
                    record=("customers.Customer", str(customer_id)), purpose=GROUNDS[Asks.RECTIFICATION],
                    facts={"kind": each.kind.value, "records": number},
                )  # fmt: skip
    right_again = [hash_of(held.account_id, each.kind, each.right) for each in asked]
    no_longer_wrong = Corrected.objects.filter(customer_id__in=customers, was__in=right_again, condemned_at=None)
    typed = RequestedIdentifier.objects.filter(request=held, condemned_at=None)
    gone: Iterator[SealedModel] = iter([*no_longer_wrong, *typed, *(each.row for each in asked)])
    defer(erasure.erase(gone, actor=actor, ground=GROUND, case=held.reference, without_guards=NOT_ASKED).kept)
    return held
