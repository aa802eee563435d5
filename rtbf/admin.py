"""Where the right to be forgotten stands in the portal: menu, first pages, and the pages themselves."""

from datetime import timedelta

from django.urls import reverse

from accounts import menu, roles
from accounts.days import today_in
from accounts.home import Card, card
from accounts.requests import MemberRequest, membership_of
from customers.restricting import SEE as SEE_RESTRICTIONS
from rtbf.cases.rules import CHANGE
from rtbf.closing.asking import AGREE
from rtbf.models import ENDED, Request, State
from rtbf.planning.decisions import RAISE
from rtbf.querysets import RAISE_DOSSIER, SEE
from rtbf.staff.copies import ANSWER
from rtbf.views import acting, cases, dossiers, external, holding, leaving, proofs, requests, rights, rules, staff

__all__ = [
    "acting", "cases", "dossiers", "external", "holding", "leaving", "proofs", "requests", "rights", "rules", "staff",
]  # fmt: skip

SOON = timedelta(days=7)
SECTION = "Right to be forgotten"
menu.entry("Close the account", url="portal:closing", icon="door_open", right=AGREE, section="People", order=950)
menu.entry("Forget a customer", url="portal:forget", icon="person_remove", right=RAISE, section=SECTION, order=30)
menu.entry(
    "Correct, restrict, object", url="portal:right-new", icon="edit_note", right=RAISE, section=SECTION, order=31
)
menu.entry(
    "Restricted customers",
    url="portal:restrictions",
    icon="lock_person",
    right=SEE_RESTRICTIONS,
    section=SECTION,
    order=33,
)
menu.entry("Requests", url="portal:requests", icon="assignment", right=SEE, section=SECTION, order=31)
menu.entry(
    "Copies for customers",
    url="portal:dossiers",
    icon="folder_zip",
    right=RAISE_DOSSIER,
    section=SECTION,
    order=32,
)
menu.entry("Data of members", url="portal:staff", icon="badge", right=ANSWER, section=SECTION, order=37)
menu.entry("Check a certificate", url="certificate-check", icon="verified", right=SEE, section=SECTION, order=38)
menu.entry("Rules for requests", url="portal:request-rules", icon="rule", right=CHANGE, section=SECTION, order=39)
menu.entry("Other systems", url="portal:systems", icon="hub", right=CHANGE, section=SECTION, order=34)


@card(roles.SUPERVISOR, roles.OFFICER, order=40)
def open_requests(request: MemberRequest) -> Card | None:
    """Say how many requests are open, overdue, due soon, and waiting for a second person."""
    rows = Request.objects.visible_to(request.actor)
    if not rows.exists():
        return None
    going = rows.exclude(state__in=ENDED)
    today = today_in(membership_of(request).account)
    overdue, soon = going.filter(due_on__lt=today).count(), going.filter(due_on__range=(today, today + SOON)).count()
    waiting = going.filter(state=State.WAITING).count()
    parts = [
        f"{going.count()} open of {rows.count()} in all.",
        f"{overdue} overdue!" if overdue else "",
        f"{soon} due within 7 days." if soon else "",
        f"{waiting} waiting for a second person." if waiting else "",
    ]
    text = " ".join(part for part in parts if part)
    return Card("Requests of customers", text=text, url=reverse("portal:requests"), link="See requests")
