"""The pages of dossiers: ask for one, see how far it is, fetch it once.

Faces only; each reads a form, calls one flow and shows what it said.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.finding import find_visible
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from jobs.models import Job
from rtbf import words
from rtbf.discovery.reading import split
from rtbf.dossier.handing_out import RAISE, fetch, raise_dossier
from rtbf.dossier.terms import kept_until, until_from_now
from rtbf.errors import RequestError
from rtbf.models import Dossier, DossierState, Right
from rtbf.views.holding import held_section

SHOWN = 100
IN_IT = {
    "identifiers": ("identifier", "identifiers"),
    "calls": ("call", "calls"),
    "audio": ("recording or voicemail", "recordings and voicemails"),
    "transcripts": ("passage of transcripts", "passages of transcripts"),
    "comments": ("comment", "comments"),
    "analyses": ("analysis", "analyses"),
    "values": ("data value", "data values"),
    "contacts": ("field of contacts", "fields of contacts"),
    "notes": ("note", "notes"),
    "recipients": ("recipient", "recipients"),
    "purposes": ("purpose", "purposes"),
}
"""What the lists of a copy count, in words: one, several."""
LONGEST_FORM = 20_000


@page("dossiers/", name="dossiers", right=RAISE, action="dossiers.opened")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dossiers(request: MemberRequest) -> HttpResponseBase:
    """List dossiers, and take in who the next is about."""
    account = membership_of(request).account
    typed = request.POST.get("identifiers", "")
    rows = Dossier.objects.visible_to(request.actor).select_related("for_user", "raised_by").order_by("-raised_at")
    context: dict[str, Any] = {"typed": typed, "rights": Right.choices, "rows": rows[:SHOWN],
                               "until": until_from_now(account),
                               "zone": account.zone}  # fmt: skip
    if request.method == "POST":
        try:
            right = request.POST.get("right", "")
            raised = raise_dossier(
                actor=request.actor,
                account=account,
                identifiers=split(typed[:LONGEST_FORM]),
                right=Right(right) if right in Right.values else Right.ACCESS,
                for_email=request.POST.get("for_email", "")[:254],
                silence_others=request.POST.get("silence_others") == "on",
                name_agents=request.POST.get("name_agents") == "on",
            )
        except RequestError as error:
            context["problem"] = str(error)
        else:
            return redirect("portal:dossier", raised.pk)
    status = 422 if "problem" in context else 200
    return render_page(request, "rtbf/dossiers.html", context, title="Copies for customers", status=status)


@page("dossiers/<uuid:pk>/", name="dossier", right=RAISE, action="dossier.opened")
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show where a dossier stands, what it holds and what was left out."""
    found = _visible(request, pk, "dossier.opened")
    context = {
        "found": found,
        "counts": [(number, named[number != 1]) for kind, named in IN_IT.items() if (number := found.counts.get(kind))],
        "left_out": [(number, words.named(kind, number), because) for kind, because, number in found.left_out],
        "zone": membership_of(request).account.zone,
        "until": kept_until(found),
        "held": held_section(found, request.actor),
        "job": Job.objects.filter(pk=found.job_id).first() if found.job_id else None,
        "is_building": found.state == DossierState.BUILDING,
        "may_fetch": found.state == DossierState.READY and found.for_user_id == request.actor.user_id,
    }
    return render_page(request, "rtbf/dossier.html", context, title=found.reference)


@page("dossiers/<uuid:pk>/fetch/", name="dossier-fetch", right=RAISE, action="dossier.downloaded")
@never_cache
@require_POST
def fetch_once(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Hand the archive out, once, to the member it is for."""
    found = _visible(request, pk, "dossier.downloaded")
    try:
        pieces = fetch(actor=request.actor, dossier=found)
    except RequestError as error:
        messages.error(request, str(error))
        return redirect("portal:dossier", pk)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.reference}.zip"',
        "Content-Length": str(found.size_bytes),
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)


def _visible(request: MemberRequest, pk: UUID, action: str) -> Dossier:
    visible = Dossier.objects.visible_to(request.actor).select_related("for_user", "raised_by")
    return find_visible(visible, pk, actor=request.actor, action=action)
