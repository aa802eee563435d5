"""One entry of the log as the auditor's pages read it: its own text, taken apart once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from trail.models import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says. `user_id`: who did it; `for_id`: on whose behalf a job did it."""

    id: UUID
    at: datetime
    action: str
    outcome: str
    purpose: str
    case: str
    label: str
    record_id: str
    user_id: UUID | None
    for_id: UUID | None
    role: str
    via: str
    os_user: str
    request: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> "Entry":
        """Read an entry; what its text lacks stays empty."""
        told = event.told
        how = told.get("how", {})
        return cls(
            id=event.pk,
            at=event.at,
            action=event.action,
            outcome=event.outcome,
            purpose=event.purpose,
            case=event.case,
            label=event.record_label,
            record_id=event.record_id,
            user_id=event.user_id,
            for_id=as_id(how.get("on_behalf_of")),
            role=how.get("role", ""),
            via=how.get("via", ""),
            os_user=how.get("os_user", ""),
            request=how.get("request", ""),
            facts=told.get("facts", {}),
        )

    @property
    def call_id(self) -> UUID | None:
        """Return the call that an entry about one of its contents names itself."""
        return as_id(self.facts.get("call"))


def as_id(text: object) -> UUID | None:
    """Return an id, or None for whatever is none."""
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
