import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from jobs import runner
from jobs.errors import JobFailed
from jobs.models import Job, Status
from jobs.queue import cancel
from jobs.registry import KindTaken
from tests.jobs.conftest import ALICE, let_lease_end, queued, run_again
from trail.models import Event
from trail.refusal import Refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rung")]


def test_a_job_runs_once_and_shows_its_progress(work):
    seen = []

    @work("test.work")
    def count(job, progress):
        progress(3, 7)
        seen.append(Job.objects.get().progress_done)

    job = queued()
    assert runner.run(job.pk)
    assert not runner.run(job.pk)
    done = Job.objects.get()
    assert (done.status, done.progress_done, done.progress_total, seen) == (Status.DONE, 3, 7, [3])
    assert done.ended_at


def test_bells_that_ring_at_once_start_it_once(work):
    runs, both = [], threading.Barrier(4)

    @work("test.work")
    def slow(job, progress):
        runs.append(1)
        time.sleep(0.2)

    job = queued()

    def worker():
        both.wait()
        runner.run(job.pk)
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs == [1]
    assert Job.objects.get().attempts == 1


def test_it_acts_on_behalf_of_who_asked(work):
    actors = []
    work("test.work")(lambda job, progress: actors.append(runner.actor_of(job)))
    job = queued()
    runner.run(job.pk)
    (actor,) = actors
    assert (actor.via, actor.on_behalf_of, actor.role, actor.account_id) == (
        "job",
        ALICE.user_id,
        "supervisor",
        ALICE.account_id,
    )
    assert actor.request_id == str(job.pk)


def test_a_killed_worker_is_replaced_and_the_job_goes_on(work):
    work("test.work")(lambda job, progress: progress(job.progress_done + 1, 2))
    job = queued()
    first = runner._claim(job.pk)
    runner.LeaseProgress(first)(1, 2)
    assert not runner.run(job.pk)
    let_lease_end(job)
    assert runner.run(job.pk)
    assert (Job.objects.get().status, Job.objects.get().progress_done) == (Status.DONE, 2)


def test_a_worker_that_lost_its_lease_stops_and_spoils_nothing(work):
    @work("test.work")
    def overtaken(job, progress):
        Job.objects.update(lease=None, status=Status.DONE, progress_done=9)
        progress(1)
        pytest.fail("it went on without a lease")

    job = queued()
    runner.run(job.pk)
    assert (Job.objects.get().status, Job.objects.get().progress_done) == (Status.DONE, 9)


def test_what_breaks_is_tried_again_later_and_kept_as_a_code(work, caplog):
    @work("test.work")
    def broken(job, progress):
        raise ZeroDivisionError("Bob, +15305550101")

    job = queued()
    runner.run(job.pk)
    waiting = Job.objects.get()
    assert (waiting.status, waiting.error_code) == (Status.QUEUED, "unexpected.ZeroDivisionError")
    assert waiting.not_before > timezone.now() + timedelta(seconds=10)
    assert not runner.run(job.pk)
    assert "+1530" not in caplog.text
    assert "broke with ZeroDivisionError at" in caplog.text


def test_pauses_grow_and_then_it_fails_on_record(work):
    pauses = []

    @work("test.work")
    def broken(job, progress):
        raise ZeroDivisionError

    job = queued()
    for _ in range(runner.MAX_ATTEMPTS):
        run_again(job)
        pauses.append(round((Job.objects.get().not_before - timezone.now()).total_seconds()))
    assert pauses[:3] == [15, 30, 60]
    assert Job.objects.get().status == Status.FAILED
    event = Event.objects.get(action="job.failed")
    assert (event.outcome, event.told["facts"]["code"]) == ("failed", "unexpected.ZeroDivisionError")


def test_a_job_that_kills_its_workers_ends_too(work):
    work("test.work")(lambda job, progress: None)
    job = queued()
    for _ in range(runner.MAX_ATTEMPTS):
        runner._claim(job.pk)
        let_lease_end(job)
    runner.run(job.pk)
    assert (Job.objects.get().status, Job.objects.get().error_code) == (Status.FAILED, "attempts_exhausted")


def test_a_job_that_gets_on_has_its_attempts_counted_anew(work):
    @work("test.work")
    def one_step_then_break(job, progress):
        progress(job.progress_done + 1)
        raise ZeroDivisionError

    job = queued()
    for _ in range(runner.MAX_ATTEMPTS + 3):
        run_again(job)
    assert (Job.objects.get().status, Job.objects.get().attempts) == (Status.QUEUED, 1)


def test_a_failure_that_is_certain_is_not_tried_again(work):
    @work("test.work")
    def hopeless(job, progress):
        raise JobFailed("subject_gone")

    runner.run(queued().pk)
    assert (Job.objects.get().status, Job.objects.get().error_code) == (Status.FAILED, "subject_gone")


def test_a_refusal_ends_the_job_and_is_on_record(work):
    @work("test.work")
    def forbidden(job, progress):
        with transaction.atomic():
            raise Refused("No.", actor=runner.actor_of(job), action="rtbf.executed", code="role")

    runner.run(queued().pk)
    assert (Job.objects.get().status, Job.objects.get().error_code) == (Status.FAILED, "role")
    assert Event.objects.get(outcome="refused").action == "rtbf.executed"


def test_a_running_job_stops_at_its_next_progress_when_cancelled(work):
    @work("test.work")
    def long(job, progress):
        cancel(job, actor=ALICE)
        progress(1)
        pytest.fail("it went on after its cancellation")

    runner.run(queued().pk)
    assert Job.objects.get().status == Status.CANCELLED


def test_an_interrupted_worker_gives_the_job_back(work):
    @work("test.work")
    def stopped(job, progress):
        raise KeyboardInterrupt

    job = queued()
    with pytest.raises(KeyboardInterrupt):
        runner.run(job.pk)
    assert (Job.objects.get().status, Job.objects.get().lease) == (Status.QUEUED, None)


def test_a_kind_nobody_knows_stays_in_the_queue(work, caplog):
    job = queued("test.unknown")
    assert not runner.run(job.pk)
    assert runner.run_due() == 0
    assert Job.objects.get().status == Status.QUEUED
    assert "no loaded app" in caplog.text


def test_a_kind_has_one_function(work):
    work("test.work")(test_a_kind_has_one_function)
    with pytest.raises(KindTaken):
        work("test.work")(test_a_refusal_ends_the_job_and_is_on_record)


def test_the_beat_keeps_a_long_steps_lease(work, monkeypatch):
    monkeypatch.setattr(runner, "LEASE", timedelta(seconds=0.6))
    leases = []

    @work("test.work")
    def long_step(job, progress):
        for _ in range(3):
            time.sleep(0.5)
            leases.append(Job.objects.get().lease_until > timezone.now())

    runner.run(queued().pk)
    assert leases == [True, True, True]
    assert Job.objects.get().status == Status.DONE


KILLED = """
import django, os, signal, sys
from uuid import UUID
django.setup()
from django.conf import settings
from django.db import connections
for alias, name in zip(("default", "keyring"), sys.argv[2:], strict=True):
    connections[alias].settings_dict["NAME"] = name
from jobs import runner
from jobs.registry import job

@job("test.work")
def killed(job, progress):
    progress(5, 10)
    os.kill(os.getpid(), signal.SIGKILL)

runner.run(UUID(sys.argv[1]))
"""


def test_a_worker_process_killed_in_the_act_loses_nothing(work):
    job = queued()
    names = [connections[alias].settings_dict["NAME"] for alias in ("default", "keyring")]
    ended = subprocess.run([sys.executable, "-c", KILLED, str(job.pk), *names], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    left = Job.objects.get()
    assert (left.status, left.progress_done, left.attempts) == (Status.RUNNING, 5, 1)
    let_lease_end(job)
    work("test.work")(lambda job, progress: progress(10, 10))
    assert runner.run_due() == 1
    assert (Job.objects.get().status, Job.objects.get().progress_done) == (Status.DONE, 10)
