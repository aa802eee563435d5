"""Ask for an account to be closed, agree to it as the second person, cancel it while it waits.

Nothing is erased before the waiting time is over, and an administrator alone can't begin it: the account's name is
typed by one person and another agrees. What happens then is `rtbf.closing.carrying_out`.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from jobs import queue
from jobs.models import Job
from retention.numbering import next_reference
from rtbf.cases.rules import rules_of
from rtbf.errors import RequestError
from rtbf.models.closures import OPEN_CLOSINGS, Closing, Closure
from rtbf.querysets import SEE_CLOSING
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

CLOSE: Final = "rtbf.close_account"
AGREE: Final = SEE_CLOSING
JOB: Final = "rtbf.carry_out_closing"


def ask_to_close(*, actor: Actor, account: Account, typed: str) -> Closure:
    """Ask for an account to be closed. `typed`: its name. Raises Refused, RequestError."""
    require(require_actor(actor), CLOSE, account, action="closing.asked")
    if typed.strip() != account.name:
        raise RequestError("Type the name of the account as it stands here. Nothing was done.")
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        there = Closure.objects.filter(account=held, state__in=OPEN_CLOSINGS).first()
        if there is not None:
            return there
        if held.closed_at is not None:
            raise RequestError("The account is closed already. Nothing was done.")
        closure = Closure.objects.create(
            account=held, reference=next_reference(Closure, held, "CLOSE"), asked_by_id=actor.user_id
        )
        note("closing.asked", closure, actor)
    return closure


def agree_to_close(*, actor: Actor, closure: Closure) -> Closure:
    """Agree as the second person: the waiting time begins. Agreed twice, it stays so. Raises Refused, RequestError."""
    require(require_actor(actor), AGREE, closure, action="closing.agreed")
    with transaction.atomic():
        held = Closure.objects.select_for_update().get(pk=closure.pk)
        if held.state != Closing.ASKED:
            return held
        if actor.user_id is None or actor.user_id == held.asked_by_id:
            raise RequestError("Whoever asked can't agree. Nothing was done. Another person must.")
        days = rules_of(held.account).closing_days
        held.agreed_by_id, held.agreed_at = actor.user_id, timezone.now()
        held.due_at = held.agreed_at + timedelta(days=days)
        held.state, held.job_id = Closing.WAITING, enqueue(held, actor, held.due_at)
        held.save(update_fields=["agreed_by", "agreed_at", "due_at", "state", "job_id"])
        note("closing.agreed", held, actor, {"days": days})
    return held


def cancel_closing(*, actor: Actor, closure: Closure) -> Closure:
    """Call it off before anything was erased; cancelled twice, it stays so. Raises Refused, RequestError."""
    require(require_actor(actor), AGREE, closure, action="closing.cancelled")
    with transaction.atomic():
        held = Closure.objects.select_for_update().get(pk=closure.pk)
        if held.state == Closing.CANCELLED:
            return held
        if held.started_at is not None:
            raise RequestError("It has begun already, and what is erased can't be brought back. Nothing was changed.")
        job = Job.objects.filter(pk=held.job_id).first() if held.job_id else None
        if job is not None:
            queue.cancel(job, actor=actor)
        held.state, held.cancelled_by_id = Closing.CANCELLED, actor.user_id
        held.save(update_fields=["state", "cancelled_by"])
        note("closing.cancelled", held, actor)
    return held


def enqueue(closure: Closure, actor: Actor, when: datetime) -> UUID:
    """Queue the work for a moment; returns the job's id."""
    return queue.enqueue(JOB, account_id=closure.account_id, subject=closure.pk, actor=actor, not_before=when).pk


def note(action: str, closure: Closure, actor: Actor, facts: dict[str, Fact] | None = None) -> None:
    """Append an entry about a closing, within the caller's transaction."""
    record = (closure._meta.label, str(closure.pk))
    append(action, actor=actor, account_id=closure.account_id, record=record, case=closure.reference, facts=facts)
