"""Until when a copy for a customer may be fetched: as long as policies keep it."""

from typing import Final

from django.utils import timezone

from accounts.models import Account
from retention.fate import fate_without_call
from rtbf.models import Dossier

KIND: Final = "dossier"
"""What policies call a dossier."""


def kept_until(dossier: Dossier) -> str:
    """Return until which day it may be fetched, in words."""
    fate = fate_without_call(dossier.account, KIND, dossier.ended_at)
    return fate.until if fate else ""


def until_from_now(account: Account) -> str:
    """Return until which day one that is asked for now may be fetched, in words."""
    fate = fate_without_call(account, KIND, timezone.now())
    return fate.until if fate else ""
