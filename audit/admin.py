"""Where the access log stands in the portal: menu, the auditor's first page, and the pages themselves."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import menu, roles
from accounts.home import Card, card
from accounts.requests import MemberRequest
from audit import views
from audit.choosing import people_of
from audit.filters import Filters
from audit.log import SEE, visible_to
from audit.standing import standing
from trail.models import Outcome

__all__ = ["views"]

SECTION = "Audit"
menu.entry("Access log", url="portal:log", icon="overview", right=SEE, section=SECTION, order=20)
menu.entry("Verification", url="portal:verification", icon="verified_user", right=SEE, section=SECTION, order=21)

WEEK = timedelta(days=7)
MOST = 10_000
BUSIEST = 5
BY_PERSON = """
    SELECT user_id, count(*) FROM ({newest}) AS newest WHERE user_id IS NOT NULL
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""


@card(roles.AUDITOR, order=10)
def state_of_the_log(request: MemberRequest) -> Card | None:
    """Say whether the log can be relied on."""
    return Card("The access log", template="audit/card_standing.html", context=_standing(request), wide=True)


@card(roles.AUDITOR, order=20)
def refusals(request: MemberRequest) -> Card | None:
    """Say how often somebody was refused in the last seven days."""
    since = timezone.now() - WEEK
    rows = visible_to(request.actor).filter(outcome=Outcome.REFUSED, at__gte=since)
    number = rows[:MOST].count()
    shown = f"More than {MOST:,}" if number == MOST else f"{number:,}"
    query = Filters(outcome=Outcome.REFUSED.value, since=since.date()).query()
    text = f"{shown} in the last 7 days." if number else "None in the last 7 days."
    return Card("Refusals", text=text, url=f"{reverse('portal:log')}?{query}", link="See refusals")


@card(roles.AUDITOR, order=30)
def busiest_people(request: MemberRequest) -> Card | None:
    """Name those with most entries in the last seven days, among the newest ten thousand."""
    rows = visible_to(request.actor).filter(at__gte=timezone.now() - WEEK).order_by("-at", "-id")
    newest, values = rows.values("user_id")[:MOST].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(BY_PERSON.format(newest=newest), [*values, BUSIEST])
        counted = cursor.fetchall()
    if not counted:
        return None
    people = people_of(request.actor.account_id) if request.actor.account_id else {}
    log = reverse("portal:log")
    told = [
        {"name": people.get(pk, "no member any more"), "count": count, "url": f"{log}?{Filters(person=pk).query()}"}
        for pk, count in counted
    ]
    return Card("Busiest people, last 7 days", template="audit/card_people.html", context={"people": told})


def _standing(request: MemberRequest) -> dict[str, Any]:
    member = request.user.selected
    return {"standing": standing(member.account.zone)} if member else {}
