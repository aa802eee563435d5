"""What people do to a request on its page: search, decide rows, check identity, approve, give back, refuse, extend.

Faces only: each reads a form, calls one flow, and shows the request again with what the flow said.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import page, render_page
from accounts.requests import MemberRequest
from accounts.rights import may
from accounts.telling import telling
from accounts.typed import number_in
from rtbf import words
from rtbf.cases.intake import WRITE, check_identity
from rtbf.codes import Exclusion
from rtbf.entries import opening_of
from rtbf.errors import RequestError
from rtbf.models import Action, Request, State
from rtbf.planning.decisions import RAISE, decide
from rtbf.planning.samples import open_sample
from rtbf.querysets import SEE
from rtbf.requests.approval import APPROVE, approve_request, return_request
from rtbf.requests.presenting import ROWS_A_PAGE, plan_rows
from rtbf.requests.raising import search_request
from rtbf.requests.refusing import REFUSE, extend_request, refuse_request
from rtbf.views.finding import visible_request
from trail.refusal import NotVisible

SOUNDS = ("recording", "voicemail")


def act_on(request: MemberRequest, pk: UUID, action: str, flow: Callable[..., Any], **told: Any) -> HttpResponseBase:
    """Call a flow with a request of the account, and show the page again on which the button was.

    told: what else the flow is called with. Raises NotVisible, entered as `action`.
    """
    found = visible_request(request, pk, action)
    with telling(request, RequestError):
        flow(actor=request.actor, request=found, **told)
    return redirect("portal:request-plan" if request.POST.get("back") == "plan" else "portal:request", pk)


@page("requests/<uuid:pk>/search/", name="request-search", right=RAISE, action="request.planned")
@never_cache
@require_POST
def search(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Search for whom a draft names."""
    return act_on(request, pk, "request.planned", search_request)


@page("requests/<uuid:pk>/decide/", name="request-decide", right=RAISE, action="request.decided")
@never_cache
@require_POST
def decide_rows(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Decide over the selected rows."""
    typed = [number_in(each, digits=15) for each in request.POST.getlist("rows")]
    rows = [each for each in typed if each is not None]
    choice = request.POST.get("choice", "")[:24]
    return act_on(request, pk, "request.decided", decide, items=rows, choice=choice)


@page("requests/<uuid:pk>/identity/", name="request-identity", right=WRITE, action="identity.checked")
@never_cache
@require_POST
def identity(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Note how identity was checked."""
    return act_on(request, pk, "identity.checked", check_identity, how=request.POST.get("how", "")[:16])


@page("requests/<uuid:pk>/approve/", name="request-approve", right=APPROVE, action="request.approved")
@never_cache
@require_POST
def approve(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Approve as the second person."""
    return act_on(request, pk, "request.approved", approve_request)


@page("requests/<uuid:pk>/return/", name="request-return", right=APPROVE, action="request.returned")
@never_cache
@require_POST
def give_back(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Give the request back instead of approving it."""
    return act_on(request, pk, "request.returned", return_request)


@page("requests/<uuid:pk>/refuse/", name="request-refuse", right=REFUSE, action="request.refused")
@never_cache
@require_POST
def refuse(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Refuse the request."""
    return act_on(request, pk, "request.refused", refuse_request, ground=request.POST.get("ground", "")[:16])


@page("requests/<uuid:pk>/extend/", name="request-extend", right=REFUSE, action="request.extended")
@never_cache
@require_POST
def extend(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Take two months more."""
    return act_on(request, pk, "request.extended", extend_request, because=request.POST.get("because", "")[:12])


@page("requests/<uuid:pk>/plan/", name="request-plan", right=SEE, action="request.opened")
@never_cache
@require_GET
def plan(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show the plan row by row, filtered, with boxes to decide."""
    found = visible_request(request, pk, "request.opened")
    kind, action = request.GET.get("kind", "")[:24], request.GET.get("action", "")[:12]
    place = number_in(request.GET.get("page", ""), digits=7) or 1
    rows, count = plan_rows(
        found, kind=kind, action=action, page=place, warrant=opening_of(found, request.actor, "request.opened")
    )
    kinds = found.items.order_by("kind").values_list("kind", flat=True).distinct()
    context = {
        "found": found, "rows": rows, "count": count, "kind": kind, "action": action, "page": place,
        "first": (place - 1) * ROWS_A_PAGE + 1, "last": (place - 1) * ROWS_A_PAGE + len(rows),
        "more": place * ROWS_A_PAGE < count,
        "kinds": [(each, words.named(each, 2)) for each in kinds], "actions": Action.choices,
        "exclusions": Exclusion.choices, "may_open": may(request.actor, RAISE, found),
        "may_decide": may(request.actor, RAISE, found) and found.state == State.PLANNED,
    }  # fmt: skip
    return render_page(request, "rtbf/plan.html", context, title=f"{found.reference}: the plan")


@page("requests/<uuid:pk>/rows/<int:row>/", name="request-row", right=RAISE, action="plan_row.opened")
@never_cache
@require_GET
def show_row(request: MemberRequest, pk: UUID, row: int) -> HttpResponseBase:
    """Show what one record of the plan says."""
    found = visible_request(request, pk, "plan_row.opened")
    item = found.items.select_related("request").filter(pk=row).first()
    if item is None:
        raise NotVisible(
            "There is no such row in this plan.", actor=request.actor, action="plan_row.opened", code="not_visible",
            record=(Request._meta.label, str(pk)),
        )  # fmt: skip
    context = {"found": found, "item": item, "sample": open_sample(actor=request.actor, item=item),
               "because": words.because(item.because), "call": item.unit if item.kind in SOUNDS else None}  # fmt: skip
    return render_page(request, "rtbf/row.html", context, title=f"{found.reference}: one record")
