"""Why somebody listens: coded, chosen once for each interaction and visit, and on every entry the listening makes.

The choice is kept in the session, on the server, under the visit it was made in: the next visit asks again, and no
address, bookmark or log line of a proxy repeats it.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from customers.identifiers import Kind
from customers.mentions_in_text import find
from trail.actor import Actor

LEGAL: Final = "legal"
PURPOSES: Final[dict[str, str]] = {
    "quality": "Quality review",
    "complaint": "Complaint",
    "training": "Training",
    LEGAL: "Legal",
}
OVERVIEW: Final = "overview"
"""The purpose of showing a list or the head of a page, before anybody says why they want to listen."""

KEPT_IN_SESSION: Final = "purposes"
MOST_KEPT: Final = 200
_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./#_-]{0,39}")


class NotAReason(ValueError):
    """The purpose or the case reference can't be taken; the sentence says why and is for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A purpose with the reference of the case it is about."""

    purpose: str
    case: str = ""

    @property
    def in_words(self) -> str:
        """Return the reason as people read it."""
        label = PURPOSES.get(self.purpose, self.purpose)
        return f"{label}, case {self.case}" if self.case else label


UNSAID: Final = Reason(OVERVIEW)


def reason_of(purpose: str, case: str, *, region: str, only_legal: bool = False) -> Reason:
    """Return the reason a person gave. Raises NotAReason.

    A case reference goes into the log, which can't forget, so it is a short code and no person: what could be read as
    a telephone number of `region` is refused. only_legal: the customer's data is restricted.
    """
    if purpose not in PURPOSES:
        raise NotAReason("Choose why you are listening. Nothing was opened.")
    if only_legal and purpose != LEGAL:
        raise NotAReason("This customer's data is restricted: it is opened for legal claims only. Nothing was opened.")
    if purpose != LEGAL:
        return Reason(purpose)
    code = case.strip()
    if not code:
        raise NotAReason("Legal needs the reference of the case. Nothing was opened.")
    if not _CASE.fullmatch(code):
        raise NotAReason(
            "A case reference is at most 40 letters, digits and . / # _ -, such as LIT-2026-0147. Nothing was opened."
        )
    if any(found.kind == Kind.PHONE for found in find(code, regions=(region,))):
        raise NotAReason("The case reference looks like a telephone number. Nothing was opened. Write a reference.")
    return Reason(LEGAL, code)


def choose(session: MutableMapping[str, Any], actor: Actor, interaction_id: UUID, reason: Reason) -> None:
    """Keep the reason for this interaction until the visit ends."""
    kept = _of_visit(session, actor)
    kept.pop(str(interaction_id), None)
    kept[str(interaction_id)] = [reason.purpose, reason.case]
    latest = dict(list(kept.items())[-MOST_KEPT:])
    session[KEPT_IN_SESSION] = {"visit": actor.session, "reasons": latest}


def chosen(session: MutableMapping[str, Any], actor: Actor, interaction_id: UUID) -> Reason | None:
    """Return the reason chosen for this interaction in this visit."""
    kept = _of_visit(session, actor).get(str(interaction_id))
    return Reason(*kept) if kept else None


def _of_visit(session: MutableMapping[str, Any], actor: Actor) -> dict[str, list[str]]:
    kept = session.get(KEPT_IN_SESSION, {})
    return dict(kept["reasons"]) if actor.session and kept.get("visit") == actor.session else {}
