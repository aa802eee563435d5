"""The pages of legal holds: the list, placing one, and one hold with its release.

Faces only: each reads a form, calls one flow and shows what it said. What was written about a matter is sealed, so
showing it is an opening, with an entry.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from privacy import restored
from privacy.ids import new_id
from privacy.open import Warrant, open_rows, warrant
from privacy.witness import RecordRef
from retention.errors import HoldError, Incomplete
from retention.guard import GROUND
from retention.holds import COVERABLE, Covered, place_hold, release_hold
from retention.models import Ground, LegalHold
from retention.querysets import SEE
from retention.recognition import customers_by
from retention.reviewing import confirm_holds
from trail.refusal import NotVisible

PLACE, RELEASE = "retention.place_hold", "retention.release_hold"
SHOWN = 200
TABS = {"active": "In force", "released": "Released"}


@page("holds/", name="holds", right=SEE, action="holds.opened")
@never_cache
@require_GET
def holds(request: MemberRequest) -> HttpResponseBase:
    """List the holds of the account, those in force first."""
    tab = request.GET.get("tab", "active")
    tab = tab if tab in TABS else "active"
    visible = LegalHold.objects.visible_to(request.actor)
    lists = {"active": visible.filter(released_at=None), "released": visible.exclude(released_at=None)}
    rows = list(lists[tab].select_related("placed_by").prefetch_related("scopes").order_by("-placed_at")[:SHOWN])
    context = {
        "tab": tab,
        "tabs": [(name, title, lists[name].count()) for name, title in TABS.items()],
        "rows": _with_matters(rows, _warrant(request, "holds.opened")) if rows else [],
        "may_place": may(request.actor, PLACE),
        "restored": may(request.actor, PLACE) and restored.unreviewed(membership_of(request).account_id),
    }
    return render_page(request, "retention/holds.html", context, title="Legal holds")


@page("holds/confirm/", name="holds-confirm", right=PLACE, action="holds.reviewed")
@never_cache
@require_POST
def confirm(request: MemberRequest) -> HttpResponseBase:
    """Note that the holds were looked at after a restore, and show them again."""
    try:
        confirm_holds(actor=request.actor, account=membership_of(request).account)
        messages.success(request, "Noted. Disposal by age goes on.")
    except HoldError as error:
        messages.error(request, str(error))
    return redirect("portal:holds")


@page("holds/place/", name="hold-place", right=PLACE, action="hold.placed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: MemberRequest) -> HttpResponseBase:
    """Take what is to be held, for which matter and why."""
    form = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"form": form, "hold_id": new_id(), "grounds": Ground.choices}
    if request.method == "POST":
        try:
            hold = _place(request)
        except HoldError as error:
            context["problem"] = str(error)
        else:
            return redirect("portal:hold", hold.pk)
    status = 422 if "problem" in context else 200
    return render_page(request, "retention/place.html", context, title="Place a legal hold", status=status)


@page("holds/<uuid:pk>/", name="hold", right=SEE, action="hold.opened")
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one hold with what was written about it."""
    hold = _visible(request, pk, "hold.opened")
    opening = _warrant(request, "hold.opened", hold)
    opened = open_rows([hold], "matter", "reason", "release_reason", warrant=opening).get(hold.pk, {})
    context = {
        "hold": hold,
        "opened": opened,
        "scopes": _scopes(hold),
        "may_release": may(request.actor, RELEASE, hold),
    }
    return render_page(request, "retention/hold.html", context, title=hold.reference)


@page("holds/<uuid:pk>/release/", name="hold-release", right=RELEASE, action="hold.released")
@never_cache
@require_POST
def release(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Release a hold, and show it again."""
    try:
        release_hold(
            actor=request.actor, hold=_visible(request, pk, "hold.released"), reason=request.POST.get("reason", "")
        )
    except HoldError as error:
        messages.error(request, str(error))
    return redirect("portal:hold", pk)


def _place(request: MemberRequest) -> LegalHold:
    account = membership_of(request).account
    form = request.POST
    return place_hold(
        actor=request.actor,
        account=account,
        covers=[*_interactions(form.get("interaction", "")), *_customers(account, form.get("identifier", ""))],
        matter=form.get("matter", ""),
        reason=form.get("reason", ""),
        ground=form.get("ground", ""),
        review_on=_day(form.get("review_on", "")),
        hold_id=_id(form.get("hold_id", "")),
    )


def _interactions(text: str) -> list[Covered]:
    if not text.strip():
        return []
    known = _id(text.strip())
    if known is None:
        raise Incomplete("The id of a call is 32 letters and digits in five groups. Nothing is held yet.")
    return [Covered("interactions.Interaction", known)]


def _customers(account: Any, text: str) -> list[Covered]:
    return customers_by(account, text) if text.strip() else []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Incomplete("Write the day to look again as YYYY-MM-DD. Nothing is held yet.") from None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _visible(request: MemberRequest, pk: UUID, action: str) -> LegalHold:
    visible = LegalHold.objects.visible_to(request.actor).select_related("placed_by", "released_by", "account")
    hold = visible.filter(pk=pk).first()
    if hold is None:
        raise NotVisible(
            "There is no such hold in this account.",
            actor=request.actor,
            action=action,
            code="not_visible",
            record=(LegalHold._meta.label, str(pk)),
        )
    return hold


def _warrant(request: MemberRequest, action: str, hold: LegalHold | None = None) -> Warrant:
    account_id = membership_of(request).account_id
    record = RecordRef(LegalHold._meta.label, hold.pk, account_id) if hold else None
    return warrant(actor=request.actor, action=action, account_id=account_id, purpose=GROUND, record=record)


def _with_matters(rows: list[LegalHold], opening: Warrant) -> list[dict[str, Any]]:
    opened = open_rows(rows, "matter", warrant=opening)
    return [{"hold": row, "matter": opened.get(row.pk, {}).get("matter"), "scopes": _scopes(row)} for row in rows]


def _scopes(hold: LegalHold) -> str:
    """Return in words what a hold covers."""
    labels = [scope.label for scope in hold.scopes.all()]
    numbers = [(labels.count(label), word) for label, word in COVERABLE.items() if label in labels]
    return " and ".join(f"{number} {word}{'' if number == 1 else 's'} with all parts" for number, word in numbers)
