"""Look after tasks for other systems: remind their owners, find what got stuck, and end what is over.

A reminder names request, system and day, never whose request it is.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.days import today_in
from accounts.models import Account
from jobs.mailing import send_mail
from jobs.models import Job, Status
from jobs.queue import enqueue_for_account
from privacy import erasure
from retention.deferring import defer
from retention.fate import is_over
from rtbf.cases.reminders import CASE, ENDED_GROUND, addresses_of_staff
from rtbf.cases.rules import rules_of
from rtbf.entries import note
from rtbf.external.tasking import complete_if_last, fail, forget_subjects
from rtbf.models import ENDED, ENDED_TASKS, ExternalTask, TaskEvidence, TaskState
from trail.actor import Actor

MIND_TASKS = "rtbf.mind_tasks"
AGAIN_AFTER = timedelta(days=3)


def to_remind(account: Account) -> list[ExternalTask]:
    """Return the tasks people are to be reminded of today: due soon or overdue, and those whose connector failed."""
    today, ahead = today_in(account), timedelta(days=rules_of(account).remind_days)
    tasks = ExternalTask.objects.filter(account=account).exclude(state__in=(*ENDED_TASKS, TaskState.SENDING))
    rows = tasks.select_related("request", "system", "owner").order_by("due_on", "pk")
    return [
        each
        for each in rows
        if (each.due_on - ahead <= today or each.state == TaskState.FAILED)
        and (each.reminded_on is None or each.reminded_on + AGAIN_AFTER <= today)
    ]


def queue_minding() -> int:
    """Queue a job for each account that has tasks; returns how many."""
    accounts = ExternalTask.objects.values_list("account_id", flat=True).distinct()
    return sum(enqueue_for_account(MIND_TASKS, account_id) for account_id in accounts)


def mind(account_id: UUID, *, actor: Actor) -> int:
    """Do what is due about the tasks of an account; returns about how many somebody was reminded."""
    account = Account.objects.get(pk=account_id)
    _find_stuck(account, actor)
    _finish_interrupted(account, actor)
    _end_evidence(account, actor)
    return _remind(account, actor)


def _find_stuck(account: Account, actor: Actor) -> None:
    """Leave with people what a job was given up over without a word, as when its worker died each time."""
    for task in ExternalTask.objects.filter(account=account, state=TaskState.SENDING):
        job = Job.objects.filter(pk=task.job_id).first() if task.job_id else None
        if job is None or job.status in (Status.FAILED, Status.CANCELLED):
            fail(task.pk, job.error_code if job and job.error_code else "job_lost", actor=actor)


def _finish_interrupted(account: Account, actor: Actor) -> None:
    """Forget whom tasks were about that ended just before a crash, and complete their requests."""
    ended = ExternalTask.objects.filter(account=account, state__in=ENDED_TASKS, subject__condemned_at=None)
    for task in ended.exclude(subject=None).select_related("request"):
        forget_subjects([task], actor=actor)
        complete_if_last(task.request, actor=actor)


def _end_evidence(account: Account, actor: Actor) -> None:
    """Destroy evidence when the case files of that time end."""
    rows = TaskEvidence.objects.filter(account=account, condemned_at=None, task__request__state__in=ENDED)
    for row in rows.select_related("task__request"):
        end = row.task.request.finished_at
        if end is not None and is_over(account, CASE, end):
            defer(erasure.erase([row], actor=actor, ground=ENDED_GROUND, case=row.task.request.reference).kept)


def _remind(account: Account, actor: Actor) -> int:
    due = to_remind(account)
    everybody = tuple(addresses_of_staff(account))
    by_whom: dict[tuple[str, ...], list[ExternalTask]] = {}
    for task in due:
        own = (task.owner.email,) if task.owner and task.owner.is_active else everybody
        by_whom.setdefault(own, []).append(task)
    for addresses, tasks in by_whom.items():
        _write(account, addresses, tasks, actor)
    return len(due)


def _write(account: Account, addresses: tuple[str, ...], tasks: list[ExternalTask], actor: Actor) -> None:
    lines = "\n".join(
        f"{task.request.reference}: {task.system or 'a recipient'}, due {task.due_on:%-d %B %Y}"
        f" ({task.get_state_display().lower()})"
        for task in tasks
    )
    body = f"Tasks for other systems, {account.name}:\n\n{lines}\n\nThey stand in the portal, on each request's page."
    send_mail("Tasks for other systems are due", body, bcc=addresses)
    with transaction.atomic():
        ExternalTask.objects.filter(pk__in=[task.pk for task in tasks]).update(reminded_on=today_in(account))
        for task in tasks:
            note("task.reminded", task.request, actor)
