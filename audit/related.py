"""Find what happened around an entry: in the same request, and to the same record. Bounded, and without addresses."""

from datetime import timedelta
from typing import Final

from django.db.models import QuerySet

from audit.log import visible_to
from audit.reading import Line, Origins, lines
from trail.actor import Actor
from trail.models import Event

MOST: Final = 20
AROUND: Final = timedelta(minutes=10)
UNKNOWN: Final = Origins({})


def of_request(actor: Actor, event: Event, zone: str) -> list[Line]:
    """Return the other entries of the same request or job, within ten minutes around this one."""
    request = event.told.get("how", {}).get("request", "")
    if not request:
        return []
    near = visible_to(actor).filter(at__gte=event.at - AROUND, at__lte=event.at + AROUND)
    return _told(actor, near.filter(text__contains=f'"request":"{request}","role":'), event, zone)


def of_record(actor: Actor, event: Event, zone: str) -> list[Line]:
    """Return the other entries about the same record, the newest twenty."""
    if not event.record_id:
        return []
    same = visible_to(actor).filter(record_label=event.record_label, record_id=event.record_id)
    return _told(actor, same, event, zone)


def _told(actor: Actor, rows: QuerySet[Event], event: Event, zone: str) -> list[Line]:
    if actor.account_id is None:
        return []
    newest = list(rows.exclude(pk=event.pk).order_by("-at", "-id")[:MOST])
    return lines(newest, UNKNOWN, account_id=actor.account_id, zone=zone)
