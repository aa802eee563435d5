"""What the auditor's page says about the log at a glance."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from trail.models import Checkpoint, VerificationRun


@dataclass(frozen=True, slots=True)
class VerificationState:
    """entries: with a place in the tree. sealed: how many the last checkpoint covers."""

    entries: int
    sealed: int
    last_checkpoint_at: datetime | None
    last_run: VerificationRun | None


def verification_state() -> VerificationState:
    """Return the state of the log: cheap however long it is."""
    last = Checkpoint.objects.order_by("-size").only("size", "at").first()
    return VerificationState(
        entries=_places(),
        sealed=last.size if last else 0,
        last_checkpoint_at=last.at if last else None,
        last_run=VerificationRun.objects.order_by("-at").first(),
    )


def _places() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq) + 1, 0) FROM trail_position")
        return int(cursor.fetchone()[0])
