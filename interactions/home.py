"""The cards of calls on the first pages: calls and talk time by day, and an agent's last calls."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse

from accounts import roles
from accounts.home import Card, card
from accounts.lengths import length
from accounts.requests import MemberRequest
from interactions.models import Interaction
from interactions.presenting import DIRECTIONS, day_and_time

DAYS: Final = 14
LAST: Final = 5


@dataclass(frozen=True, slots=True)
class Day:
    """The calls of one day; the heights of its bars are percent of the busiest day's."""

    on: date
    calls: int
    talk_s: int
    calls_height: int
    talk_height: int

    @property
    def talk(self) -> str:
        """Return the talk time."""
        return length(self.talk_s)

    @property
    def in_words(self) -> str:
        """Return the day as a sentence."""
        return (
            f"{self.on.day} {self.on:%b %Y}: {self.calls} call{'' if self.calls == 1 else 's'}, {self.talk} talk time"
        )


@card(roles.SUPERVISOR, order=10)
def calls_by_day(request: MemberRequest) -> Card | None:
    """Show calls and talk time of the last days that have any."""
    member = request.user.selected
    rows = Interaction.objects.visible_to(request.actor).order_by("-started_at", "-id")
    latest = rows.values_list("started_at", flat=True).first()
    if member is None or latest is None:
        return None
    days = _days(rows, latest, ZoneInfo(member.account.zone))
    context = {
        "days": days,
        "calls": sum(day.calls for day in days),
        "talk": length(sum(day.talk_s for day in days)),
        "first": days[0].on,
        "last": days[-1].on,
        "zone": member.account.zone,
    }
    return Card(
        "Calls and talk time by day",
        template="interactions/days.html",
        context=context,
        url=reverse("portal:interactions"),
        link="All interactions",
        wide=True,
    )


@card(roles.AGENT, order=10)
def my_last_calls(request: MemberRequest) -> Card | None:
    """Show an agent's last calls, without saying who called."""
    member = request.user.selected
    if member is None or member.agent_id is None:
        return None
    mine = Interaction.objects.visible_to(request.actor).filter(agent_id=member.agent_id)
    rows = list(mine.order_by("-started_at", "-id")[:LAST])
    if not rows:
        return None
    calls = [
        {
            "pk": row.pk,
            "when": day_and_time(row.started_at, member.account.zone),
            "direction": DIRECTIONS[row.direction][0],
            "length": length(row.duration_s),
        }
        for row in rows
    ]
    context = {"calls": calls, "zone": member.account.zone}
    url = reverse("portal:my-recordings")
    return Card("My last calls", template="interactions/last.html", context=context, url=url, link="All my recordings")


def _days(rows: Any, latest: datetime, zone: ZoneInfo) -> list[Day]:
    """Return the days up to the latest call, today included when there was one."""
    last = latest.astimezone(zone).date()
    first = last - timedelta(days=DAYS - 1)
    since = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
    by_day = (
        rows.order_by().filter(started_at__gte=since).annotate(on=TruncDate("started_at", tzinfo=zone)).values("on")
    )
    found = {each["on"]: each for each in by_day.annotate(calls=Count("pk"), talk_s=Sum("talk_s"))}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    calls = [found[day]["calls"] if day in found else 0 for day in days]
    talk = [found[day]["talk_s"] or 0 if day in found else 0 for day in days]
    return [Day(*each) for each in zip(days, calls, talk, _heights(calls), _heights(talk), strict=True)]


def _heights(values: list[int]) -> list[int]:
    most = max(*values, 1)
    return [round(value / most * 100) for value in values]
