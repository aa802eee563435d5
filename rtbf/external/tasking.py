"""The tasks a request makes for other systems, from the moment it can't be cancelled until somebody says it is done.

Tasks are made before anything is erased here, since afterwards nobody knows whom to look for there. As long as one has
not ended, a request to forget is not completed; a connector that fails leaves the task with people, as failed, never
silently.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.days import today_in
from accounts.rights import require
from customers.models import Disclosure, Identifier
from jobs import queue
from privacy import erasure
from privacy.keyring.ring import NewKey, create_keys
from privacy.open import open_rows
from privacy.sealing import seal
from rtbf.cases.intake import WRITE
from rtbf.entries import GROUND, note, opening_of
from rtbf.errors import NotPossible
from rtbf.external.register import active_systems
from rtbf.models import (
    ENDED_TASKS,
    ExternalSystem,
    ExternalTask,
    Outcome,
    Request,
    RequestedIdentifier,
    State,
    TaskEvidence,
    TaskKind,
    TaskState,
    TaskSubject,
)
from rtbf.planning.freezing import GOING
from rtbf.proof.proving import is_proved
from trail.actor import Actor, require_actor

if TYPE_CHECKING:
    from django.db.models import QuerySet

END = WRITE
SEND_TASK = "rtbf.send_task"
NOTICE_DAYS = 14
LONGEST_EVIDENCE = 4_000
OUTCOMES = (TaskState.DONE, TaskState.NOT_NEEDED)


@dataclass(frozen=True)
class Asking:
    """What is to be asked of whom: everything opened and every key made before the transaction that decides it.

    recipients: to whom outside, by disclosure. about: what a system has to know, as in TaskSubject.
    """

    kind: TaskKind
    systems: Sequence[ExternalSystem] = ()
    recipients: Mapping[UUID, str] = field(default_factory=dict, repr=False)
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    keys: Sequence[NewKey] = field(default=(), repr=False)


def open_tasks(request: Request, *, actor: Actor) -> int:
    """Make a task for each active system and each recipient outside; returns how many. Made twice, the first stand."""
    if request.tasks.exists():
        return 0
    asking = prepare(
        request, TaskKind.ERASE, _recipients(request, actor), lambda: {"identifiers": _identifiers(request, actor)}
    )
    with transaction.atomic():
        return ask_others(request, asking, actor=actor)


def prepare(
    request: Request, kind: TaskKind, recipients: Mapping[UUID, str], about: Callable[[], Mapping[str, Any]]
) -> Asking:
    """Return what is to be asked of the account's systems and of these recipients; `about` is not called for nobody."""
    systems = active_systems(request.account)
    number = len(systems) + len(recipients)
    if not number:
        return Asking(kind)
    return Asking(kind, systems, recipients, about(), create_keys(request.account_id, number))


def ask_others(request: Request, asking: Asking, *, actor: Actor) -> int:
    """Make the tasks in the caller's transaction; returns how many. Asked for the same twice, the first stand."""
    today = today_in(request.account)
    common = {"account": request.account, "request": request, "kind": asking.kind}
    tasks = [
        ExternalTask(**common, system=each, owner_id=each.owner_id, due_on=today + timedelta(days=each.due_days))
        for each in asking.systems
    ]
    due_on = today + timedelta(days=NOTICE_DAYS)
    tasks += [ExternalTask(**common, disclosure_id=each, due_on=due_on) for each in asking.recipients]
    return _insert(request, tasks, asking, actor) if tasks else 0


def _insert(request: Request, tasks: list[ExternalTask], asking: Asking, actor: Actor) -> int:
    if Request.objects.select_for_update().get(pk=request.pk).tasks.filter(kind=asking.kind).exists():
        return 0
    ExternalTask.objects.bulk_create(tasks)
    for task, key in zip(tasks, asking.keys, strict=True):
        subject = TaskSubject(account_id=task.account_id, task=task)
        told = asking.recipients.get(task.disclosure_id, "") if task.disclosure_id else ""
        seal(subject, key, {"about": {**asking.about, "recipient": told}})
        subject.save(force_insert=True)
        if task.system is not None and task.system.url:
            _queue(task, actor)
    note("request.tasks_opened", request, actor, facts={"tasks": len(tasks), "kind": str(asking.kind)})
    return len(tasks)


def _queue(task: ExternalTask, actor: Actor) -> None:
    task.state, task.error_code = TaskState.SENDING, ""
    task.job_id = queue.enqueue(SEND_TASK, account_id=task.account_id, subject=task.pk, actor=actor).pk
    task.save(update_fields=["state", "error_code", "job_id"])


def send_again(*, actor: Actor, task: ExternalTask) -> ExternalTask:
    """Let the connector try once more after it failed. Raises Refused, NotPossible."""
    require(require_actor(actor), END, task, action="task.sent_again")

    with transaction.atomic():
        held = ExternalTask.objects.select_for_update(of=("self",)).select_related("system").get(pk=task.pk)
        if held.state != TaskState.FAILED or held.system is None or not held.system.url:
            raise NotPossible("Only what a connector could not send can be sent again. Nothing was changed.")
        _queue(held, actor)
        note("task.sent_again", held.request, actor)
    return held


def end_task(*, actor: Actor, task: ExternalTask, outcome: str, evidence: str) -> ExternalTask:
    """Say that a task is done, or that nothing was there, and what proves it. Ended twice, it stays as it was.

    Raises Refused, NotPossible.
    """
    require(require_actor(actor), END, task, action="task.ended")

    if outcome not in OUTCOMES:
        raise NotPossible("Say whether it was done or nothing was there. Nothing was changed.")
    if not evidence.strip() or len(evidence) > LONGEST_EVIDENCE:
        raise NotPossible(
            f"Say what proves it (a ticket, who did it and when), in at most {LONGEST_EVIDENCE:,} characters. Nothing"
            " was changed."
        )
    return finish(task, actor=actor, outcome=outcome, evidence=evidence.strip())


def finish(task: ExternalTask, *, actor: Actor, outcome: str, evidence: str) -> ExternalTask:
    """End a task with its evidence, forget whom it was about, and complete the request if it was the last."""
    (key,) = create_keys(task.account_id, 1)
    with transaction.atomic():
        held = ExternalTask.objects.select_for_update(of=("self",)).select_related("request").get(pk=task.pk)
        if held.has_ended:
            return held
        row = TaskEvidence(account_id=held.account_id, task=held)
        seal(row, key, {"text": evidence})
        row.save(force_insert=True)
        held.state, held.ended_at, held.ended_by_id, held.error_code = outcome, timezone.now(), actor.user_id, ""
        held.save(update_fields=["state", "ended_at", "ended_by", "error_code"])
        note("task.ended", held.request, actor, facts={"code": outcome, "kind": held.kind})
    forget_subjects([held], actor=actor)
    complete_if_last(held.request, actor=actor)
    return held


def forget_subjects(tasks: Iterable[ExternalTask], *, actor: Actor) -> None:
    """Erase whom ended tasks were about."""
    for task in tasks:
        rows = list(TaskSubject.objects.filter(task=task, condemned_at=None))
        if rows:
            erasure.erase(rows, actor=actor, ground=GROUND, case=task.request.reference)


def fail(task_id: UUID, code: str, *, actor: Actor) -> None:
    """Leave a task that its connector could not do with people."""
    with transaction.atomic():
        held = ExternalTask.objects.select_for_update(of=("self",)).select_related("request").get(pk=task_id)
        if held.state != TaskState.SENDING:
            return
        held.state, held.error_code = TaskState.FAILED, code[:40]
        held.save(update_fields=["state", "error_code"])
        note("task.failed", held.request, actor, facts={"code": code[:40]}, outcome="failed")


def unfinished(request: Request) -> int:
    """Return how many tasks of a request have not ended."""
    return request.tasks.exclude(state__in=ENDED_TASKS).count()


def complete_if_last(request: Request, *, actor: Actor) -> bool:
    """Complete a request that only waited for other systems; says whether it did."""
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        left = held.items.exclude(outcome__in=(Outcome.DONE, Outcome.GONE, Outcome.NOT_THEIRS)).exists()
        if held.state != State.EXCEPTIONS or left or unfinished(held) or not is_proved(held):
            return False
        held.state = State.COMPLETED
        held.save(update_fields=["state"])
        note("request.completed", held, actor, facts={"done": held.items.count(), "left": 0, "proved": True})
    return True


def _recipients(request: Request, actor: Actor) -> dict[UUID, str]:
    """Return to whom outside data of these customers went, by disclosure."""
    going = request.items.filter(label=Disclosure._meta.label, action__in=GOING).values("record_id")
    return recipients_of(request, Disclosure.objects.filter(pk__in=going), actor=actor)


def recipients_of(request: Request, disclosures: "QuerySet[Disclosure]", *, actor: Actor) -> dict[UUID, str]:
    """Return the recipients outside of these disclosures, each once, by one of its disclosures."""
    rows = list(disclosures.filter(condemned_at=None).exclude(recipient=None).order_by("pk"))
    found = _opened(request, rows, "recipient", actor=actor)
    unique: dict[str, UUID] = {}
    for pk, values in found.items():
        unique.setdefault(values["recipient"], pk)
    return {pk: recipient for recipient, pk in unique.items()}


def _identifiers(request: Request, actor: Actor) -> list[dict[str, str]]:
    """Return what was typed and every identifier that goes, each once."""
    going = request.items.filter(label=Identifier._meta.label, action__in=GOING).values("record_id")
    return identifiers_of(request, Identifier.objects.filter(pk__in=going), actor=actor)


def identifiers_of(request: Request, carried: "QuerySet[Identifier]", *, actor: Actor) -> list[dict[str, str]]:
    """Return what was typed into a request and these identifiers, each once."""
    typed = list(RequestedIdentifier.objects.filter(request=request, condemned_at=None))
    known = list(carried.filter(condemned_at=None))
    opened = _opened(request, typed, "shown", actor=actor) | _opened(request, known, "value", actor=actor)
    rows: list[RequestedIdentifier | Identifier] = [*typed, *known]
    pairs = dict.fromkeys((row.kind, next(iter(opened[row.pk].values()))) for row in rows if row.pk in opened)
    return [{"kind": kind, "value": value} for kind, value in pairs]


def _opened(request: Request, rows: list[Any], name: str, *, actor: Actor) -> dict[UUID, dict[str, Any]]:
    return open_rows(rows, name, warrant=opening_of(request, actor, "task.prepared")) if rows else {}
