"""The page of an account's rules: what calls that come in are kept for."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import NotPossible
from accounts.finding import find_visible
from accounts.handling import CHANGE, NAMED, add_rule, remove_rule
from accounts.known_names import NAMES, names_of_calls, unheard_of
from accounts.models import Purpose, PurposeRule
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may

SEE = "accounts.view_purposerule"
LISTED = "purpose_rules.opened"
OFFERED = 200
DIRECTIONS = {"": "All", "inbound": "Inbound", "outbound": "Outbound", "internal": "Internal"}


@page("purposes/", name="purposes", right=SEE, action=LISTED)
@never_cache
@require_http_methods(["GET", "HEAD"])
def rules(request: MemberRequest) -> HttpResponseBase:
    """Show the rules, and the form that adds one."""
    return _show(request)


@page("purposes/add/", name="purpose-add", right=CHANGE, action="purpose_rule.added")
@never_cache
@require_POST
def add(request: MemberRequest) -> HttpResponseBase:
    """Add a rule for calls that come in from now on."""
    asked = request.POST
    told = {name: asked.get(name, "").replace("\0", "") for name in NAMED}
    account = membership_of(request).account
    try:
        add_rule(actor=request.actor, account=account, purposes=asked.getlist("purposes"), **told)
    except NotPossible as problem:
        return _show(request, str(problem), {**told, "purposes": asked.getlist("purposes")})
    return redirect("portal:purposes")


@page("purposes/<uuid:pk>/end/", name="purpose-end", right=CHANGE, action="purpose_rule.removed",
      record=(PurposeRule._meta.label, "pk"))  # fmt: skip
@never_cache
@require_POST
def end(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """End a rule; calls that came in under it keep their purposes."""
    rows = PurposeRule.objects.visible_to(request.actor)
    remove_rule(actor=request.actor, rule=find_visible(rows, pk, actor=request.actor, action="purpose_rule.removed"))
    return redirect("portal:purposes")


def _show(request: MemberRequest, problem: str = "", told: dict[str, Any] | None = None) -> HttpResponseBase:
    labels, account = dict(Purpose.choices), membership_of(request).account
    known = names_of_calls(account)
    context = {
        "rules": [
            {"rule": rule, "purposes": [labels.get(each, each) for each in rule.purposes],
             "direction": DIRECTIONS.get(rule.direction, rule.direction),
             "unheard_of": unheard_of(known, {name: [getattr(rule, name)] for name in NAMES if getattr(rule, name)})}
            for rule in PurposeRule.objects.visible_to(request.actor)
        ],
        "account": account,
        "known": {name: sorted(values)[:OFFERED] for name, values in known.items()},
        "purposes": Purpose.choices,
        "directions": DIRECTIONS,
        "may_change": may(request.actor, CHANGE),
        "problem": problem,
        "told": told or {},
    }  # fmt: skip
    status = 422 if problem else 200
    return render_page(request, "accounts/purposes.html", context, title="What calls are kept for", status=status)
