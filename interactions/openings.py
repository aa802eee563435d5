"""One entry for each opening, not for each part of it.

An opening is one person, in one visit, opening one record for one reason, and it is good for an hour. A player fetches
a sound in dozens of parts: the first writes the entry, the others find it here. The row refers to the entry, so an
opening without one can't exist. Permission and scope are no part of it: they are asked for at every part.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from interactions.models import Opening
from interactions.purposes import Reason
from privacy.models import SealedModel
from privacy.open import Warrant, warrant
from privacy.witness import RecordRef
from trail.actor import Actor, require_actor
from trail.canonical import Fact

GOOD_FOR = timedelta(hours=1)
SWEPT_AT_ONCE = 100


def opened(
    *, actor: Actor, action: str, row: SealedModel, reason: Reason, facts: Mapping[str, Fact] | None = None
) -> Warrant:
    """Return the warrant of the actor's opening of `row`: the one under way, or a new one, its entry committed.

    Whoever acts outside a visit (a job, the shell) makes an entry each time. Call it outside a transaction: the entry
    must stand before the first byte leaves. Raises what privacy.open.warrant raises.
    """
    known = _under_way(require_actor(actor), action, row, reason)
    if known is not None:
        return known
    with transaction.atomic(durable=True):
        _one_at_a_time(actor, row)
        return _under_way(actor, action, row, reason) or _begin(actor, action, row, reason, facts or {})


def _under_way(actor: Actor, action: str, row: SealedModel, reason: Reason) -> Warrant | None:
    if not actor.session or actor.user_id is None:
        return None
    found = Opening.objects.filter(
        visit=actor.session,
        record_id=row.pk,
        user_id=actor.user_id,
        action=action,
        purpose=reason.purpose,
        case=reason.case,
        at__gt=timezone.now() - GOOD_FOR,
    ).first()
    return Warrant(found.entry_id, row.account_id, reason.purpose) if found else None


def _begin(actor: Actor, action: str, row: SealedModel, reason: Reason, facts: Mapping[str, Fact]) -> Warrant:
    made = warrant(
        actor=actor,
        action=action,
        account_id=row.account_id,
        purpose=reason.purpose,
        case=reason.case,
        record=RecordRef(row._meta.label, row.pk, row.account_id),
        facts=facts,
    )
    if actor.session and actor.user_id:
        Opening.objects.create(
            entry_id=made.entry_id,
            user_id=actor.user_id,
            visit=actor.session,
            action=action,
            record_id=row.pk,
            purpose=reason.purpose,
            case=reason.case,
            at=timezone.now(),
        )
        _sweep()
    return made


def _one_at_a_time(actor: Actor, row: SealedModel) -> None:
    """Let a player that asks for two parts at once make one entry."""
    with connection.cursor() as cursor:
        name = f"opening-{actor.session}-{row.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _sweep() -> None:
    """Delete some of the openings that are over; each new one takes more with it than it adds."""
    over = Opening.objects.filter(at__lte=timezone.now() - GOOD_FOR).order_by("at")
    locked = over.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEPT_AT_ONCE]
    Opening.objects.filter(pk__in=list(locked)).delete()
