"""The pages on which a supervisor says that two customers are one person, or that one is two.

Faces only: each reads a form, calls one flow and shows what it said. What a customer is known by is opened to be
compared, with an entry; calls are told apart by time, agent and length, and nothing of their content is opened.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.finding import find_visible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.typed import id_in
from customers import belongings
from customers.errors import LinkingError
from customers.finding import Found, find_customers
from customers.following import objections
from customers.merging import PURPOSE, merge_customers, split_customer, undo_merge
from customers.models import Customer, Identifier, Merge
from customers.querysets import MERGE
from customers.restricting import restricted
from interactions.choosing import Chosen, chosen_in, is_confirmed
from interactions.models import Interaction
from interactions.presenting import day_of, in_a_line
from privacy.ids import new_id
from privacy.open import open_rows, warrant
from privacy.witness import RecordRef

OPENED = "customer.opened"
LONGEST_FORM, CALLS_SHOWN, RECORDS_SHOWN, LONGEST_RECORD = 20_000, 500, 50, 200


@page("customers/", name="customers", right=MERGE, action="customers.opened")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def customers(request: MemberRequest) -> HttpResponseBase:
    """Find customers by what they are known by."""
    account = membership_of(request).account
    typed = request.POST.get("identifiers", "")[:LONGEST_FORM]
    context: dict[str, Any] = {"typed": typed}
    if request.method == "POST":
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        try:
            found = find_customers(actor=request.actor, account=account, lines=lines)
        except LinkingError as problem:
            context["problem"] = str(problem)
        else:
            context["found"] = [_found(each, account.zone) for each in found]
    status = 422 if "problem" in context else 200
    return render_page(request, "customers/customers.html", context, title="Customers", status=status)


@page("customers/merge/", name="customers-merge", right=MERGE, action="customer.merged")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: MemberRequest) -> HttpResponseBase:
    """Show two customers side by side with what would move, and merge them."""
    form = request.POST if request.method == "POST" else request.GET
    ids = [found for each in form.getlist("customer")[:3] if (found := id_in(each))]
    if len(set(ids)) != 2:
        messages.error(request, "Choose exactly two customers. Nothing was merged.")
        return redirect("portal:customers")
    stays, goes = (_visible(request, pk, "customer.merged") for pk in ids)
    problem = ""
    if request.method == "POST":
        try:
            merge_customers(actor=request.actor, customer=stays, other=goes)
        except LinkingError as error:
            problem = str(error)
        else:
            messages.success(request, "They are one customer now. It can be undone on this page.")
            return redirect("portal:customer", stays.pk)
    in_the_way = objections(stays.account_id, frozenset({stays.pk, goes.pk}))
    context = {
        "people": [{"customer": each, **_compared(request, each)} for each in (stays, goes)],
        "moves": belongings.count_of(goes.pk),
        "problem": problem or " ".join(in_the_way),
        "may_merge": not in_the_way,
    }
    title = "Merge two customers"
    return render_page(request, "customers/merge.html", context, title=title, status=422 if problem else 200)


@page("customers/<uuid:pk>/", name="customer", right=MERGE, action=OPENED, record=(Customer._meta.label, "pk"))
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show what is tied to one customer, to be split."""
    return _show(request, _visible(request, pk, OPENED))


@page(
    "customers/<uuid:pk>/split/", name="customer-split", right=MERGE, action="customer.split",
    record=(Customer._meta.label, "pk"),
)  # fmt: skip
@never_cache
@require_POST
def split(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show what would move to a customer of its own; when that is confirmed, split."""
    customer = _visible(request, pk, "customer.split")
    chosen = chosen_in(request.POST)
    if not chosen.moving:
        return _show(request, customer, status=422, problem="Choose what goes to the other customer. Nothing moved.")
    if not is_confirmed(request.POST):
        return _preview(request, customer, chosen)
    try:
        person = split_customer(
            actor=request.actor,
            customer=customer,
            moving=chosen.moving,
            shared=chosen.shared,
            new_customer_id=id_in(request.POST.get("new_customer_id", "")),
        )
    except LinkingError as problem:
        return _show(request, customer, status=422, problem=str(problem))
    messages.success(request, "They are two customers now. This is the new one. To undo it, merge them again.")
    return redirect("portal:customer", person.pk)


@page("merges/<uuid:pk>/undo/", name="merge-undo", right=MERGE, action="customer.split")
@never_cache
@require_POST
def undo(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Undo a merge, and show the customer who was given back."""
    merge = find_visible(Merge.objects.visible_to(request.actor), pk, actor=request.actor, action="customer.split")
    try:
        person = undo_merge(actor=request.actor, merge=merge)
    except LinkingError as problem:
        messages.error(request, str(problem))
        return redirect("portal:customer", merge.customer_id)
    messages.success(request, "The merge was undone. This is the customer who had been taken in.")
    return redirect("portal:customer", person.pk)


def _preview(request: MemberRequest, customer: Customer, chosen: Chosen) -> HttpResponseBase:
    context = {
        "customer": customer,
        "moves": belongings.in_words(chosen.moving),
        "moving": [f"{label}:{pk}" for label, ids in chosen.moving.items() for pk in ids],
        "shared": chosen.shared,
        "new_customer_id": new_id(),
        "problem": " ".join(objections(customer.account_id, frozenset({customer.pk}))),
    }
    return render_page(request, "customers/split.html", context, title="Split a customer")


def _show(request: MemberRequest, customer: Customer, *, status: int = 200, problem: str = "") -> HttpResponseBase:
    zone = membership_of(request).account.zone
    calls = Interaction.objects.visible_to(request.actor).filter(customer=customer, condemned_at=None)
    rows = list(calls.select_related("agent").order_by("-started_at")[:CALLS_SHOWN])
    context = {
        "customer": customer,
        **_compared(request, customer),
        "calls": [in_a_line(row, zone) for row in rows],
        "more_calls": customer.interactions.filter(condemned_at=None).count() - len(rows),
        "notes": [
            {"pk": note.pk, "when": day_of(note.written_at or note.created_at, zone)}
            for note in customer.notes.filter(condemned_at=None).order_by("created_at")[:RECORDS_SHOWN]
        ],
        "merges": Merge.objects.visible_to(request.actor)
        .filter(customer=customer, undone_at=None)
        .select_related("merged_by"),
        "zone": zone,
        "problem": problem,
    }
    return render_page(request, "customers/customer.html", context, title="One customer", status=status)


def _compared(request: MemberRequest, customer: Customer) -> dict[str, Any]:
    """Return what a customer is known by and what registers say, with one entry; of a restricted one, nothing."""
    reference = restricted([customer.pk]).get(customer.pk)
    if reference:
        return {"identifiers": [], "records": [], "counts": belongings.count_of(customer.pk), "restricted": reference}
    record = RecordRef(customer._meta.label, customer.pk, customer.account_id)
    opening = warrant(
        actor=request.actor, action=OPENED, account_id=customer.account_id, purpose=PURPOSE, record=record
    )
    identifiers = list(customer.identifiers.filter(condemned_at=None).order_by("kind", "created_at"))
    entries = list(customer.register_entries.filter(condemned_at=None).order_by("created_at")[:RECORDS_SHOWN])
    known, said = open_rows(identifiers, "value", warrant=opening), open_rows(entries, "values", warrant=opening)
    return {
        "identifiers": [_identifier(row, known[row.pk]["value"]) for row in identifiers if row.pk in known],
        "records": [{"pk": row.pk, "says": _record(said[row.pk]["values"])} for row in entries if row.pk in said],
        "counts": belongings.count_of(customer.pk),
    }


def _identifier(row: Identifier, value: str) -> dict[str, Any]:
    others = Identifier.objects.indexed(row.account_id, [bytes(row.digest)]).exclude(customer_id=row.customer_id)
    return {"pk": row.pk, "kind": row.kind, "value": value, "is_shared": others.exists()}


def _record(values: dict[str, str]) -> str:
    text = " · ".join(f"{name}: {value}" for name, value in (values or {}).items())
    return text if len(text) <= LONGEST_RECORD else f"{text[:LONGEST_RECORD]}…"


def _found(each: Found, zone: str) -> dict[str, Any]:
    last = each.customer.interactions.order_by("-started_at").values_list("started_at", flat=True).first()
    return {
        "pk": each.customer.pk,
        "by": ", ".join(map(str, each.by)),
        "counts": belongings.count_of(each.customer.pk),
        "last": day_of(last, zone) if last else "",
    }


def _visible(request: MemberRequest, pk: UUID, action: str) -> Customer:
    return find_visible(Customer.objects.visible_to(request.actor), pk, actor=request.actor, action=action)
