"""Begin disposal runs: every night by themselves when all looks right, otherwise when a person says so.

A run asks a person first when the clock may be wrong, when it is the account's first, or when far more is due than the
run before foresaw: a wrong clock or a mistaken policy destroys in one night what nobody brings back.
"""

import logging
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from jobs import queue
from jobs.models import Job
from retention.due import Schedule
from retention.errors import PolicyError
from retention.models import Run, RunState
from retention.numbering import next_reference
from retention.policies import rules_of
from retention.preview import count_due
from retention.windows import night_of
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact
from trail.models import Checkpoint

DISPOSE: Final = "retention.dispose"
CONTROL: Final = "retention.control_disposal"
FIRST, VOLUME, CLOCK_BEHIND, CLOCK_AHEAD = "first", "volume", "clock_behind", "clock_ahead"
REASONS: Final = {
    FIRST: "It is the first run of this account.",
    VOLUME: "Far more is due than the run before foresaw.",
    CLOCK_BEHIND: "The clock of this machine is behind the log.",
    CLOCK_AHEAD: "The clock of this machine is far ahead of the log, or Lethe was off for long.",
}
AHEAD: Final = timedelta(days=7)
ALWAYS_ALLOWED: Final = 1_000
TIMES_FORESEEN: Final = 2
SLACK: Final = timedelta(seconds=60)

logger = logging.getLogger(__name__)


def begin_due_runs() -> int:
    """Begin the run of every account whose window is open and which has had none this night; returns how many."""
    begun = 0
    for account in Account.objects.order_by("pk"):
        try:
            begun += begin_tonight(account) is not None
        except PolicyError as problem:
            # One account's policies must not keep the others' records for longer than they may be kept.
            logger.error("No disposal run began for account %s: %s", account.pk, problem)
    return begun


def begin_tonight(account: Account) -> Run | None:
    """Begin the account's run of this night, if its window is open and nothing else is under way.

    It disposes for the day the night began, also after midnight: so the evening that follows is another night.
    """
    night = night_of(rules_of(account), account, timezone.now())
    if night is None:
        return None
    runs = Run.objects.filter(account=account)
    if runs.filter(cut_off__gte=night).exists() or runs.filter(state__in=OPEN).exists():
        return None
    return begin(account, actor=Actor.job(on_behalf_of=None, account_id=account.pk), on=night)


OPEN: Final = (RunState.REFUSED, RunState.RUNNING, RunState.PAUSED)


def begin(account: Account, *, actor: Actor, on: date | None = None) -> Run:
    """Make a run: it begins at once, or says why a person must decide. Raises PolicyError.

    `on`: the day it disposes for; today in the account's zone without one.
    """
    now = timezone.now()
    schedule = Schedule.at(account, now)
    on = on or schedule.day_of(now)
    counts = {kind: {"due": number} for kind, number in count_due(schedule, on).items()}
    due = sum(each["due"] for each in counts.values())
    last = Run.objects.filter(account=account, finished_at__isnull=False).order_by("-created_at").first()
    foreseen = last.next_foreseen if last else None
    code = why_not(due, foreseen, now)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Run.objects.filter(account=account, state__in=OPEN).exists():
            raise PolicyError("Another disposal run of this account has not ended. Nothing was begun.")
        run = Run.objects.create(
            account=account, reference=next_reference(Run, account, "DISP"), state=RunState.REFUSED, code=code,
            cut_off=on, policies_at=now, foreseen=foreseen, counts=counts,
            started_by_id=actor.user_id,
        )  # fmt: skip
        if code:
            _note("disposal.refused", actor, run, {"code": code, "due": due}, outcome="refused")
        else:
            _start(run, actor, due)
    return run


def begin_now(account: Account, *, actor: Actor) -> Run:
    """Begin a run because a person asks for it: outside the window too. Raises Refused, PolicyError."""
    require(require_actor(actor), CONTROL, account, action="disposal.started")
    return begin(account, actor=actor)


def why_not(due: int, foreseen: int | None, now: datetime) -> str:
    """Return the code of why a person must decide first, "" if all looks right. Nothing due needs nobody."""
    last = Checkpoint.objects.order_by("-size").values_list("at", flat=True).first()
    if last is not None and now < last - SLACK:
        return CLOCK_BEHIND
    if not due:
        return ""
    if last is not None and now > last + AHEAD:
        return CLOCK_AHEAD
    if foreseen is None:
        return FIRST
    return VOLUME if due > TIMES_FORESEEN * foreseen + ALWAYS_ALLOWED else ""


def confirm_run(*, actor: Actor, run: Run, typed: str) -> Run:
    """Let a run begin that asked for a person. `typed`: how many records are due. Raises Refused, PolicyError."""
    require(require_actor(actor), CONTROL, run, action="disposal.started")
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.state != RunState.REFUSED:
            return held
        due = sum(each.get("due", 0) for each in held.counts.values())
        if typed.replace(",", "").replace(".", "").strip() != str(due):
            raise PolicyError(f"Type {due}, the number of records due, to confirm. Nothing was begun.")
        held.started_by_id = actor.user_id
        _start(held, actor, due)
    return held


def cancel_run(*, actor: Actor, run: Run) -> Run:
    """Do not carry out a run that asked for a person, or one that is paused. Raises Refused, PolicyError."""
    require(require_actor(actor), CONTROL, run, action="disposal.cancelled")
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if not held.is_open:
            return held
        if held.state == RunState.RUNNING:
            raise PolicyError("The run is under way. Nothing was changed. Pause it first.")
        held.state, held.finished_at = RunState.CANCELLED, timezone.now()
        held.save(update_fields=["state", "finished_at"])
        _note("disposal.cancelled", actor, held, {})
    return held


def pause_run(*, actor: Actor, run: Run) -> Run:
    """Stop a run after the chunk it is at. Raises Refused."""
    require(require_actor(actor), CONTROL, run, action="disposal.paused")
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.state != RunState.RUNNING:
            return held
        job = Job.objects.filter(pk=held.job_id).first() if held.job_id else None
        if job is not None:
            queue.cancel(job, actor=actor)
        held.state = RunState.PAUSED
        held.save(update_fields=["state"])
        _note("disposal.paused", actor, held, {})
    return held


def resume_run(*, actor: Actor, run: Run) -> Run:
    """Let a paused run go on where it stopped. Raises Refused."""
    require(require_actor(actor), CONTROL, run, action="disposal.resumed")
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.state != RunState.PAUSED:
            return held
        held.state = RunState.RUNNING
        held.job_id = _enqueue(held, actor)
        held.save(update_fields=["state", "job_id"])
        _note("disposal.resumed", actor, held, {})
    return held


def _start(run: Run, actor: Actor, due: int) -> None:
    run.state, run.started_at = RunState.RUNNING, timezone.now()
    run.job_id = _enqueue(run, actor)
    run.save(update_fields=["state", "started_at", "started_by", "job_id"])
    _note("disposal.started", actor, run, {"due": due})


def _enqueue(run: Run, actor: Actor) -> UUID:
    return queue.enqueue(DISPOSE, account_id=run.account_id, subject=run.pk, actor=actor).pk


def _note(action: str, actor: Actor, run: Run, facts: dict[str, Fact], outcome: str = "done") -> None:
    record = (run._meta.label, str(run.pk))
    append(
        action, actor=actor, account_id=run.account_id, record=record, case=run.reference, facts=facts, outcome=outcome
    )
