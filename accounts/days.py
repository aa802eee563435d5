"""What day it is for an account: deadlines, reviews and terms are counted in days of its own zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Account


def today_in(account: Account, now: datetime | None = None) -> date:
    """Return the day it is where the account is."""
    return (now or timezone.now()).astimezone(ZoneInfo(account.zone)).date()
