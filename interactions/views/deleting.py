"""The page that deletes content of a call by hand: what goes, what stays and why, the reason, and the confirmation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.lengths import length
from accounts.pages import page, render_page
from accounts.requests import MemberRequest
from interactions import deleting
from interactions.deleting import ALL, DELETED, KINDS, AlreadyDeleted, Deletion, NotDeletable, Wanted
from interactions.models import Interaction, OfInteraction, SoundFile
from interactions.presenting import day_and_time
from interactions.views.unreachable import or_say_later
from privacy.guards import Refusal

ABOUT = (Interaction._meta.label, "pk")
NAMES = {"datasourcevalue": "Data value", "transcription": "Transcript", "analysis": "Analysis"}


@page("interactions/<uuid:pk>/delete/", name="interaction-delete", right=deleting.DELETE, action=DELETED, record=ABOUT)
@never_cache
@or_say_later
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show what deleting would take along and what must stay; delete when a person says why and confirms."""
    asked = request.POST if request.method == "POST" else request.GET
    try:
        plan = deleting.foresee(actor=request.actor, call_id=pk, wanted=_wanted(asked))
        if request.method == "POST":
            return _delete(request, plan, asked)
    except AlreadyDeleted as problem:
        messages.info(request, str(problem))
        return redirect("portal:interaction", pk)
    except NotDeletable as problem:
        return _show(request, deleting.foresee(actor=request.actor, call_id=pk, wanted=Wanted()), str(problem))
    return _show(request, plan)


def _delete(request: MemberRequest, plan: Deletion, asked: QueryDict) -> HttpResponseBase:
    if asked.get("confirmed") != "yes":
        return _show(request, plan, "Say that you know it can't be brought back. Nothing was deleted.")
    try:
        done = deleting.delete_content(
            actor=request.actor, call_id=plan.call.pk, wanted=plan.wanted, reason=asked.get("reason", ""),
            seen=asked.get("seen", ""),
        )  # fmt: skip
    except AlreadyDeleted:
        raise
    except NotDeletable as problem:
        fresh = deleting.foresee(actor=request.actor, call_id=plan.call.pk, wanted=plan.wanted)
        return _show(request, fresh, str(problem))
    if done.number:
        messages.success(request, f"Deleted: {done.number} of what this call left. It can't be brought back.")
    for says in sorted({refusal.says for refusal in done.kept.values()}):
        messages.warning(request, f"Something stays. {says}")
    return redirect("portal:interaction", plan.call.pk)


def _show(request: MemberRequest, plan: Deletion, problem: str = "") -> HttpResponseBase:
    zone = plan.call.account.zone
    rows = [*plan.chosen, *plan.others]
    going = {row.pk for row in plan.going}
    everything = deleting.foresee(actor=request.actor, call_id=plan.call.pk, wanted=Wanted()).chosen
    context = {
        "call": plan.call,
        "when": day_and_time(plan.call.started_at, zone),
        "kind": plan.wanted.kind,
        "content": plan.wanted.id or "",
        "choices": [(ALL, "", "Everything this call left"), *_choices(everything)],
        "going": [_row(row, zone) for row in rows if row.pk in going],
        "staying": [_row(row, zone, plan.refused.get(row.pk)) for row in rows if row.pk not in going],
        "reasons": deleting.REASONS,
        "reason": request.POST.get("reason", ""),
        "seen": plan.seen,
        "problem": problem,
    }
    return render_page(
        request, "interactions/delete.html", context, title="Delete content", status=422 if problem else 200
    )


def _wanted(asked: QueryDict) -> Wanted:
    """Read what to delete; what can't be read is no content of this call."""
    kind, _, content = asked.get("what", ALL).partition(":")
    try:
        return Wanted(kind, UUID(content) if content else None)
    except ValueError:
        raise NotDeletable("There is no such content in this call. Nothing was deleted.") from None


def _choices(rows: tuple[OfInteraction, ...]) -> list[tuple[str, Any, str]]:
    """Return what may be chosen by itself."""
    by_model = {model: kind for kind, model in KINDS.items()}
    found = [row for row in rows if type(row) in by_model]
    return [(by_model[type(row)], row.pk, f"Only the {_name(row).lower()}{_size(row)}") for row in found]


def _row(row: OfInteraction, zone: str, refusal: Refusal | None = None) -> dict[str, str]:
    says = refusal.says if refusal else ""
    return {"name": _name(row), "size": _size(row), "since": day_and_time(row.created_at, zone), "says": says}


def _name(row: OfInteraction) -> str:
    model = str(row._meta.model_name)
    return NAMES.get(model, model.capitalize())


def _size(row: OfInteraction) -> str:
    """Return how long a sound is; nothing where that is not known, and no "0:00" for a sound that can be heard."""
    if not isinstance(row, SoundFile) or not row.duration_ms:
        return ""
    return f" of {length(row.duration_ms / 1000)}" if row.duration_ms >= 1000 else " of less than a second"
