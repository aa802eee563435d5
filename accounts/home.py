"""The first page of each role: cards that apps declare, and until there are some, what will be here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts import roles
from accounts.requests import MemberRequest


@dataclass(frozen=True)
class Card:
    """A card on the first page: a title and either a sentence or a template with its context."""

    title: str
    text: str = ""
    url: str = ""
    link: str = ""
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


Maker = Callable[[MemberRequest], Card | None]

_makers: dict[str, list[tuple[int, Maker]]] = {role: [] for role in roles.ROLES}

EMPTY: dict[str, tuple[str, str]] = {
    roles.AGENT: (
        "Your recordings will be here",
        "As soon as calls of your extension have been imported you can listen to them. An administrator sets the"
        " extension.",
    ),
    roles.SUPERVISOR: (
        "Calls and requests will be here",
        "As soon as calls have been imported you can listen to those of your teams, and ask to forget a customer.",
    ),
    roles.AUDITOR: (
        "The access log will be here",
        "Every access to a recording, every change and every refusal is written down. You can read and verify it.",
    ),
    roles.OFFICER: (
        "Holds and requests will be here",
        "You place legal holds, follow requests to forget a customer, and decide how long recordings are kept.",
    ),
    roles.ADMINISTRATOR: (
        "People, teams and lines",
        "Add members, say who supervises which team, and list the telephone numbers that belong to you.",
    ),
}


def card(*of_roles: str, order: int = 100) -> Callable[[Maker], Maker]:
    """Put the decorated function's card on the first page of these roles; it may return None for no card.

    Raises KeyError for an unknown role.
    """

    def declare(make: Maker) -> Maker:
        for role in of_roles:
            _makers[role].append((order, make))
            _makers[role].sort(key=lambda each: each[0])
        return make

    return declare


def contents(request: MemberRequest) -> dict[str, Any]:
    """Return the context of the first page."""
    member = request.user.selected
    if member is None:
        return {}
    made = [make(request) for _, make in _makers[member.role]]
    title, sentence = EMPTY[member.role]
    rights = [name for codename, name in roles.RIGHTS.items() if codename in roles.rights_of(member.role)]
    return {"cards": [each for each in made if each], "empty_title": title, "empty_text": sentence, "rights": rights}
