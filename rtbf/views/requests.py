"""The pages of the right to be forgotten: who, what was found, confirm, and what became of it.

Faces only: each reads a form, calls one flow and shows what it said. Every form carries the id its request will have,
so that a double click makes one request.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.days import today_in
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.typed import id_in
from privacy.ids import new_id
from privacy.open import Warrant, open_rows
from rtbf.cases.intake import WRITE
from rtbf.codes import Asks, Channel, Check, Ending, Exclusion, Extension, Relation
from rtbf.discovery.reading import split
from rtbf.discovery.sharing import sharing_of
from rtbf.entries import opening_of
from rtbf.errors import PlanChanged, RequestError
from rtbf.models import Action, Request, State
from rtbf.planning.changes import changes_if_thin, found_by_scans
from rtbf.planning.freezing import GOING
from rtbf.querysets import SEE
from rtbf.requests.approval import APPROVE, may_approve, second_person_for
from rtbf.requests.lifecycle import (
    CANCEL,
    RAISE,
    WORD,
    cancel_request,
    confirm_request,
    is_stopped,
    resume_request,
)
from rtbf.requests.presenting import clock, groups, outcomes, progress, staying, summary, timeline
from rtbf.requests.raising import raise_in_accounts
from rtbf.requests.refusing import REFUSE, grounds_of
from rtbf.requests.sections import sections
from rtbf.rights.presenting import other_right
from rtbf.views.acting import act_on
from rtbf.views.finding import visible_request
from rtbf.views.forms import intake_from, linked_accounts, linked_requests

TABS = {
    "pending": (
        "Pending",
        (State.DRAFT, State.DISCOVERING, State.PLANNED, State.DECIDING, State.PENDING, State.EXECUTING),
    ),
    "waiting": ("Waiting for others", (State.WAITING,)),
    "completed": ("Completed", (State.COMPLETED, State.EXCEPTIONS)),
    "refused": ("Refused", (State.REFUSED,)),
    "cancelled": ("Cancelled", (State.CANCELLED, State.WITHDRAWN)),
}
SHOWN = 200
LONGEST_FORM = 20_000


@page("forget/", name="forget", right=RAISE, action="request.planned")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: MemberRequest) -> HttpResponseBase:
    """Ask who is to be forgotten, and search."""
    account = membership_of(request).account
    others = linked_accounts(request)
    context: dict[str, Any] = {
        "form": request.POST, "request_id": new_id(), "others": [account for _, account in others],
        "chosen": request.POST.getlist("accounts"), "channels": Channel.choices, "relations": Relation.choices,
        "checks": Check.choices, "today": today_in(account),
    }  # fmt: skip
    if request.method == "POST":
        try:
            raised = raise_in_accounts(
                actor=request.actor,
                account=account,
                others=[each for each in others if str(each[1].pk) in context["chosen"]],
                identifiers=split(request.POST.get("identifiers", "")[:LONGEST_FORM]),
                request_id=id_in(request.POST.get("request_id", "")),
                intake=intake_from(request.POST),
                later="later" in request.POST,
            )
        except RequestError as error:
            context["problem"] = str(error)
        else:
            for each in raised[1:]:
                messages.info(request, f"{each.account}: {each.problem or f'{each.request} was raised there as well.'}")
            return redirect("portal:request", raised[0].request.pk)  # type: ignore[union-attr]  # the first raises or is
    title = "Forget a customer"
    return render_page(request, "rtbf/forget.html", context, title=title, status=422 if "problem" in context else 200)


@page("requests/", name="requests", right=SEE, action="requests.opened")
@never_cache
@require_GET
def requests(request: MemberRequest) -> HttpResponseBase:
    """List requests by where they stand."""
    tab = request.GET.get("tab", "pending")
    tab = tab if tab in TABS else "pending"
    visible = Request.objects.visible_to(request.actor)
    found = visible.filter(state__in=TABS[tab][1]).select_related("account", "raised_by")
    order = ("due_on", "-raised_at") if tab in ("pending", "waiting") else ("-raised_at",)
    today = today_in(membership_of(request).account)
    context = {
        "tab": tab,
        "tabs": [(name, title, visible.filter(state__in=states).count()) for name, (title, states) in TABS.items()],
        "rows": [
            {
                "request": row,
                "summary": summary(row),
                "progress": progress(row),
                "timeline": timeline(row),
                "clock": clock(row, today),
            }
            for row in found.order_by(*order)[:SHOWN]
        ],
        "may_raise": may(request.actor, RAISE),
    }
    return render_page(request, "rtbf/requests.html", context, title="Requests")


@page("requests/<uuid:pk>/", name="request", right=SEE, action="request.opened")
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one request: whom, the plan, what happened, how far it is."""
    found = visible_request(request, pk, "request.opened")
    opening = opening_of(found, request.actor, "request.opened")
    context = {
        **_context(request, found),
        "identifiers": _identifiers(found, opening),
        "groups": groups(found, warrant=opening),
        "timeline": timeline(found, with_papers=True),
        "outcomes": outcomes(found),
        "sharing": sharing_of(found) if found.state == State.PLANNED else [],
        "changed": changes_if_thin(found),
        "scanned": found_by_scans(found),
        "sections": sections(found, request.actor),
        "linked": linked_requests(request, found),
    }
    if found.asks != Asks.ERASURE:
        context |= other_right(found, request.actor, opening)
        return render_page(request, "rtbf/right.html", context, title=found.reference)
    return render_page(request, "rtbf/request.html", context, title=found.reference)


@page("requests/<uuid:pk>/confirm/", name="request-confirm", right=RAISE, action="request.confirmed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Say in words what will be destroyed, and take FORGET."""
    found = visible_request(request, pk, "request.confirmed")
    context = {**_context(request, found), "word": WORD, "second": second_person_for(found, confirmer=request.user.pk)}
    if request.method == "POST":
        try:
            confirm_request(actor=request.actor, request=found, typed=request.POST.get("word", "")[:100])
        except PlanChanged as changed:
            messages.warning(request, str(changed))
            return redirect("portal:request", pk)
        except RequestError as error:
            context["problem"] = str(error)
        else:
            return redirect("portal:request", pk)
    elif found.state != State.PLANNED:
        return redirect("portal:request", pk)
    context["identifiers"] = _identifiers(found, opening_of(found, request.actor, "request.opened"))
    title = f"Confirm {found.reference}"
    return render_page(request, "rtbf/confirm.html", context, title=title, status=422 if "problem" in context else 200)


@page("requests/<uuid:pk>/cancel/", name="request-cancel", right=CANCEL, action="request.cancelled")
@never_cache
@require_POST
def cancel(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Cancel, and show the request again."""
    return act_on(request, pk, "request.cancelled", cancel_request, because=request.POST.get("because", "")[:16])


@page("requests/<uuid:pk>/resume/", name="request-resume", right=RAISE, action="request.resumed")
@never_cache
@require_POST
def resume(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Go on with stopped work, and show the request again."""
    resume_request(actor=request.actor, request=visible_request(request, pk, "request.resumed"))
    return redirect("portal:request", pk)


@page("requests/<uuid:pk>/progress/", name="request-progress", right=SEE, action="request.opened")
@never_cache
@require_GET
def show_progress(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Answer how far the work is, for the page's refresh."""
    return JsonResponse(progress(visible_request(request, pk, "request.opened")))


def _context(request: MemberRequest, found: Request) -> dict[str, Any]:
    return {
        "found": found,
        "summary": summary(found),
        "staying": staying(found),
        "progress": progress(found),
        "is_stopped": is_stopped(found),
        "is_running": found.state in (State.DISCOVERING, State.PENDING, State.EXECUTING),
        "clock": clock(found, today_in(found.account)),
        "may_approve": found.state == State.WAITING and may(request.actor, APPROVE, found),
        "is_second": may_approve(request.actor, found),
        "may_refuse": found.is_open and may(request.actor, REFUSE, found),
        "may_write": may(request.actor, WRITE, found),
        "choices": {
            "endings": Ending.choices[:3],
            "grounds": grounds_of(found),
            "extensions": Extension.choices,
            "checks": Check.choices,
            "exclusions": Exclusion.choices,
        },
        "may_raise": may(request.actor, RAISE, found),
        "undecided": found.items.filter(action=Action.DECIDE).exists(),
        "would_erase": found.items.filter(action__in=GOING).exists(),
        "may_cancel": may(request.actor, CANCEL, found) and found.is_open,
    }


def _identifiers(found: Request, opening: Warrant) -> list[dict[str, str]]:
    rows = list(found.identifiers.filter(condemned_at=None))
    opened = open_rows(rows, "shown", warrant=opening)
    return [{"kind": row.get_kind_display(), "shown": opened[row.pk]["shown"]} for row in rows if row.pk in opened]
