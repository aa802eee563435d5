"""The two pages by which a person with several accounts says where to work; a choice is made by POST only."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.selection import choices, select


@never_cache
@login_required
@require_GET
def select_page(request: HttpRequest) -> HttpResponse:
    """List the accounts a person can select, or say that there is none."""
    rows = list(choices(request.user))  # type: ignore[arg-type]  # @login_required let a User in
    return render(request, "account/select.html", {"memberships": rows, "title": "Select an account"})


@never_cache
@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponseBase:
    """Select the membership named in the form and go home; pages of the account left behind may not exist there."""
    try:
        chosen = UUID(request.POST.get("membership", ""))
    except ValueError as error:
        raise Http404("There is no such account.") from error
    select(request, chosen)
    return redirect("portal:index")
