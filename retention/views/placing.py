"""The page that places a legal hold, with a look at what it would cover, and the one for the rules of holds."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account, Agent
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.typed import id_in
from retention import hold_rules
from retention.catching import CALL
from retention.conditions import LENGTHS, Condition
from retention.errors import HoldError, Incomplete
from retention.hold_preview import preview_hold
from retention.holds import Covered, place_hold
from retention.models import Ground, LegalHold
from retention.models.scopes import CONTENTS, DIRECTIONS
from retention.recognition import case_by, customers_by
from retention.searches import condition_of, searches_for
from retention.views.holds import PLACE, day_in, owners_of
from trail.actor import Actor

NOTHING = "Say what is to be held: a call, a customer, or what calls are. Nothing is held yet."
LONGEST_REFERENCE = 40
ID = "The id of a call is 32 letters and digits in five groups. Nothing is held yet."


@page("holds/place/", name="hold-place", right=PLACE, action="hold.placed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: MemberRequest) -> HttpResponseBase:
    """Take what is to be held, for which matter and why; show beforehand what that covers."""
    account = membership_of(request).account
    form = request.POST if request.method == "POST" else request.GET
    context = _choices(request.actor, account, form)
    if request.method == "POST":
        try:
            covers = _covers(request.actor, account, form)
            if form.get("step") == "preview":
                if not covers:
                    raise Incomplete(NOTHING)
                context["preview"] = preview_hold(actor=request.actor, account=account, covers=covers)
            else:
                return redirect("portal:hold", _place(request, account, covers).pk)
        except HoldError as error:
            context["problem"] = str(error)
    status = 422 if "problem" in context else 200
    return render_page(request, "retention/place.html", context, title="Place a legal hold", status=status)


@page("holds/rules/", name="hold-rules", right=hold_rules.CHANGE, action="hold_rules.changed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: MemberRequest) -> HttpResponseBase:
    """Show and change whether a second person must agree to releases."""
    account = membership_of(request).account
    if request.method == "POST":
        four_eyes = "four_eyes" in request.POST
        hold_rules.change_hold_rules(actor=request.actor, account=account, four_eyes=four_eyes)
        messages.success(request, "The rule was changed. Releases already asked for still wait for a second person.")
        return redirect("portal:hold-rules")
    context = {"rules": hold_rules.rules_of(account)}
    return render_page(request, "retention/hold_rules.html", context, title="Rules of legal holds")


def _choices(actor: Actor, account: Account, form: QueryDict) -> dict[str, Any]:
    return {
        "form": form,
        "hold_id": id_in(form.get("hold_id", "")) or LegalHold().pk,
        "grounds": Ground.choices,
        "agents": [(str(each.pk), str(each)) for each in Agent.objects.filter(account=account).order_by("name")],
        "directions": DIRECTIONS,
        "contents": CONTENTS,
        "lengths": [(code, title) for code, (title, *_) in LENGTHS.items()],
        "owners": [(str(pk), name) for pk, name in owners_of(account) if pk != actor.user_id],
        "searches": [(str(pk), name) for pk, name in searches_for(actor)],
        "zone": account.zone,
    }


def _place(request: MemberRequest, account: Account, covers: list[Covered | Condition]) -> LegalHold:
    form = request.POST
    return place_hold(
        actor=request.actor,
        account=account,
        covers=covers,
        matter=form.get("matter", ""),
        reason=form.get("reason", ""),
        ground=form.get("ground", ""),
        review_on=day_in(form.get("review_on", "")),
        owner_id=id_in(form.get("owner", "")),
        hold_id=id_in(form.get("hold_id", "")),
    )


def _covers(actor: Actor, account: Account, form: QueryDict) -> list[Covered | Condition]:
    call, customer, condition = form.get("interaction", "").strip(), form.get("identifier", ""), Condition.read(form)
    covers: list[Covered | Condition] = []
    if call:
        known = id_in(call)
        if known is None:
            raise Incomplete(ID)
        covers.append(Covered(CALL, known))
    if customer.strip():
        covers += customers_by(account, customer)
    if case := form.get("case", "").strip():
        covers.append(case_by(account, case[:LONGEST_REFERENCE]))
    if search := form.get("search", "").strip():
        covers.append(condition_of(actor, search))
    return [*covers, condition] if condition else covers
