"""Where the right to be forgotten stands in the portal: menu, first pages, and the pages themselves."""

from django.urls import reverse

from accounts import menu, roles
from accounts.home import Card, card
from accounts.requests import MemberRequest
from rtbf import views
from rtbf.models import Request, State
from rtbf.querysets import SEE
from rtbf.requests import RAISE

__all__ = ["views"]

SECTION = "Right to be forgotten"
menu.entry("Forget a customer", url="portal:forget", icon="person_remove", right=RAISE, section=SECTION, order=30)
menu.entry("Requests", url="portal:requests", icon="assignment", right=SEE, section=SECTION, order=31)


@card(roles.SUPERVISOR, roles.OFFICER, order=40)
def open_requests(request: MemberRequest) -> Card | None:
    """Say how many requests are open."""
    rows = Request.objects.visible_to(request.actor)
    waiting = rows.filter(state__in=(State.PENDING, State.EXECUTING)).count()
    unconfirmed = rows.filter(state=State.PLANNED).count()
    if not rows.exists():
        return None
    text = f"{waiting} pending, {unconfirmed} not confirmed, {rows.count()} in all."
    return Card("Requests to forget a customer", text=text, url=reverse("portal:requests"), link="See requests")
