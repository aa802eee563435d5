"""The filters as people set and see them: the form, the chips, and the form's way into an address.

The form is sent, not linked: an internet address that somebody types becomes its blind index before it stands in any
address, history or log line of a proxy.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from accounts.models import Membership
from audit.filters import ACTORS, OUTCOMES, BadFilter, Filters
from audit.vocabulary import GROUPS, PURPOSES, purpose
from trail.details import workstation_index

LONGEST: Final = 100
MOST_PEOPLE: Final = 2_000
TYPED: Final = ("person", "role", "what", "purpose", "outcome", "since", "until", "record", "workstation", "reads")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, in words, and the query of the list without it."""

    title: str
    says: str
    without: str


def read_form(sent: Mapping[str, Any], account_id: UUID) -> Filters:
    """Return the filters a form sent. Raises BadFilter."""
    given = {name: str(sent.get(name, ""))[: LONGEST + 1].strip() for name in TYPED}
    address = str(sent.get("address", ""))[: LONGEST + 1].strip()
    if address:
        given["workstation"] = workstation_index(account_id, _normal(address)).hex()
    return Filters.parse(given)


def chips(filters: Filters, people: Mapping[UUID, str], address: str) -> list[Chip]:
    """Return a chip for each filter that is set. `address`: that of the workstation, where the page knows it."""
    told = [
        ("Who", people.get(filters.person, "nobody of this account") if filters.person else "", "person"),
        ("Role", ACTORS.get(filters.role, ""), "role"),
        ("What", GROUPS[filters.what][0] if filters.what else "", "what"),
        ("Purpose", (purpose(filters.purpose) or filters.purpose) if filters.purpose else "", "purpose"),
        ("Outcome", OUTCOMES.get(filters.outcome, ""), "outcome"),
        ("Since", _day(filters.since), "since"),
        ("Until", _day(filters.until), "until"),
        ("Record", f"…{filters.record.hex[-8:]}" if filters.record else "", "record"),
        ("Workstation", (address or "one address") if filters.workstation else "", "workstation"),
        ("With", "reading of the log" if filters.reads else "", "reads"),
    ]
    return [Chip(title, says, filters.without(name).query()) for title, says, name in told if says]


def people_of(account_id: UUID) -> dict[UUID, str]:
    """Return the people of an account by name, present and former ones, for the form."""
    rows = Membership.objects.filter(account_id=account_id).order_by("user__name", "user__email")
    named = rows.values_list("user_id", "user__name", "user__email")[:MOST_PEOPLE]
    return {user_id: name or email for user_id, name, email in named}


def options(people: Mapping[UUID, str]) -> dict[str, list[tuple[str, str]]]:
    """Return what the form's lists offer, as code and words."""
    return {
        "person": [(str(pk), name) for pk, name in people.items()],
        "role": list(ACTORS.items()),
        "what": [(code, title) for code, (title, _) in GROUPS.items()],
        "purpose": [(code, words) for code, words in PURPOSES.items() if words],
        "outcome": [(code, title) for code, title in OUTCOMES.items()],
    }


def _normal(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        raise BadFilter("The workstation is found by its internet address, such as 10.2.0.17.") from None


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
