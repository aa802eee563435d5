"""Tasks for other systems: made, sent, failed aloud, ended with evidence; and recipients are told."""

import json
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from customers.disclosures import disclose
from customers.models import Disclosure
from jobs.models import Job
from jobs.webhooks import is_genuine
from privacy.open import open_rows, warrant
from rtbf.errors import NotPossible
from rtbf.external import reminders, tasking
from rtbf.external.catalogue import PLACES, places_of
from rtbf.external.register import Told, add_system, change_system, renew_secret, secret_of
from rtbf.models import (
    ExternalSystem,
    ExternalTask,
    Request,
    State,
    SystemKind,
    TaskEvidence,
    TaskKind,
    TaskState,
    TaskSubject,
)
from tests.jobs.test_webhooks import receiver, reply
from tests.looking import ALICE, ALICE_MAIL, CANARIES
from tests.looking import places_of as places_left
from tests.rtbf.test_execution import forget, run_all
from trail.models import Event
from trail.refusal import Refused

__all__ = ["receiver"]

pytestmark = pytest.mark.django_db(transaction=True)


def told(kind=SystemKind.SALESFORCE, name="Salesforce", **more):
    return Told(kind=kind, name=name, places=places_of(kind), **more)


@pytest.fixture
def salesforce(account, officer):
    return add_system(actor=officer.actor, account=account, told=told())


@pytest.fixture
def hooked(account, officer, receiver):
    """A system whose connector listens here."""
    system = add_system(actor=officer.actor, account=account, told=told(url=receiver.url))
    renew_secret(actor=officer.actor, system=system)
    return ExternalSystem.objects.get(pk=system.pk)


def forgotten(supervisor, house):
    request = forget(supervisor, house.account)
    run_all()
    return Request.objects.get(pk=request.pk)


def about(task, actor):
    row = TaskSubject.objects.get(task=task)
    opening = warrant(actor=actor, action="task.opened", account_id=task.account_id, purpose="test")
    return open_rows([row], "about", warrant=opening)[row.pk]["about"]


def test_salesforce_is_known_by_its_fields():
    text = places_of(SystemKind.SALESFORCE)
    for place in ("Task: Subject", "Contact: Phone", "Lead: Phone", "Account: Phone", "Person Account",
                  "InteractionEvent:", "InteractionEventNote", "Dial lists", "Call summaries"):  # fmt: skip
        assert place in text
    assert set(PLACES) == set(SystemKind.values)


def test_a_request_makes_a_task_for_each_system_and_waits_for_them(house, supervisor, officer, salesforce):
    other = add_system(actor=officer.actor, account=house.account, told=told(SystemKind.WAREHOUSE, "Lake", due_days=30))
    off = add_system(actor=officer.actor, account=house.account, told=told(SystemKind.CRM, "Old", active=False))
    request = forgotten(supervisor, house)
    tasks = {task.system_id: task for task in request.tasks.all()}
    assert set(tasks) == {salesforce.pk, other.pk}
    assert off.pk not in tasks
    assert tasks[other.pk].due_on - tasks[salesforce.pk].due_on == timedelta(days=16)
    values = {(each["kind"], each["value"]) for each in about(tasks[salesforce.pk], supervisor.actor)["identifiers"]}
    assert ("email", ALICE_MAIL) in values
    assert {"phone", "email", "name", "customer-id"} == {kind for kind, _ in values}
    assert request.state == State.EXCEPTIONS


def test_ending_the_last_task_completes_the_request_and_forgets_whom_it_was_about(house, supervisor, salesforce):
    """`end_task` goes through `finish`, `forget_subjects` and `complete_if_last`; a connector through `send_task`."""
    request = forgotten(supervisor, house)
    task = request.tasks.get()
    assert places_left(ALICE_MAIL)
    tasking.end_task(actor=supervisor.actor, task=task, outcome=TaskState.DONE, evidence="Ticket 4711, by Eve")
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert not TaskSubject.objects.exists()
    assert places_left(*CANARIES) == []
    evidence = TaskEvidence.objects.get()
    opening = warrant(actor=supervisor.actor, action="task.opened", account_id=task.account_id, purpose="test")
    assert open_rows([evidence], "text", warrant=opening)[evidence.pk]["text"] == "Ticket 4711, by Eve"
    again = tasking.end_task(actor=supervisor.actor, task=task, outcome=TaskState.NOT_NEEDED, evidence="x")
    assert again.state == TaskState.DONE
    assert Event.objects.filter(action="task.ended").count() == 1


@pytest.mark.parametrize(("outcome", "evidence"), [("done", " "), ("open", "x"), ("", "x"), ("done", "x" * 5_000)])
def test_no_end_without_evidence(house, supervisor, salesforce, outcome, evidence):
    task = forgotten(supervisor, house).tasks.get()
    with pytest.raises(NotPossible, match="Nothing was changed"):
        tasking.end_task(actor=supervisor.actor, task=task, outcome=outcome, evidence=evidence)
    assert ExternalTask.objects.get().state == TaskState.OPEN


def test_a_cancelled_request_asks_nobody(house, supervisor, salesforce):
    house.account.grace_hours = 180
    house.account.save()
    forget(supervisor, house.account)
    assert not ExternalTask.objects.exists()


def test_a_connector_that_does_it_completes_the_request(house, supervisor, hooked, receiver):
    request = forgotten(supervisor, house)
    ((headers, body),) = receiver.got
    assert is_genuine(secret_of(hooked), headers, body, now=int(time.time()))
    sent = json.loads(body)
    assert (sent["reference"], sent["type"]) == (request.reference, "customer.forget")
    assert {"kind": "email", "value": ALICE_MAIL} in sent["identifiers"]
    assert headers["webhook-id"] == f"task_{request.tasks.get().pk}"
    assert request.tasks.get().state == TaskState.DONE
    assert request.state == State.COMPLETED
    assert places_left(*CANARIES) == []


def test_jobs_and_log_hold_no_identifier(house, supervisor, hooked):
    forgotten(supervisor, house)
    job = Job.objects.get(kind=tasking.SEND_TASK)
    assert ALICE_MAIL not in json.dumps([job.actor, str(job.subject), job.error_code])
    assert not Event.objects.filter(text__contains=ALICE_MAIL).exists()


def test_taken_is_not_done(house, supervisor, hooked, receiver):
    receiver.answer = lambda each: reply(each, 202)
    request = forgotten(supervisor, house)
    assert (request.tasks.get().state, request.state) == (TaskState.TAKEN, State.EXCEPTIONS)


def test_a_receiver_that_recovers_gets_the_same_id_again(house, supervisor, hooked, receiver):
    answers = iter([503, 500, 200])
    receiver.answer = lambda each: reply(each, next(answers))
    request = forgotten(supervisor, house)
    assert request.tasks.get().state == TaskState.DONE
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert len(receiver.got) == 3


def test_a_dead_connector_is_an_exception_and_not_silence(house, supervisor, officer, hooked, receiver):
    receiver.answer = lambda each: reply(each, 500)
    other = add_system(actor=officer.actor, account=house.account, told=told(SystemKind.CRM, "Other"))
    request = forgotten(supervisor, house)
    task = request.tasks.get(system=hooked)
    assert (task.state, task.error_code) == (TaskState.FAILED, "answered_500")
    assert Event.objects.filter(action="task.failed", outcome="failed").count() == 1
    assert request.state == State.EXCEPTIONS
    assert request.tasks.get(system=other).state == TaskState.OPEN
    assert request.items.exclude(action="decide").filter(done_at=None).count() == 0
    receiver.answer = lambda each: reply(each, 204)
    tasking.send_again(actor=supervisor.actor, task=task)
    run_all()
    assert ExternalTask.objects.get(pk=task.pk).state == TaskState.DONE


def test_what_is_refused_is_not_tried_again(house, supervisor, hooked, receiver):
    receiver.answer = lambda each: reply(each, 410)
    request = forgotten(supervisor, house)
    assert request.tasks.get().error_code == "answered_410"
    assert len(receiver.got) == 1


def test_without_a_secret_nothing_is_sent(house, supervisor, officer, receiver):
    add_system(actor=officer.actor, account=house.account, told=told(url=receiver.url))
    request = forgotten(supervisor, house)
    assert (request.tasks.get().state, request.tasks.get().error_code) == (TaskState.FAILED, "no_secret")
    assert receiver.got == []


def test_a_job_that_was_given_up_leaves_its_task_with_people(house, supervisor, officer, account):
    """Its worker died on every attempt, so nothing of ours could say so."""
    add_system(actor=officer.actor, account=account, told=told(url="https://crm.example.com/"))
    request = forget(supervisor, account)
    Job.objects.filter(subject=request.pk).update(not_before=timezone.now())
    tasking.open_tasks(request, actor=supervisor.actor)
    task = request.tasks.get()
    Job.objects.filter(pk=task.job_id).update(status="failed", error_code="attempts_exhausted")
    reminders.mind(account.pk, actor=supervisor.actor)
    task.refresh_from_db()
    assert (task.state, task.error_code) == (TaskState.FAILED, "attempts_exhausted")


def test_tasks_are_made_once_however_often_the_work_begins(house, supervisor, salesforce):
    request = forget(supervisor, house.account)
    assert tasking.open_tasks(request, actor=supervisor.actor) == 1
    assert tasking.open_tasks(request, actor=supervisor.actor) == 0
    run_all()
    assert ExternalTask.objects.count() == TaskSubject.objects.count() == 1


def test_the_owner_is_reminded_without_a_name_and_not_every_day(house, supervisor, officer, account):
    add_system(actor=officer.actor, account=account, told=told(owner_id=officer.user.pk, due_days=1))
    request = forgotten(supervisor, house)
    assert reminders.mind(account.pk, actor=supervisor.actor) == 1
    assert mail.outbox[-1].bcc == [officer.user.email]
    assert request.reference in mail.outbox[-1].body
    assert not any(canary in mail.outbox[-1].body for canary in CANARIES)
    assert reminders.mind(account.pk, actor=supervisor.actor) == 0


def test_recipients_outside_are_told_and_copies_taken_inside_are_not(house, supervisor, account):
    record = ("interactions.Recording", house.alices[0].recordings.get().pk)
    common = {"account_id": account.pk, "customer_id": house.alice.pk, "record": record}
    disclose(**common, taken_by=supervisor.user.pk, purpose="quality")
    disclose(**common, taken_by=supervisor.user.pk, purpose="quality")
    for _ in range(2):
        disclose(**common, taken_by=supervisor.user.pk, recipient="Law firm Gray")
    assert Disclosure.objects.count() == 3
    request = forgotten(supervisor, house)
    task = request.tasks.get()
    assert (task.kind, task.system_id) == (TaskKind.ERASE, None)
    assert about(task, supervisor.actor)["recipient"] == "Law firm Gray"
    assert not Disclosure.objects.exclude(recipient=None).exists()


def test_a_download_is_a_line_in_the_register(house, supervisor, client_of):
    client, call = client_of(supervisor), house.alices[0]
    client.post(f"/interactions/{call.pk}/purpose", {"purpose": "complaint"})
    for _ in range(2):
        answer = client.get(f"/interactions/{call.pk}/recordings/{call.recordings.get().pk}/download")
        assert b"".join(answer.streaming_content) == b"alice canary sound"
    row = Disclosure.objects.get()
    assert (row.customer_id, row.taken_by_id, row.purpose) == (house.alice.pk, supervisor.user.pk, "complaint")


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "x"}, {"name": ""}, {"name": "x" * 81}, {"places": " "}, {"due_days": 0}, {"due_days": 100},
     {"url": "http://example.com/"}, {"url": "https://user:pw@example.com"}, {"owner_id": "stranger"}],
)  # fmt: skip
def test_bad_systems_are_refused(account, officer, stranger, wrong):
    if wrong.get("owner_id"):
        wrong = {"owner_id": stranger.user.pk}
    with pytest.raises(NotPossible, match="Nothing was saved"):
        add_system(actor=officer.actor, account=account, told=Told(**{**told().__dict__, **wrong}))
    assert not ExternalSystem.objects.exists()


def test_a_name_is_taken_once_and_changes_are_on_record(account, officer, salesforce):
    with pytest.raises(NotPossible, match="already"):
        add_system(actor=officer.actor, account=account, told=told())
    change_system(actor=officer.actor, system=salesforce, told=told(active=False))
    assert Event.objects.filter(action="system.changed", outcome="done").count() == 1


def test_only_who_sets_the_rules_keeps_the_register(account, supervisor, agent, stranger, salesforce):
    for person in (supervisor, agent, stranger):
        with pytest.raises(Refused):
            add_system(actor=person.actor, account=account, told=told(name="Mine"))
        with pytest.raises(Refused):
            renew_secret(actor=person.actor, system=salesforce)


def test_a_new_secret_ends_the_old_one(account, officer, salesforce):
    first = renew_secret(actor=officer.actor, system=salesforce)
    second = renew_secret(actor=officer.actor, system=salesforce)
    assert first.startswith("whsec_")
    assert first != second
    assert not Event.objects.filter(text__contains=second[6:20]).exists()


def test_the_search_for_what_is_left_counts_the_tasks_as_case(house, supervisor, salesforce):
    request = forgotten(supervisor, house)
    assert tasking.is_proved(request)
    assert ALICE not in str(request.counts)


def test_the_page_of_a_request_lists_systems_before_and_tasks_after(house, supervisor, client_of, salesforce):
    client = client_of(supervisor)
    request = forget(supervisor, house.account)
    assert "Each gets a task" in client.get(f"/requests/{request.pk}/").content.decode()
    run_all()
    task = request.tasks.get()
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert f"/tasks/{task.pk}/" in page
    assert ALICE_MAIL not in page
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert "Task: Subject" in page
    assert ALICE_MAIL in page
    assert Event.objects.filter(action="task.opened", record_id=str(task.pk)).exists()
    assert client.post(f"/tasks/{task.pk}/end/", {"outcome": "done", "evidence": ""}).status_code == 422
    form = {"outcome": "not_needed", "evidence": "Searched by <b>Eve</b>"}
    assert client.post(f"/tasks/{task.pk}/end/", form)["Location"] == f"/requests/{request.pk}/"
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert ALICE_MAIL not in page
    assert "Searched by &lt;b&gt;Eve" in page


def test_the_register_is_kept_on_its_pages(account, officer, client_of, receiver):
    client = client_of(officer)
    form = {"kind": "salesforce", "name": "Salesforce", "places": "", "due_days": "10", "active": "on",
            "url": receiver.url, "owner": str(officer.user.pk)}  # fmt: skip
    where = client.post("/systems/", form)["Location"]
    system = ExternalSystem.objects.get()
    assert "InteractionEventNote" in system.places
    assert (system.owner_id, system.due_days) == (officer.user.pk, 10)
    shown = client.post(f"{where}secret/").content.decode()
    assert "whsec_" in shown
    assert "whsec_" not in client.get(where).content.decode()
    assert client.post(where, {**form, "name": "", "places": "x"}).status_code == 422
    client.post(where, {**form, "places": "Contact: Phone"})
    system.refresh_from_db()
    assert system.places == "Contact: Phone"
