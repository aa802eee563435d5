"""See whether a frozen plan still holds: what came in, went, or is held or free since, and make it anew if not.

Nobody may type FORGET for one plan and have another carried out. What people decided is kept where the record is still
there and the search still says the same of it.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from interactions.scanning import found_since
from rtbf import words
from rtbf.discovery.people import find_people
from rtbf.discovery.reading import asked_of
from rtbf.discovery.records import Discovery, Item, discover
from rtbf.entries import note
from rtbf.errors import PlanChanged
from rtbf.models import PlanItem, Request, State
from rtbf.planning.decisions import PERSON, apply_kept
from rtbf.planning.freezing import count, freeze, recount
from trail.actor import Actor
from trail.canonical import Fact

THIN = 2_000
WAITS = (State.PLANNED, State.WAITING, State.PENDING)

Key = tuple[str, UUID]
Fate = tuple[str, str, str, int]


@dataclass(frozen=True)
class Changes:
    """How many records came in, are gone, or have another fate than the plan says."""

    new: int = 0
    gone: int = 0
    other: int = 0

    def __bool__(self) -> bool:
        """Say whether anything changed."""
        return bool(self.new or self.gone or self.other)

    @property
    def in_words(self) -> str:
        """Return the changes as part of a sentence."""
        parts = [
            f"{number:,} {'record' if number == 1 else 'records'} {what}"
            for number, what in (
                (self.new, "came in"),
                (self.gone, "gone"),
                (self.other, "with another fate (a hold, a duty or a rule changed)"),
            )
            if number
        ]
        return ", ".join(parts)


def find_again(request: Request) -> Discovery:
    """Search once more for whom the request names; nothing is changed."""
    return discover(request.account, asked_of(request), request=request)


def changes(request: Request, found: Discovery | None = None) -> Changes:
    """Compare the plan with what a search finds now."""
    found = found or find_again(request)
    now = {(item.label, item.id): _fate(item) for item in found.items if item.because not in words.OF_THE_HOUSE}
    planned = request.items.filter(late=False).exclude(because__in=words.OF_THE_HOUSE)
    then = {_key(item): _fate_then(item) for item in planned}
    return Changes(
        new=len(now.keys() - then.keys()),
        gone=len(then.keys() - now.keys()),
        other=sum(_differs(key, now[key], then[key]) for key in now.keys() & then.keys()),
    )


def changes_if_thin(request: Request) -> Changes:
    """Return the changes of a plan that waits and is small enough to search again while a page loads."""
    waits = request.state in (State.PLANNED, State.WAITING) and asked_of(request)
    return changes(request) if waits and request.items.count() <= THIN else Changes()


def found_by_scans(request: Request) -> int:
    """Return in how many places deep scans found the person since the plan was made; cheap for plans of any length."""
    asked = asked_of(request) if request.planned_at and request.state in WAITS else []
    if not asked or request.planned_at is None:
        return 0
    people = find_people(request.account, asked)
    known = people.own | people.shared | {digest for each in asked for digest in each.digests}
    return found_since(request.account_id, request.planned_at).filter(digest__in=known).count()


def refuse_changed(*, actor: Actor, request: Request) -> None:
    """Pass if the plan still holds; else make it anew, to be confirmed again, and raise PlanChanged."""
    if request.state not in (State.PLANNED, State.WAITING) or not asked_of(request):
        return
    found = find_again(request)
    different = changes(request, found)
    if not different:
        return
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state not in (State.PLANNED, State.WAITING):
            return
        _plan_anew(held, found)
        counted = {"new": different.new, "gone": different.gone, "other": different.other}
        facts: dict[str, Fact] = {"items": len(found.items), **counted}
        note("request.replanned", held, actor, facts=facts)
    raise PlanChanged(
        f"Since the plan was made it has changed: {different.in_words}. Nothing was confirmed. Look at the new plan and"
        " confirm it."
    )


def _plan_anew(request: Request, found: Discovery) -> None:
    decided = {_key(item): item for item in request.items.exclude(decision="")}
    # A plan nobody carries out any more; what was decided in it is put into the new one.
    PlanItem.objects.filter(request=request).delete()
    freeze(request, found.items)
    request.counts, request.planned_at = count(found), timezone.now()
    request.state, request.confirmed_at, request.confirmed_by, request.second_because = State.PLANNED, None, None, ""
    request.save(update_fields=["counts", "planned_at", "state", "confirmed_at", "confirmed_by", "second_because"])
    if decided:
        apply_kept(request, decided)
        recount(request)


def _key(item: PlanItem) -> Key:
    return item.label, item.record_id


def _differs(key: Key, now: Fate, then: Fate) -> bool:
    # Whether a customer's own row stays follows from the rest, and from what people decided about the rest.
    follows = key[0] in PERSON and words.CUSTOMER_KEPT in (now[1], then[1])
    return now != then and not follows


def _fate(item: Item) -> Fate:
    return item.action.value, item.because, str(item.held_by or ""), len(item.spans)


def _fate_then(item: PlanItem) -> Fate:
    if item.decision:
        return item.found_action, item.found_because, "", len(item.spans or ())
    return item.action, item.because, str(item.held_by or ""), len(item.spans or ())
