"""The pages of the other rights: take a request in, carry it out, and the list of restricted customers.

Faces only: each reads a form, calls one flow, and shows the request again with what the flow said.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.days import today_in
from accounts.finding import find_visible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.telling import telling
from accounts.typed import id_in
from customers.models import Ground, Lifting, Restriction
from customers.restricting import LIFT
from customers.restricting import OPEN as OPEN_RESTRICTED
from customers.restricting import SEE as SEE_RESTRICTIONS
from interactions.models import Interaction
from interactions.presenting import in_a_line
from privacy.ids import new_id
from rtbf.codes import Asks, Channel, Check, Objection, Relation
from rtbf.discovery.reading import split
from rtbf.errors import RequestError
from rtbf.planning.decisions import RAISE
from rtbf.rights.correcting import correct_customer
from rtbf.rights.objecting import uphold_objection
from rtbf.rights.raising import DECIDE, MOST_CORRECTIONS, Wish, raise_right
from rtbf.rights.restricting import lift_restriction, restrict_customers, was_told
from rtbf.views.acting import act_on
from rtbf.views.forms import intake_from

LONGEST_FORM, CALLS_SHOWN = 20_000, 500
RIGHTS = [(each.value, each.label) for each in Asks if each != Asks.ERASURE]


@page("rights/", name="right-new", right=RAISE, action="request.drafted")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: MemberRequest) -> HttpResponseBase:
    """Take in a request to correct or restrict data, or an objection."""
    account = membership_of(request).account
    context: dict[str, Any] = {
        "form": request.POST, "request_id": new_id(), "rights": RIGHTS, "channels": Channel.choices,
        "grounds": Ground.choices[:3], "objections": Objection.choices, "relations": Relation.choices,
        "checks": Check.choices, "today": today_in(account),
    }  # fmt: skip
    if request.method == "POST":
        try:
            found = raise_right(
                actor=request.actor,
                account=account,
                wish=_wish(request),
                identifiers=split(request.POST.get("identifiers", "")[:LONGEST_FORM]),
                request_id=id_in(request.POST.get("request_id", "")),
                intake=intake_from(request.POST),
            )
        except RequestError as error:
            context["problem"] = str(error)
        else:
            return redirect("portal:request", found.pk)
    status = 422 if "problem" in context else 200
    return render_page(request, "rtbf/right_new.html", context, title="Correct, restrict, object", status=status)


def _wish(request: MemberRequest) -> Wish:
    """Return what the form asks for; what is no right or no pair is refused by the flow."""
    asks = request.POST.get("asks", "")
    old, new = (split(request.POST.get(name, "")[:LONGEST_FORM]) for name in ("wrong", "right"))
    pairs = list(zip(old, new, strict=True))[: MOST_CORRECTIONS + 1] if len(old) == len(new) else []
    grounds = {Asks.RESTRICTION: "ground", Asks.OBJECTION: "objection"}
    known = Asks(asks) if asks in Asks.values else Asks.ERASURE
    return Wish(known, request.POST.get(grounds.get(known, ""), "")[:16], pairs)


@page("requests/<uuid:pk>/restrict/", name="request-restrict", right=DECIDE, action="restriction.placed")
@never_cache
@require_POST
def restrict(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Restrict the data of whom the request names."""
    return act_on(request, pk, "restriction.placed", restrict_customers)


@page("requests/<uuid:pk>/correct/", name="request-correct", right=DECIDE, action="customer.corrected")
@never_cache
@require_POST
def correct(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Correct what the request names."""
    return act_on(request, pk, "customer.corrected", correct_customer)


@page("requests/<uuid:pk>/uphold/", name="request-uphold", right=DECIDE, action="objection.decided")
@never_cache
@require_POST
def uphold(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Uphold an objection."""
    return act_on(request, pk, "objection.decided", uphold_objection, decision=request.POST.get("decision", "")[:16])


@page("restrictions/", name="restrictions", right=SEE_RESTRICTIONS, action="restrictions.opened")
@never_cache
@require_GET
def restrictions(request: MemberRequest) -> HttpResponseBase:
    """List whose data is restricted, and whose was."""
    rows = Restriction.objects.visible_to(request.actor).select_related("placed_by", "lifted_by", "customer")
    context = {
        "in_force": [row for row in rows.order_by("-placed_at") if _is_in_force(row)],
        "ended": [row for row in rows.order_by("-lifted_at", "-placed_at") if not _is_in_force(row)],
    }
    return render_page(request, "rtbf/restrictions.html", context, title="Restricted customers")


@page("restrictions/<uuid:pk>/", name="restriction", right=SEE_RESTRICTIONS, action="restriction.opened")
@never_cache
@require_GET
def restriction(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one restriction: its ground, the calls it closes, and how it ends."""
    row = _visible(request, pk, "restriction.opened")
    may_open = may(request.actor, OPEN_RESTRICTED, row) and _is_in_force(row)
    calls = Interaction.objects.living().filter(customer=row.customer_id).select_related("agent")
    zone = membership_of(request).account.zone
    context = {
        "found": row,
        "in_force": _is_in_force(row),
        "count": calls.count(),
        "calls": [in_a_line(each, zone) for each in calls.order_by("-started_at")[:CALLS_SHOWN]] if may_open else [],
        "told": was_told(row),
        "may_lift": may(request.actor, LIFT, row) and _is_in_force(row),
        "liftings": Lifting.choices,
        "zone": zone,
    }
    return render_page(request, "rtbf/restriction.html", context, title=f"Restriction {row.reference}")


@page("restrictions/<uuid:pk>/lift/", name="restriction-lift", right=LIFT, action="restriction.lifted")
@never_cache
@require_POST
def lift(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Lift a restriction."""
    row = _visible(request, pk, "restriction.lifted")
    with telling(request, RequestError):
        lift_restriction(actor=request.actor, restriction=row, because=request.POST.get("because", "")[:12])
    return redirect("portal:restriction", pk)


def _is_in_force(row: Restriction) -> bool:
    return row.lifted_at is None and row.customer.is_living


def _visible(request: MemberRequest, pk: UUID, action: str) -> Restriction:
    rows = Restriction.objects.visible_to(request.actor).select_related("placed_by", "lifted_by", "customer")
    return find_visible(rows, pk, actor=request.actor, action=action)
