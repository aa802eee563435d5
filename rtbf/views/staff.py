"""The page on which an officer gives members a copy of their data and erases what names a leaver."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.finding import find_visible
from accounts.models import Membership
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.telling import telling
from rtbf.errors import RequestError
from rtbf.staff.copies import ANSWER, copy_of_member
from rtbf.staff.leavers import WORD, erase_leaver, is_erased

ABOUT = (Membership._meta.label, "pk")


@page("staff/", name="staff", right=ANSWER, action="list.opened")
@never_cache
@require_GET
def staff(request: MemberRequest) -> HttpResponseBase:
    """List members, present and past."""
    members = Membership.objects.filter(account=membership_of(request).account).select_related("user", "agent")
    rows = [
        {"member": row, "is_erased": is_erased(row.user), "named": bool(row.agent and row.agent.name)}
        for row in members.order_by("-active", "user__name", "pk")
    ]
    return render_page(request, "rtbf/staff.html", {"rows": rows, "word": WORD}, title="Data of members")


@page("staff/<uuid:pk>/copy/", name="staff-copy", right=ANSWER, action="member.exported", record=ABOUT)
@never_cache
@require_POST
def copy(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Hand out what is held on a member."""
    pieces = copy_of_member(actor=request.actor, membership=_member(request, pk, "member.exported"))
    answer = StreamingHttpResponse(pieces, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="member-{pk}.json"'
    return answer


@page("staff/<uuid:pk>/erase/", name="staff-erase", right=ANSWER, action="member.erased", record=ABOUT)
@never_cache
@require_POST
def erase(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Erase what names a leaver."""
    member = _member(request, pk, "member.erased")
    with telling(request, RequestError):
        erase_leaver(actor=request.actor, membership=member, typed=request.POST.get("word", "")[:100])
        messages.success(request, "What named this person was erased. The log and the figures stay as they are.")
    return redirect("portal:staff")


def _member(request: MemberRequest, pk: UUID, action: str) -> Membership:
    rows = Membership.objects.filter(account=membership_of(request).account).select_related("user", "agent", "account")
    return find_visible(rows, pk, actor=request.actor, action=action)
