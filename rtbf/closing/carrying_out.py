"""Carry out the closing of an account: erase everything of it, end its memberships, sign a certificate.

Everything the map can erase goes through the one eraser, children first, in portions that can be killed anywhere; no
guard is left out, so a hold, an open request or a duty to keep stops it before it begins, or where it stands. Entries
of the log stay, without what was personal in them: the log goes on proving itself. Plain rows stay that hold no
customer and that the log names: the account, its people, lines, teams, agents, policies, and the figures of calls.
"""

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.roles import ROLES, rights_of
from customers.models import Restriction
from interactions.models import DropFolder, Original
from interactions.unlinking import unlink_doomed
from jobs.key_care import rotate_index_key
from jobs.registry import Progress
from privacy import erasure
from privacy import map as data_map
from privacy.keyring.models import Tombstone
from privacy.models import Condemnation, DoomedKey
from retention.duties import last_duty
from retention.models import LegalHold
from rtbf.closing import asking
from rtbf.models import ENDED, Request
from rtbf.models.closures import Closing, Closure
from rtbf.proof import certificate
from rtbf.verify_certificate import KIND
from trail import sequence
from trail.actor import Actor, require_actor
from trail.models import Event

GROUND: Final = "account_closed"
AT_ONCE: Final = 500
TRY_AGAIN: Final = timedelta(days=1)
ENTRIES: Final = ("closing.asked", "closing.agreed", "closing.begun", "closing.stopped", "erasure.decided",
                  "account.closed")  # fmt: skip

logger = logging.getLogger(__name__)


def close_down(closure_id: UUID, *, actor: Actor, progress: Progress) -> None:
    """Carry out a closing that is due, or go on with it. Safe to run twice and to kill anywhere."""
    require_actor(actor)
    closure = Closure.objects.select_related("account").filter(pk=closure_id).first()
    if closure is None or closure.state in (Closing.ASKED, Closing.DONE, Closing.CANCELLED):
        return
    if closure.due_at is None or closure.due_at > timezone.now():
        return
    if closure.started_at is None:
        why = what_stops(closure.account)
        if why or not _begin(closure, actor):
            _stop(closure, actor, why)
            return
    Closure.objects.filter(pk=closure.pk).update(state=Closing.EXECUTING, why="")
    _finish_interrupted(closure, actor)
    kept = _erase_everything(closure, actor, progress)
    if kept:
        grounds = ", ".join(f"{number} records: {ground.replace('_', ' ')}" for ground, number in sorted(kept.items()))
        _stop(closure, actor, f"It stands still: {grounds}. It goes on by itself when nothing keeps them any more.")
        return
    rotate_index_key(closure.account_id, actor=actor)
    _conclude(closure, actor)


def what_stops(account: Account) -> str:
    """Say what keeps records of the account, in one sentence; "" when nothing does."""
    found = []
    if holds := LegalHold.objects.filter(account=account).active().count():
        found.append(f"{holds} legal {'hold is' if holds == 1 else 'holds are'} in force")
    if requests := Request.objects.filter(account=account).exclude(state__in=ENDED).count():
        found.append(f"{requests} {'request' if requests == 1 else 'requests'} of customers not ended")
    if restrictions := Restriction.objects.in_force().filter(account=account).count():
        found.append(f"the data of {restrictions} customers restricted")
    if until := last_duty(account):
        found.append(f"a policy demands that records are kept until {until.isoformat()}")
    return f"Nothing is erased: {'; '.join(found)}." if found else ""


def _begin(closure: Closure, actor: Actor) -> bool:
    """Shut the doors, under the lock that cancelling takes; False when it was cancelled meanwhile."""
    with transaction.atomic():
        held = Closure.objects.select_for_update().get(pk=closure.pk)
        if held.state == Closing.CANCELLED:
            return False
        now = timezone.now()
        Account.objects.filter(pk=held.account_id).update(closed_at=now)
        DropFolder.objects.filter(account_id=held.account_id).update(is_active=False)
        # Who may follow the work stays until its end.
        following = [role for role in ROLES if asking.AGREE in rights_of(role)]
        ended = _members(held).exclude(role__in=following).update(active=False)
        held.state, held.started_at, held.why = Closing.EXECUTING, now, ""
        held.save(update_fields=["state", "started_at", "why"])
        asking.note("closing.begun", held, actor, {"members": ended})
    closure.refresh_from_db()
    return True


def _members(closure: Closure) -> Any:
    return Membership.objects.filter(account_id=closure.account_id, active=True)


def _stop(closure: Closure, actor: Actor, why: str) -> None:
    """Say what stops it and look again tomorrow; nothing happens to what was cancelled."""
    with transaction.atomic():
        held = Closure.objects.select_for_update().get(pk=closure.pk)
        if held.state == Closing.CANCELLED:
            return
        if held.why != why[:300]:
            asking.note("closing.stopped", held, actor)
        held.state, held.why = Closing.STOPPED, why[:300]
        held.job_id = asking.enqueue(held, actor, timezone.now() + TRY_AGAIN)
        held.save(update_fields=["state", "why", "job_id"])


def _finish_interrupted(closure: Closure, actor: Actor) -> None:
    halfway = Condemnation.objects.filter(account_id=closure.account_id, case=closure.reference, done_at=None)
    for condemnation in halfway.order_by("at"):
        erasure.finish(condemnation, actor=actor)


def _erase_everything(closure: Closure, actor: Actor, progress: Progress) -> Counter[str]:
    """Erase all that is there, children before parents; returns how many records stay, by ground."""
    kept: Counter[str] = Counter()
    for entry in reversed(data_map.erasable()):
        if entry.model is Original:
            rows = Original.objects.filter(account_id=closure.account_id, condemned_at=None, doomed_at=None)
            rows.update(doomed_at=timezone.now(), doomed_ground=GROUND)
            unlink_doomed(closure.account_id, actor=actor, progress=progress)
        else:
            kept += _erase_all_of(entry.model, closure, actor, progress)
    return kept


def _erase_all_of(model: Any, closure: Closure, actor: Actor, progress: Progress) -> Counter[str]:
    kept: Counter[str] = Counter()
    after = UUID(int=0)
    while True:
        rows = model._default_manager.filter(account_id=closure.account_id, condemned_at=None, pk__gt=after)
        portion = list(rows.order_by("pk")[:AT_ONCE])
        if not portion:
            return kept
        after = portion[-1].pk
        done = erasure.erase(portion, actor=actor, ground=GROUND, case=closure.reference)
        kept += Counter(refusal.ground for refusal in done.kept.values())
        counts = closure.counts
        counts[model._meta.label] = counts.get(model._meta.label, 0) + len(done.receipts)
        closure.save(update_fields=["counts"])
        progress(sum(counts.values()))


def _conclude(closure: Closure, actor: Actor) -> None:
    """End the last memberships, put the end on record, and sign the certificate."""
    with transaction.atomic():
        held = Closure.objects.select_for_update().get(pk=closure.pk)
        _members(held).update(active=False)
        held.finished_at = held.finished_at or timezone.now()
        held.counts = _erased(held)
        held.save(update_fields=["finished_at", "counts"])
        asking.note("account.closed", held, actor, {"records": sum(held.counts.values())})
    # The entry of the end must have its place in the signed tree before the certificate names it.
    sequence.seal_recent()
    held.certificate = certificate.signed(_statement(held))
    held.state, held.why = Closing.DONE, ""
    held.save(update_fields=["certificate", "state", "why"])


def _erased(closure: Closure) -> dict[str, int]:
    """Count what went by the log, which has an entry for each record whatever was killed meanwhile."""
    entries = Event.objects.filter(account_id=closure.account_id, case=closure.reference, action="record.erased")
    return dict(entries.order_by().values_list("record_label").annotate(number=Count("pk")))


def _statement(closure: Closure) -> dict[str, Any]:
    keys = DoomedKey.objects.filter(condemnation__account_id=closure.account_id).values("key_id")
    left = _left(closure.account_id)
    return {
        "type": KIND,
        "account": {"id": str(closure.account_id), "name": closure.account.name},
        "closing": True,
        "request": {
            "id": str(closure.pk),
            "reference": closure.reference,
            "state": "completed",
            "raised_at": _moment(closure.asked_at),
            "confirmed_at": _moment(closure.agreed_at),
            "started_at": _moment(closure.started_at),
            "finished_at": _moment(closure.finished_at),
        },
        "version": 1,
        "issued_at": _moment(timezone.now()),
        "replaces": None,
        "clean": not left,
        "final": True,
        "records": [{"kind": label, "outcome": "erased", "number": number} for label, number in closure.counts.items()],
        "kept": [{"kind": label, "number": number} for label, number in left.items()],
        "keys": {"sentenced": keys.count(), "shredded": Tombstone.objects.filter(key_id__in=list(_ids(keys))).count()},
        "log": certificate.proofs(closure.account_id, closure.reference, ENTRIES),
    }


def _ids(keys: Any) -> Any:
    return keys.values_list("key_id", flat=True)


def _left(account_id: UUID) -> dict[str, int]:
    """Count what a living key could still open."""
    found = {
        entry.label: entry.model._default_manager.filter(account_id=account_id, condemned_at=None).count()
        for entry in data_map.erasable()
    }
    return {label: number for label, number in found.items() if number}


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
