"""What the auditor's page says about the log at a glance."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from trail.models import Checkpoint, Event, Position, VerificationRun
from trail.sequence import LATE, first_id_since


@dataclass(frozen=True, slots=True)
class VerificationState:
    """What is known without reading the log.

    entries: with a place in the tree. sealed: how many the last checkpoint covers. waiting_since: when the oldest entry
    without a place was written, among those of the last two hours; more than 5 seconds ago means that nobody seals.
    """

    entries: int
    sealed: int
    last_checkpoint_at: datetime | None
    waiting_since: datetime | None
    last_run: VerificationRun | None


def verification_state() -> VerificationState:
    """Return the state of the log: cheap however long it is."""
    last = Checkpoint.objects.order_by("-size").only("size", "at").first()
    return VerificationState(
        entries=_places(),
        sealed=last.size if last else 0,
        last_checkpoint_at=last.at if last else None,
        waiting_since=_waiting_since(),
        last_run=VerificationRun.objects.order_by("-at").first(),
    )


def _places() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq) + 1, 0) FROM trail_position")
        return int(cursor.fetchone()[0])


def _waiting_since() -> datetime | None:
    since = first_id_since(LATE)
    placed = Position.objects.filter(event_id__gte=since, event_id=OuterRef("pk"))
    waiting = Event.objects.filter(~Exists(placed), pk__gte=since)
    return waiting.order_by("at").values_list("at", flat=True).first()
