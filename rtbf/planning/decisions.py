"""What people decide in a plan: leave records out, take them in again, and say whose a shared identifier is.

Decided is by unit, a call with all its parts, because half a call says as much as a whole one. Each decision is a code
and stands on record; the plan keeps what the search had found, so that it can be taken back.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.rights import require
from customers.models import Customer, Identifier
from privacy import guards, lineage
from privacy import map as data_map
from rtbf import words
from rtbf.codes import Exclusion
from rtbf.discovery.records import OWN_GUARDS, kept_by
from rtbf.entries import note
from rtbf.errors import NotPossible, TooLate
from rtbf.models import Action, Outcome, PlanItem, Request, State
from rtbf.planning.freezing import GOING, recount
from trail.actor import Actor, require_actor

RAISE: Final = "rtbf.raise_request"
THEIRS: Final = "theirs"
NOT_THEIRS: Final = "not_theirs"
TAKE_BACK: Final = "take_back"
PERSON: Final = (Customer._meta.label, Identifier._meta.label)
MOST_AT_ONCE: Final = 1_000
CHANGED: Final = ["action", "because", "held_by", "decision", "decided_by", "found_action", "found_because"]


def decide(*, actor: Actor, request: Request, items: Sequence[int], choice: str) -> int:
    """Decide over the units of these plan rows (by id); returns how many rows changed.

    `choice`: an Exclusion leaves them out; `theirs` and `not_theirs` answer rows a person must decide; `take_back`
    undoes. Raises Refused, NotPossible, TooLate.
    """
    require(require_actor(actor), RAISE, request, action="request.decided")

    if choice not in {*Exclusion.values, THEIRS, NOT_THEIRS, TAKE_BACK}:
        raise NotPossible("Choose what to decide from the list. Nothing was changed.")
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise NotPossible(f"Select at least one row and at most {MOST_AT_ONCE:,}. Nothing was changed.")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state != State.PLANNED:
            raise TooLate("The plan was confirmed or ended meanwhile. Nothing was changed.")
        units = held.items.filter(pk__in=items).values_list("unit", flat=True)
        rows = list(held.items.filter(unit__in=list(units)))
        changed = [row for row in rows if _decide(row, choice, actor)]
        _ask_guards(changed)
        PlanItem.objects.bulk_update(changed, CHANGED, batch_size=500)
        keep_whole(held)
        recount(held)

        note("request.decided", held, actor, facts={"items": len(changed), "code": choice})
    return len(changed)


def _decide(row: PlanItem, choice: str, actor: Actor | None) -> bool:
    """Change one row if the choice fits it; says whether it did."""
    found = row.found_action if row.decision else row.action
    if choice == TAKE_BACK:
        if not row.decision:
            return False
        row.action, row.because = row.found_action, row.found_because
        row.decision, row.decided_by_id, row.found_action, row.found_because, row.held_by = "", None, "", "", None
        return True
    answers = choice in (THEIRS, NOT_THEIRS)
    if answers != (found == Action.DECIDE) or (found == Action.KEEP and row.because != words.CUSTOMER_KEPT):
        return False
    if not row.decision:
        row.found_action, row.found_because = row.action, row.because
    row.decision, row.decided_by_id = choice, actor.user_id if actor else row.decided_by_id
    row.action = fate(row) if choice == THEIRS else Action.KEEP
    row.because = words.DECIDED_THEIRS if choice == THEIRS else choice
    return True


def fate(row: PlanItem) -> Action:
    """Return what becomes of a record that goes, as the map says."""
    if row.spans:
        return Action.REDACT
    stays = data_map.entry(apps.get_model(row.label)).row_stays_because
    return Action.ANONYMISE if stays else Action.DELETE


def _ask_guards(rows: Iterable[PlanItem]) -> None:
    """Show what a hold or a duty keeps also among what a person has just let go."""
    going = {row.record_id: row for row in rows if row.action in GOING}
    for label in {row.label for row in going.values()}:
        model: Any = apps.get_model(label)
        ids = [row.record_id for row in going.values() if row.label == label]
        targets = lineage.targets(model._default_manager.filter(pk__in=ids))
        for record_id, refusal in guards.ask(targets, without=OWN_GUARDS).items():
            row = going[record_id]
            row.action, (row.because, row.held_by) = Action.KEEP, kept_by(refusal)


def keep_whole(request: Request) -> None:
    """Keep the row and identifiers of a customer of whom something stays, and let them go again when nothing does."""
    own = request.items.exclude(customer_id=None)
    staying = own.filter(action=Action.KEEP).exclude(because__in=(words.CUSTOMER_KEPT, NOT_THEIRS))
    staying = staying.exclude(label__in=PERSON)
    kept = set(staying.values_list("customer_id", flat=True))
    person = own.filter(label__in=PERSON, decision="")
    person.filter(customer_id__in=kept, action__in=GOING).update(action=Action.KEEP, because=words.CUSTOMER_KEPT)
    for row in person.filter(because=words.CUSTOMER_KEPT).exclude(customer_id__in=kept):
        row.action = fate(row)
        row.because = words.STATISTICS if row.action == Action.ANONYMISE else words.THEIR_OWN
        row.save(update_fields=["action", "because"])


def apply_kept(request: Request, decided: Mapping[tuple[str, UUID], PlanItem]) -> None:
    """Put earlier decisions into a plan made anew, where the search still says the same of the record."""
    changed = []
    for row in request.items.all():
        before = decided.get((row.label, row.record_id))
        if before is None or (row.action, row.because) != (before.found_action, before.found_because):
            continue
        if _decide(row, before.decision, None):
            row.decided_by_id = before.decided_by_id
            changed.append(row)
    _ask_guards(changed)
    PlanItem.objects.bulk_update(changed, CHANGED, batch_size=500)
    keep_whole(request)


def settle(request: Request) -> None:
    """Mark what people left out as done, with all parts of it that came in since: it is not touched."""
    left_out = request.items.filter(decision__in=Exclusion.values)
    units = list(left_out.values_list("unit", flat=True).distinct())
    now = timezone.now()
    rows = request.items.filter(done_at=None)
    rows.filter(unit__in=units).update(done_at=now, outcome=Outcome.KEPT)
    rows.filter(decision=NOT_THEIRS).update(done_at=now, outcome=Outcome.NOT_THEIRS)
