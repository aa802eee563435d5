"""Who opened a call: the last entries of the log about it and what belongs to it, as sentences. Never any content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import User
from accounts.roles import ROLES
from interactions.purposes import PURPOSES
from privacy.models import SealedModel
from trail.models import Event, Outcome

SHOWN: Final = 20
SAYS: Final[dict[str, str]] = {
    "interaction.opened": "opened this page",
    "recording.played": "played the recording",
    "voicemail.played": "played the voicemail",
    "recording.downloaded": "downloaded the recording",
    "voicemail.downloaded": "downloaded the voicemail",
    "transcript.read": "read the transcript",
    "comment.added": "added a comment",
}
TRIED: Final[dict[str, str]] = {Outcome.REFUSED: "tried, and was refused", Outcome.FAILED: "tried, and it failed"}


@dataclass(frozen=True, slots=True)
class Opened:
    """One line of who opened a call."""

    at: datetime
    who: str
    what: str
    why: str
    outcome: str


def last_opened(account_id: UUID, rows: Sequence[SealedModel]) -> list[Opened]:
    """Return the last entries about these rows of an account, latest first."""
    names = [str(row.pk) for row in rows]
    labels = {row._meta.label for row in rows}
    found = Event.objects.filter(
        account_id=account_id, record_label__in=labels, record_id__in=names, action__in=SAYS
    ).order_by("-at", "-id")[:SHOWN]
    entries = list(found)
    users = User.objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    return [_told(entry, users.get(entry.user_id)) for entry in entries]


def _told(entry: Event, user: User | None) -> Opened:
    role = ROLES.get(entry.told["how"]["role"], "")
    who = ", ".join(word for word in (user.get_full_name() if user else "The system", role) if word)
    why = PURPOSES.get(entry.purpose, "")
    if entry.case:
        why = f"{why}, case {entry.case}"
    return Opened(entry.at, who, SAYS[entry.action], why, TRIED.get(entry.outcome, ""))
