"""The page that explains one record's fate: until when it is kept, by which policy, what holds it, or when it went.

It opens nothing: officers may ask it of any call or content of their account without seeing whose it is.
"""

from django.http import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from retention.fate import explain_record
from retention.querysets import SEE_POLICIES
from retention.words import ground
from trail.append import append


@page("disposal/record/", name="record-fate", right=SEE_POLICIES, action="retention.previewed")
@never_cache
@require_GET
def show_fate(request: MemberRequest) -> HttpResponseBase:
    """Explain what becomes of the call or content whose id is given."""
    account, given = membership_of(request).account, request.GET.get("id", "").strip()[:40]
    found = explain_record(account, given) if given else None
    context = {
        "account": account, "given": given, "found": found,
        "stays": ground(found.deferral.ground) if found and found.deferral else "",
    }  # fmt: skip
    if found is not None and found.record is not None:
        append("retention.previewed", actor=request.actor, account_id=account.pk, record=found.record)
    return render_page(request, "retention/fate.html", context, title="What becomes of a record")
