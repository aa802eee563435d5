"""One erasure, struck at every step it has: workers killed, databases away, the store failing, the queue emptied.

The same request goes on after each blow, so that all steps take one erasure's time. What must hold at the end, always:
complete, nothing of Alice anywhere, Bob's as it was, the log verifies and `fsck` finds nothing orphaned.
"""

import contextlib
import errno
import json
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

import jobs.tasks  # noqa: F401 - registers what finishes an erasure
from interactions.models import Recording
from jobs import doorbell, queue, runner
from jobs.models import Job, Status
from privacy import fsck
from privacy.models import Condemnation, DoomedFile
from privacy.open import store
from rtbf.external.register import Told, add_system
from rtbf.external.tasking import end_task
from rtbf.models import ExternalTask, State, TaskState
from tests.house import CHECKOUT
from tests.interactions.test_audio import tone, written
from tests.looking import CANARIES, places_of
from tests.makers import give_sound, make_interaction
from tests.privacy.test_renewal_under_fire import environment
from tests.rtbf.faults import ALL, at_each_step
from tests.rtbf.test_execution import bobs_values, forget, statistics
from trail.sequence import seal_pending
from trail.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = (
    "carrying_out.py:_begin", "freezing.py:freeze", "decisions.py:settle", "tasking.py:open_tasks",
    "proving.py:begin_proof", "sampling.py:take_sample", "erasure.py:condemn", "ledger.py:write", "ring.py:shred",
    "erasure.py:finish", "carrying_out.py:_done", "redaction.py:redact ", "redaction.py:redact_passages",
    "versions.py:_announce", "before put", "after put", "versions.py:_decide", "before delete", "after delete",
    "proving.py:hand_over", "proving.py:_measure_again", "scanning.py:scan", "carrying_out.py:_conclude",
    "sequence.py:_seal_batch", "certificate.py:issue",
)  # fmt: skip
"""Steps at which a worker must have been killed; there are more."""


@pytest.fixture
def story(house, supervisor, officer, monkeypatch):
    """A confirmed request of which every part of the flow has something to do."""
    monkeypatch.setattr(fsck, "UNDER_WAY_S", -1)
    monkeypatch.setattr(fsck, "SLOW", timedelta(0))
    for name in list(store().names()):
        if not Recording.objects.filter(blob=name).exists():
            DoomedFile.objects.filter(pk=name).delete()
    call = make_interaction(house.account, house.bob, transcript=[("customer", "my wife has 202 555 0147 you see")])
    sound = give_sound(call, Recording, written(tone(4.0)))
    call.transcriptions.update(recording=sound)
    add_system(actor=officer.actor, account=house.account, told=Told("crm", "Ledger", "Contacts: Phone"))
    before = (statistics(), len(bobs_values()))
    request = forget(supervisor, house.account)
    return request, before


def due_again():
    """Let a minute pass: pauses are over and the leases of the dead have ended. Each blow is the first of its kind."""
    past = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(status=Status.QUEUED).update(not_before=past, attempts=0)
    Job.objects.filter(status=Status.RUNNING).update(lease_until=past, attempts=0)
    return queue.due().exists()


def check_all_is_well(request, before, supervisor, *, orphans=frozenset()):
    for task in ExternalTask.objects.filter(request=request, state=TaskState.OPEN):
        end_task(actor=supervisor.actor, task=task, outcome=TaskState.DONE, evidence="Ticket 1")
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES, "(202) 555-0147") == []
    assert (statistics(), len(bobs_values())) == before
    assert not Condemnation.objects.filter(done_at=None).exists()
    assert not Job.objects.filter(status=Status.FAILED).exists()
    seal_pending()
    assert verify().ok
    DoomedFile.objects.filter(gone_at=None).update(at=timezone.now())
    fsck.remove_stragglers()
    # A key whose row was never committed opens nothing; it is told, never collected.
    assert {finding.code for finding in fsck.check()} <= set(orphans)


def test_workers_killed_at_every_step(story, supervisor):
    request, before = story
    here = {**environment(settings.KEY_DIRECTORY), "LETHE_HOME": str(settings.LETHE_HOME)}
    here["CHECKPOINT_DIRECTORY"] = str(settings.CHECKPOINT_DIRECTORY)
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.rtbf.faults"], cwd=CHECKOUT, env=here, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    died = []
    try:
        while due_again() and died.count("done") < 5:
            queue.sweep()
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            name, signal = nursery.stdout.readline().strip().split("\t")
            assert (name, signal) == ("done", "0") or signal == "9", name
            died.append(name)
    finally:
        nursery.stdin.close()
        nursery.wait(30)
    assert [step for step in STEPS if not any(step in name for name in died)] == []
    check_all_is_well(request, before, supervisor, orphans={"key_without_row"})


def cut_off(alias):
    """End every connection to a database from outside, as a server does that goes down or over."""
    other = connections[{"default": "keyring", "keyring": "default"}[alias]].copy()
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [connections[alias].settings_dict["NAME"]],
        )
    other.close()


@pytest.mark.parametrize("alias", ["default", "keyring"])
def test_a_database_that_goes_away_at_any_step(story, supervisor, alias):
    request, before = story
    seen, struck = set(), []

    def strike(name, kind):
        if ALL or len(seen) % 4 == 0:
            struck.append(name)
            cut_off(alias)

    for _ in range(200):
        if not due_again():
            break
        # Where not even the failure could be written down the lease ends by itself.
        with at_each_step(strike, seen), contextlib.suppress(OperationalError):
            runner.run_due()
        for connection in connections.all():
            connection.close()
    assert len(struck) >= 5
    check_all_is_well(request, before, supervisor, orphans={"key_without_row"})


def test_a_store_that_fails_whenever_it_is_touched(story, supervisor):
    """Each first touch fails in another way: full when written, broken when read, read-only when unlinked."""
    request, before = story
    codes, struck = {"put": errno.ENOSPC, "open": errno.EIO, "delete": errno.EROFS}, set()

    def strike(name, kind):
        if kind in codes and name.startswith("before"):
            struck.add(kind)
            raise OSError(codes[kind], "the store fails")

    seen = set()
    for _ in range(40):
        if not due_again():
            break
        with at_each_step(strike, seen):
            runner.run_due()
    assert struck == set(codes)
    check_all_is_well(request, before, supervisor, orphans={"key_without_row"})


def test_a_queue_that_lost_everything_is_rung_again(house, supervisor, valkey, monkeypatch):
    """The message that rang for the job is lost with the queue; the sweep rings, and a worker would find the job."""
    monkeypatch.setattr("jobs.queue.ring", doorbell.ring)
    server = redis.from_url(settings.BROKER_URL)
    server.flushall()
    request = forget(supervisor, house.account)
    rung = server.hgetall(f"dramatiq:{doorbell.QUEUE}.msgs")
    assert any(str(request.job_id) in message.decode() for message in rung.values())

    server.flushall()
    Job.objects.update(rung_at=timezone.now() - 2 * queue.RING_AGAIN)
    assert queue.sweep() == 1

    (message,) = server.hgetall(f"dramatiq:{doorbell.QUEUE}.msgs").values()
    runner.run(UUID(json.loads(message)["args"][0]))
    for _ in range(5):
        due_again()
        runner.run_due()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES) == []
