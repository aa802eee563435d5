"""Check the details beside the entries: each is there, or an entry says that it was removed."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from privacy.keyring.ring import KeyLost
from privacy.open import Warrant, open_rows, warrant
from trail.actor import Actor
from trail.details import matches
from trail.models import Detail
from trail.report import Report
from vault.errors import Tampered

BATCH = 500
SHREDDED = "can't be opened: its key was shredded, and no entry says that it was removed."

GONE = """
    SELECT e.id, p.seq FROM trail_event e
    LEFT JOIN trail_detail d ON d.id = e.id
    LEFT JOIN trail_position p ON p.event_id = e.id
    WHERE e.detail_commitment IS NOT NULL AND d.sealed IS NULL AND NOT EXISTS (
        SELECT 1 FROM trail_event r WHERE r.record_label = 'trail.Detail' AND r.record_id = e.id::text
            AND r.record_id <> '' AND r.action = 'detail.removed' AND r.outcome = 'done'
    )
    ORDER BY p.seq LIMIT 1000
"""
UNCALLED = """
    SELECT d.id FROM trail_detail d JOIN trail_event e ON e.id = d.id
    WHERE e.detail_commitment IS NULL ORDER BY d.id LIMIT 1000
"""
LIVING = """
    SELECT d.id, e.detail_commitment, p.seq FROM trail_detail d
    JOIN trail_event e ON e.id = d.id LEFT JOIN trail_position p ON p.event_id = d.id
    WHERE d.id = ANY(%s)
"""


def check_details(report: Report) -> None:
    """Find details that vanished without their removal entry, and details that no entry speaks of."""
    with connection.cursor() as cursor:
        cursor.execute(GONE)
        for event_id, seq in cursor.fetchall():
            _tell(report, event_id, seq, "detail_gone", "is gone, and no entry says that it was removed.")
        cursor.execute(UNCALLED)
        for (event_id,) in cursor.fetchall():
            _tell(report, event_id, None, "detail_added", "was added: the entry commits to none.")


def check_openable(report: Report, actor: Actor) -> None:
    """Open every detail that still opens and compare it with its entry's commitment; one entry an account says so."""
    rows = Detail.objects.filter(condemned_at=None, sealed__isnull=False).order_by("account_id", "id")
    for account_id, group in groupby(rows.iterator(BATCH), key=lambda row: row.account_id):
        permit = warrant(actor=actor, action="log.details_compared", account_id=account_id, purpose="verification")
        batch: list[Detail] = []
        for row in group:
            batch.append(row)
            if len(batch) == BATCH:
                _compare(report, batch, permit)
                batch = []
        _compare(report, batch, permit)


def _compare(report: Report, rows: list[Detail], permit: Warrant) -> None:
    commitments = _commitments([row.pk for row in rows])
    opened = _open(rows, permit)
    for row in rows:
        committed, seq = commitments[row.pk]
        found = opened[row.pk]
        if not isinstance(found, str):
            found = "" if committed and matches(found, committed) else "is not the one that its entry committed to."
        report.details_opened += 1
        if found:
            _tell(report, row.pk, seq, "detail_differs", found)


def _open(rows: list[Detail], permit: Warrant) -> dict[UUID, dict[str, Any] | str]:
    """Return each row's opened detail, or what is wrong with it; row by row only when something is."""
    try:
        opened = open_rows(rows, "sealed", warrant=permit)
    except (Tampered, KeyLost):
        return {row.pk: _open_one(row, permit) for row in rows}
    return {row.pk: opened[row.pk]["sealed"] if row.pk in opened else SHREDDED for row in rows}


def _open_one(row: Detail, permit: Warrant) -> dict[str, Any] | str:
    try:
        opened = open_rows([row], "sealed", warrant=permit)
    except Tampered:
        return "was changed: it does not open under its own key."
    except KeyLost:
        return "can't be opened: its key is lost, and nothing says that it was forgotten."
    return opened[row.pk]["sealed"] if row.pk in opened else SHREDDED


def _commitments(ids: list[UUID]) -> dict[UUID, tuple[bytes | None, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(LIVING, [ids])
        return {event_id: (bytes(found) if found else None, seq) for event_id, found, seq in cursor.fetchall()}


def _tell(report: Report, event_id: UUID, seq: int | None, code: str, what: str) -> None:
    place = f" at position {seq}" if seq is not None else ""
    report.add(code, f"The detail of entry {event_id}{place} {what}", position=seq, event_id=event_id)
