"""Send a task to its system's connector: one attempt a job, again later with ever longer pauses, then left to people.

The message carries the identifiers the system must look for, so it goes by TLS to the registered address alone. Its id
is the task's: a receiver that got it twice does it once. An answer of 200 or 204 says it is done; 202 that it was taken
and somebody will confirm.
"""

import json
import time
from uuid import UUID

from jobs.errors import JobFailed
from jobs.models import Job
from jobs.runner import MAX_ATTEMPTS
from jobs.webhooks import Answer, WebhookFailed, send
from privacy.open import Forgotten, open_row, warrant
from privacy.witness import RecordRef
from rtbf.codes import Asks
from rtbf.entries import GROUNDS, note
from rtbf.external.register import secret_of
from rtbf.external.tasking import fail, finish
from rtbf.models import ExternalTask, TaskKind, TaskState, TaskSubject
from trail.actor import Actor
from vault.errors import KeyMissing

TAKEN = 202
TYPES = {
    TaskKind.ERASE: "customer.forget",
    TaskKind.CORRECT: "customer.correct",
    TaskKind.RESTRICT: "customer.restrict",
    TaskKind.LIFT: "customer.unrestrict",
}


def send_task(task_id: UUID, *, actor: Actor, job: Job) -> None:
    """Make one attempt. Raises JobFailed when it did not succeed; the last failure leaves the task failed."""
    task = ExternalTask.objects.select_related("system", "request", "account").get(pk=task_id)
    if task.state != TaskState.SENDING or task.system is None:
        return
    try:
        answer = _attempt(task, actor)
    except WebhookFailed as problem:
        again = problem.again and job.attempts < MAX_ATTEMPTS
        if not again:
            fail(task.pk, problem.code, actor=actor)
        raise JobFailed(problem.code, again=again) from None
    _take(task, answer, actor)


def _attempt(task: ExternalTask, actor: Actor) -> Answer:
    system = task.system
    if system is None or not system.url or not system.active:
        raise WebhookFailed("no_connector", again=False)
    try:
        secret, body = secret_of(system), _body(task, actor)
    except KeyMissing:
        raise WebhookFailed("no_secret", again=False) from None
    except Forgotten:
        raise WebhookFailed("forgotten", again=False) from None
    return send(system.url, secret=secret, event_id=f"task_{task.pk}", timestamp=int(time.time()), body=body)


def _body(task: ExternalTask, actor: Actor) -> bytes:
    record = RecordRef(task._meta.label, task.pk, task.account_id)
    opening = warrant(
        actor=actor, action="task.sent", account_id=task.account_id, purpose=GROUNDS[Asks(task.request.asks)],
        record=record, case=task.request.reference,
    )  # fmt: skip
    about = open_row(TaskSubject.objects.get(task=task), "about", warrant=opening)["about"]
    told = {
        "type": TYPES[TaskKind(task.kind)],
        "task": str(task.pk),
        "reference": task.request.reference,
        "due_on": task.due_on.isoformat(),
        "identifiers": about["identifiers"],
        "places": task.system.places.splitlines() if task.system else [],
    }
    if about.get("corrections"):
        told["corrections"] = about["corrections"]
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def _take(task: ExternalTask, answer: Answer, actor: Actor) -> None:
    if answer.status == TAKEN:
        taken = ExternalTask.objects.filter(pk=task.pk, state=TaskState.SENDING).update(state=TaskState.TAKEN)
        if taken:
            note("task.taken", task.request, actor)
        return
    said = answer.body.decode("utf-8", "replace").strip()[:1_000]
    evidence = f"The connector answered {answer.status}." + (f" It said: {said}" if said else "")
    finish(task, actor=actor, outcome=TaskState.DONE, evidence=evidence)
