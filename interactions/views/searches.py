"""The page of a member's saved searches: open, rename, offer, remove; saving comes from the list of calls.

Faces only: each reads a form, calls one flow and shows what it said.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import NotPossible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.roles import AGENT
from accounts.telling import telling
from interactions.listing import KINDS, LENGTHS, Filters
from interactions.models import SavedSearch
from interactions.models.searches import LONGEST_NAME
from interactions.presenting import DIRECTIONS, agent_name
from interactions.querysets import SEE
from interactions.searches import CHANGED, REMOVED, SAVED, change_search, remove_search, save_search

RECORD = (SavedSearch._meta.label, "pk")


@page("searches/", name="searches", right=SEE, action="searches.listed")
@never_cache
@require_GET
def searches(request: MemberRequest) -> HttpResponseBase:
    """List the searches of the person."""
    return _list(request)


@page("searches/save/", name="search-save", right=SEE, action=SAVED)
@never_cache
@require_POST
def save(request: MemberRequest) -> HttpResponseBase:
    """Save the filters the list of calls was narrowed to."""
    asked = request.POST
    filters = Filters.read(asked.dict())
    try:
        save_search(actor=request.actor, account=membership_of(request).account, name=asked.get("name", ""),
                    filters=filters, is_offered="is_offered" in asked)  # fmt: skip
    except NotPossible as problem:
        again = {"name": asked.get("name", ""), "is_offered": "is_offered" in asked, "query": filters.as_query}
        return _list(request, status=422, problem=str(problem), again=again)
    messages.success(request, "The search was saved.")
    return redirect("portal:searches")


@page("searches/<uuid:pk>/change/", name="search-change", right=SEE, action=CHANGED, record=RECORD)
@never_cache
@require_POST
def change(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Rename a search, offer it or no more, and show the list again."""
    asked, account = request.POST, membership_of(request).account
    with telling(request, NotPossible):
        change_search(actor=request.actor, account=account, search_id=pk, name=asked.get("name", ""),
                      is_offered="is_offered" in asked)  # fmt: skip
        messages.success(request, "The search was changed.")
    return redirect("portal:searches")


@page("searches/<uuid:pk>/remove/", name="search-remove", right=SEE, action=REMOVED, record=RECORD)
@never_cache
@require_POST
def remove(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Remove a search, and show the list again."""
    remove_search(actor=request.actor, account=membership_of(request).account, search_id=pk)
    messages.success(request, "The search was removed. Legal holds that were placed by it stay as they are.")
    return redirect("portal:searches")


def _list(request: MemberRequest, *, status: int = 200, **more: Any) -> HttpResponseBase:
    listing = reverse("portal:my-recordings" if request.actor.role == AGENT else "portal:interactions")
    rows = SavedSearch.objects.visible_to(request.actor).select_related("agent").order_by("name")
    context = {
        "rows": [
            {"search": row, "says": _in_words(row), "link": f"{listing}?{urlencode(row.as_query)}"} for row in rows
        ],
        "listing": listing,
        "longest": LONGEST_NAME,
        **more,
    }
    return render_page(request, "interactions/searches.html", context, title="Saved searches", status=status)


def _in_words(search: SavedSearch) -> str:
    said = [
        search.since and f"from {search.since.isoformat()}",
        search.until and f"to {search.until.isoformat()}",
        search.agent and f"agent {agent_name(search.agent)}",
        search.direction and DIRECTIONS[search.direction][0].lower(),
        search.kind and f"with {KINDS[search.kind][1].lower()}",
        search.queue and f"queue {search.queue}",
        search.length and LENGTHS[search.length][0].lower(),
    ]
    return ", ".join(part for part in said if part)
