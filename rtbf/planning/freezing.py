"""Freeze what was found into the rows of a plan, and count it for people."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from interactions.models import SOUNDS, Interaction
from rtbf.discovery.records import Discovery, Item
from rtbf.models import Action, PlanItem, Request
from rtbf.words import kind_of

AT_ONCE = 1_000
GOING = (Action.DELETE, Action.ANONYMISE, Action.REDACT)


def freeze(request: Request, items: Iterable[Item], *, late: bool = False) -> None:
    """Write found items as rows of the request's plan; what stands there already stays as it was."""
    rows = [_row(request, item, late) for item in items]
    PlanItem.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)


def _row(request: Request, item: Item, late: bool) -> PlanItem:
    return PlanItem(
        request=request,
        label=item.label,
        record_id=item.id,
        unit=item.unit,
        customer_id=item.customer_id,
        kind=group_of(item),
        action=item.action,
        because=item.because,
        held_by=item.held_by,
        spans=[list(span) for span in item.spans] or None,
        late=late,
    )


def group_of(item: Item) -> str:
    """Return the group an item is shown in."""
    return "passage" if item.spans else kind_of(item.label)


def count(found: Discovery) -> dict[str, Any]:
    """Return what a plan comes to: records by kind and action, lengths, and what statistics keep."""
    kinds: dict[str, Counter[str]] = {}
    for item in found.items:
        kinds.setdefault(group_of(item), Counter())[item.action.value] += 1
    calls = Interaction.objects.filter(customer_id__in=found.people.certain)
    return {
        "kinds": {kind: dict(actions) for kind, actions in kinds.items()},
        "customers": len(found.people.certain),
        "open_customers": len(found.people.open),
        "calls": calls.count(),
        "talk_s": calls.aggregate(sum=Sum("talk_s"))["sum"] or 0,
        "sound_ms": sum(_sound_ms(found, model) for model in SOUNDS),
    }


def _sound_ms(found: Discovery, model: Any) -> int:
    ids: list[UUID] = [item.id for item in found.items if item.model is model and item.action in GOING]
    return model.objects.filter(pk__in=ids).aggregate(sum=Sum("duration_ms"))["sum"] or 0


def recount(request: Request) -> None:
    """Count the rows of a plan again, after people decided; what the search counted of calls stays."""
    kinds: dict[str, dict[str, int]] = {}
    for row in request.items.values("kind", "action").annotate(number=Count("pk")):
        kinds.setdefault(row["kind"], {})[row["action"]] = row["number"]
    request.counts = {**request.counts, "kinds": kinds, "sound_ms": sum(_going_ms(request, each) for each in SOUNDS)}
    request.save(update_fields=["counts"])


def _going_ms(request: Request, model: Any) -> int:
    going = request.items.filter(label=model._meta.label, action__in=GOING).values("record_id")
    return model.objects.filter(pk__in=going).aggregate(sum=Sum("duration_ms"))["sum"] or 0
