"""Tell moments as people read them, in the account's zone, with the zone named; and how long it is until one."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def in_zone(moment: datetime, zone: str) -> str:
    """Return a moment such as "2 Jun 2026, 10:14 PDT"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def time_left(until: datetime, now: datetime) -> str:
    """Return how long until a moment: "7 days 12 hours", "3 hours 5 minutes", "less than a minute"."""
    left = until - now
    if left < timedelta(minutes=1):
        return "less than a minute"
    minutes = int(left.total_seconds() // 60)
    days, hours, minutes = minutes // 1_440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    named = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in parts if number]
    return " ".join(named[:2])
