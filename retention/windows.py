"""Say when the nightly window of an account is open, by the hours of its own clock.

A window that ends before it begins crosses midnight: 22 until 6 is one night, and belongs to the day it began. So one
night is one run, and not a second one after midnight. When the clocks change, the hours on the wall decide: that night
is an hour shorter or longer. An hour that the clocks leave out opens no window; the next night does.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from accounts.models import Account
from retention.models import DisposalRules


def night_of(rules: DisposalRules, account: Account, moment: datetime) -> date | None:
    """Return the day on which the night that is under way began, None outside the window."""
    local = moment.astimezone(ZoneInfo(account.zone))
    if rules.from_hour < rules.to_hour:
        return local.date() if rules.from_hour <= local.hour < rules.to_hour else None
    if local.hour >= rules.from_hour:
        return local.date()
    return local.date() - timedelta(days=1) if local.hour < rules.to_hour else None


def is_open(rules: DisposalRules, account: Account, moment: datetime) -> bool:
    """Say whether a moment lies in the account's nightly window."""
    return night_of(rules, account, moment) is not None


def next_opening(rules: DisposalRules, account: Account, now: datetime) -> datetime:
    """Return when the window opens next, in UTC."""
    return next(each for each in _openings(rules, account, now) if each > now and is_open(rules, account, each))


def in_words(rules: DisposalRules) -> str:
    """Return the hours of the window, such as "from 22:00 to 6:00 of the next day"."""
    says = f"from {rules.from_hour}:00 to {rules.to_hour}:00"
    return says if rules.from_hour < rules.to_hour else f"{says} of the next day"


def _openings(rules: DisposalRules, account: Account, now: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(account.zone)
    today = now.astimezone(zone).date()
    for days in count():
        yield datetime.combine(today + timedelta(days=days), time(rules.from_hour), zone).astimezone(UTC)
