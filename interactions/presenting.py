"""Say moments, lengths, people and numbers of a call as people read them, in the account's zone."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import timezone

from accounts.lengths import length
from accounts.models import Agent
from customers.identifiers import Identifier, Kind, masked
from interactions.drafts import Direction
from interactions.models import Interaction

HIDDEN: Final = "••••"
DIRECTIONS: Final[dict[str, tuple[str, str]]] = {
    Direction.INBOUND: ("Inbound", "call_received"),
    Direction.OUTBOUND: ("Outbound", "call_made"),
    Direction.INTERNAL: ("Internal", "sync_alt"),
}


def day_and_time(moment: datetime, zone: str) -> str:
    """Return a moment such as "2 Jun 2026, 10:14"; the page names the zone once."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def day_of(moment: datetime, zone: str) -> str:
    """Return a day such as "2 Jun 2026"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y}"


def agent_name(agent: Agent | None) -> str:
    """Return an agent's name with the extension, or a dash for a call nobody took."""
    return str(agent) if agent else "–"


def length_of(call: Interaction) -> str:
    """Return how long a call took, or that it has not ended."""
    return "still running" if call.is_under_way(timezone.now()) else length(call.duration_s)


def in_a_line(call: Interaction, zone: str) -> dict[str, Any]:
    """Return what tells a call apart in a list: when, which way, by whom and how long; nothing of the customer."""
    return {
        "pk": call.pk,
        "when": day_and_time(call.started_at, zone),
        "direction": DIRECTIONS[call.direction][0],
        "agent": agent_name(call.agent),
        "length": length_of(call),
    }


def masked_number(address: str | None) -> str:
    """Return a customer's address so that nobody learns it: the last four digits of a number, no more."""
    if not address:
        return "not known"
    digits = "".join(each for each in address if each.isdigit())
    if not digits:
        return "withheld" if address.strip().casefold() in {"anonymous", "withheld", "unknown", "private"} else HIDDEN
    return masked(Identifier(Kind.PHONE, digits, address))


def shown_line(line: str) -> str:
    """Return a line of the account: a number in international format, anything else as it is called."""
    try:
        number = phonenumbers.parse(line)
    except phonenumbers.NumberParseException:
        return line
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
