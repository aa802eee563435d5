"""The page on which an account is closed: ask, agree as the second person, cancel, see what stops it."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.finding import find_visible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from rtbf.cases.rules import rules_of
from rtbf.closing import asking
from rtbf.closing.carrying_out import what_stops
from rtbf.errors import RequestError
from rtbf.models.closures import Closing, Closure
from rtbf.times import in_zone

ABOUT = (Closure._meta.label, "pk")


@page("closing/", name="closing", right=asking.AGREE, action="closings.opened")
@never_cache
@require_http_methods(["GET", "HEAD"])
def overview(request: MemberRequest) -> HttpResponseBase:
    """Show where the closing of the account stands."""
    return _show(request)


@page("closing/ask/", name="closing-ask", right=asking.CLOSE, action="closing.asked")
@never_cache
@require_POST
def ask(request: MemberRequest) -> HttpResponseBase:
    """Ask for the account to be closed."""
    try:
        asking.ask_to_close(
            actor=request.actor, account=membership_of(request).account, typed=request.POST.get("typed", "")
        )
    except RequestError as problem:
        return _show(request, str(problem))
    return redirect("portal:closing")


@page("closing/<uuid:pk>/agree/", name="closing-agree", right=asking.AGREE, action="closing.agreed", record=ABOUT)
@never_cache
@require_POST
def agree(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Agree as the second person."""
    return _act(request, pk, asking.agree_to_close)


@page("closing/<uuid:pk>/cancel/", name="closing-cancel", right=asking.AGREE, action="closing.cancelled", record=ABOUT)
@never_cache
@require_POST
def cancel(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Call it off while it waits."""
    return _act(request, pk, asking.cancel_closing)


def _act(request: MemberRequest, pk: UUID, act: Callable[..., Closure]) -> HttpResponseBase:
    rows = Closure.objects.visible_to(request.actor)
    closure = find_visible(rows, pk, actor=request.actor, action="closings.opened")
    try:
        act(actor=request.actor, closure=closure)
    except RequestError as problem:
        return _show(request, str(problem))
    return redirect("portal:closing")


def _show(request: MemberRequest, problem: str = "") -> HttpResponseBase:
    account = membership_of(request).account
    rows = Closure.objects.visible_to(request.actor).select_related("asked_by", "agreed_by")
    found = rows.exclude(state=Closing.CANCELLED).order_by("-asked_at").first()
    context = {
        "account": account,
        "found": found,
        "due": in_zone(found.due_at, account.zone) if found and found.due_at else "",
        "stops": what_stops(account) if found is None or found.started_at is None else found.why,
        "days": rules_of(account).closing_days,
        "may_ask": found is None and may(request.actor, asking.CLOSE),
        "may_agree": found is not None and found.state == Closing.ASKED and found.asked_by_id != request.user.pk,
        "may_cancel": found is not None and found.started_at is None,
        "erased": sum(found.counts.values()) if found else 0,
        "problem": problem,
    }
    status = 422 if problem else 200
    return render_page(request, "rtbf/closing.html", context, title="Close the account", status=status)
