from datetime import timedelta
from uuid import UUID

import dramatiq
import pytest
from django.db import transaction
from django.utils import timezone

from jobs import runner
from jobs.models import Job, Status
from jobs.queue import cancel, enqueue, enqueue_for_account, sweep
from retention.nights import DISPOSE
from tests.jobs.conftest import ACCOUNT, ALICE, let_lease_end, queued
from trail.actor import Actor, NoActor
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def minutes_pass(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(rung_at=timezone.now() - timedelta(minutes=1))


def test_the_bell_rings_when_the_act_commits(rung: list[UUID]):
    with transaction.atomic():
        job = queued()
        assert rung == []
    assert rung == [job.pk]


def test_an_act_that_is_rolled_back_leaves_no_job(rung: list[UUID]):
    with transaction.atomic():
        queued()
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert rung == []


def test_without_an_actor_there_is_no_job():
    with pytest.raises(NoActor):
        enqueue("test.work", account_id=ACCOUNT, subject=None, actor=None)
    assert not Job.objects.exists()


def test_what_comes_due_in_an_account_waits_once_and_again_when_it_is_over(rung: list[UUID]):
    assert enqueue_for_account("test.work", ACCOUNT)
    assert not enqueue_for_account("test.work", ACCOUNT)
    job = Job.objects.get()
    assert (job.account_id, job.subject, rung) == (ACCOUNT, ACCOUNT, [job.pk])
    assert Actor.from_facts(job.actor, request_id="").via == "job"
    Job.objects.update(status=Status.DONE)
    assert enqueue_for_account("test.work", ACCOUNT)


def test_a_job_that_must_wait_is_not_rung_for_before_its_time(rung: list[UUID]):
    job = enqueue(
        "test.work", account_id=ACCOUNT, subject=None, actor=ALICE, not_before=timezone.now() + timedelta(hours=180)
    )
    assert (sweep(), rung) == (0, [])
    Job.objects.update(not_before=timezone.now())
    assert (sweep(), rung) == (1, [job.pk])


def test_a_queue_that_does_not_answer_stops_no_act(silent: None, caplog):
    job = queued()
    assert Job.objects.get().status == Status.QUEUED
    assert f"the sweep will ring for job {job.pk}" in caplog.text


def test_the_sweep_rings_again_for_a_lost_message(silent: None, monkeypatch):
    job = queued()
    minutes_pass(job)
    assert sweep() == 0
    monkeypatch.undo()
    heard: list[UUID] = []

    def ring(job_id: UUID, queue_name: str) -> bool:
        heard.append(job_id)
        return True

    monkeypatch.setattr("jobs.queue.ring", ring)
    assert (sweep(), heard) == (1, [job.pk])
    assert sweep() == 0


def test_disposal_rings_in_a_queue_of_its_own(monkeypatch):
    heard: list[tuple[str, str]] = []

    class Broker:
        def enqueue(self, message: dramatiq.Message[None]) -> None:
            heard.append((message.queue_name, message.args[0]))

    monkeypatch.setattr("jobs.doorbell.dramatiq.get_broker", Broker)
    ordinary, patient = queued("privacy.finish_erasure"), queued(DISPOSE)
    for job in (ordinary, patient):
        minutes_pass(job)
    assert heard == [("default", str(ordinary.pk)), ("patient", str(patient.pk))]
    assert sweep() == 2
    assert heard[2:] == [("default", str(ordinary.pk)), ("patient", str(patient.pk))]


def test_the_sweep_finds_a_job_whose_worker_was_killed(rung: list[UUID], work):
    job = queued()
    work("test.work")(lambda job, progress: None)
    runner._claim(job.pk)
    minutes_pass(job)
    assert sweep() == 0
    let_lease_end(job)
    assert sweep() == 1
    assert rung == [job.pk, job.pk]


def test_a_waiting_job_is_cancelled_at_once_and_on_record(rung: list[UUID], work):
    job = queued()
    work("test.work")(lambda job, progress: pytest.fail("a cancelled job ran"))
    assert cancel(job, actor=ALICE)
    assert not runner.run(job.pk)
    assert Job.objects.get().status == Status.CANCELLED
    assert Event.objects.get(action="job.cancelled").record_id == str(job.pk)


def test_an_ended_job_cannot_be_cancelled(rung: list[UUID], work):
    work("test.work")(lambda job, progress: None)
    job = queued()
    runner.run(job.pk)
    assert not cancel(job, actor=ALICE)
    assert Job.objects.get().status == Status.DONE
