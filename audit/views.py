"""The auditor's pages: the access log, one entry of it, and the verification. Never any content, no way to any."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Account
from accounts.pages import page, render_page
from accounts.requests import MemberRequest
from audit import choosing, log, related
from audit.charts import SPANS, Charts, charts
from audit.filters import BadFilter, Filters
from audit.log import SEE, Cursor
from audit.reading import READ, Line, begin, lines, origins
from audit.sentences import facts_in_words
from audit.standing import standing
from audit.verification import RIGHT, start_verification
from audit.vocabulary import GROUPS, VIAS
from trail.canonical import Fact
from trail.inclusion import prove
from trail.models import VerificationRun
from trail.refusal import NotVisible

RUNS = 20
Way = Literal["older", "newer"]


@page("log/", name="log", right=SEE, action=READ)
@never_cache
@require_GET
def access_log(request: MemberRequest) -> HttpResponseBase:
    """List entries, a sentence a line."""
    account = _account(request)
    try:
        filters = Filters.parse(request.GET)
        place, way = _place(request.GET)
        span = _span(request.GET.get("days", ""))
    except BadFilter as problem:
        return _refused(request, str(problem))
    facts: dict[str, Fact] = {**filters.facts(), **({"place": way} if place else {})}
    permit = begin(request.actor, account.pk, facts=facts)
    found = log.page(request.actor, filters, account.zone, place, way)
    came_from = origins(found.events, permit)
    shown = lines(found.events, came_from, account_id=account.pk, zone=account.zone)
    people = choosing.people_of(account.pk)
    context = {
        **_frame(account),
        "filters": filters,
        "chips": choosing.chips(filters, people, next((each.whence.address for each in shown), "")),
        "options": choosing.options(people),
        "typed": filters.codes(),
        "query": filters.query(),
        "days": _by_day(shown),
        "problem": came_from.problem,
        "newer": str(Cursor.of(found.events[0])) if found.has_newer and found.events else "",
        "older": str(Cursor.of(found.events[-1])) if found.has_older and found.events else "",
        "is_first": place is None,
        "charts": _charts(request, account, filters, span),
        "span": span,
        "spans": SPANS,
    }
    return render_page(request, "audit/log.html", context, title="Access log")


@page("log/filter/", name="log-filter", right=SEE, action=READ)
@never_cache
@require_POST
def choose(request: MemberRequest) -> HttpResponseBase:
    """Turn the form into an address that names nobody, and go there."""
    try:
        filters = choosing.read_form(request.POST, _account(request).pk)
    except BadFilter as problem:
        return _refused(request, str(problem), request.POST)
    query = filters.query()
    return redirect(f"{reverse('portal:log')}?{query}" if query else reverse("portal:log"))


@page("log/entries/<uuid:pk>/", name="log-entry", right=SEE, action=READ, record=("trail.Event", "pk"))
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one entry: all it says, its place in the tree, and what happened around it."""
    account = _account(request)
    event = log.find(request.actor, pk)
    if event is None:
        raise NotVisible(
            "There is no such entry, or not for you.",
            actor=request.actor,
            action=READ,
            code="not_visible",
            record=("trail.Event", str(pk)),
        )
    permit = begin(request.actor, account.pk, facts={}, event=event)
    came_from = origins([event], permit)
    (line,) = lines([event], came_from, account_id=account.pk, zone=account.zone)
    context = {
        **_frame(account),
        "line": line,
        "event": event,
        "told": event.told,
        "facts": facts_in_words(line.entry),
        "how": VIAS.get(line.entry.via, line.entry.via),
        "group": GROUPS[line.group][0],
        "leaf": bytes(event.leaf_hash).hex(),
        "proof": prove(event),
        "problem": came_from.problem,
        "same_request": related.of_request(request.actor, event, account.zone),
        "same_record": related.of_record(request.actor, event, account.zone),
        "back": reverse("portal:log"),
    }
    return render_page(request, "audit/entry.html", context, title="Entry of the access log")


@page("verification/", name="verification", right=SEE, action=READ)
@never_cache
@require_GET
def verification(request: MemberRequest) -> HttpResponseBase:
    """Show whether the log is as it was sealed, and the verifications before."""
    account = _account(request)
    context = {**_frame(account), "runs": VerificationRun.objects.order_by("-at")[:RUNS]}
    return render_page(request, "audit/verification.html", context, title="Verification")


@page("verification/start/", name="verification-start", right=RIGHT, action="log.verified")
@never_cache
@require_POST
def start(request: MemberRequest) -> HttpResponseBase:
    """Let the log be verified, and show how far it is."""
    start_verification(actor=request.actor)
    return redirect("portal:verification")


@page("verification/state/", name="verification-state", right=SEE, action=READ)
@never_cache
@require_GET
def state(request: MemberRequest) -> HttpResponse:
    """Answer whether a verification still runs, for the page's refresh."""
    now = standing(_account(request).zone)
    return JsonResponse({"running": now.is_running, "headline": now.headline})


def _account(request: MemberRequest) -> Account:
    member = request.user.selected
    assert member is not None  # noqa: S101 - who has no membership has no right and never gets here
    return member.account


def _frame(account: Account) -> dict[str, Any]:
    return {"standing": standing(account.zone), "zone": account.zone}


def _charts(request: MemberRequest, account: Account, filters: Filters, span: int) -> Charts:
    """Return the charts of `span` days up to the last day asked for, or today."""
    events = log.visible_to(request.actor)
    events = events.filter(log.condition(filters.without("since"), account.pk, account.zone))
    last = filters.until or timezone.now().astimezone(ZoneInfo(account.zone)).date()
    return charts(events, last, span, account.zone)


def _place(given: Mapping[str, Any]) -> tuple[Cursor | None, Way]:
    if given.get("before") and given.get("after"):
        raise BadFilter("A page begins at one place, not at two.")
    if given.get("after"):
        return Cursor.parse(str(given["after"])), "newer"
    return (Cursor.parse(str(given["before"])) if given.get("before") else None), "older"


def _span(text: str) -> int:
    if text and text not in {str(span) for span in SPANS}:
        raise BadFilter("The charts cover 14 or 30 days.")
    return int(text) if text else SPANS[0]


def _refused(request: MemberRequest, sentence: str, typed: Mapping[str, Any] | None = None) -> HttpResponseBase:
    """Show the form again with what was wrong; nothing of the log was read."""
    account = _account(request)
    context = {
        **_frame(account),
        "wrong": sentence,
        "options": choosing.options(choosing.people_of(account.pk)),
        "typed": {name: str(value)[: choosing.LONGEST] for name, value in (typed or {}).items()},
        "filters": Filters(),
    }
    return render_page(request, "audit/log.html", context, title="Access log", status=400)


def _by_day(shown: list[Line]) -> list[tuple[datetime, list[Line]]]:
    days = groupby(shown, key=lambda line: line.when.date())
    return [(day[0].when, day) for day in (list(of_day) for _, of_day in days)]
