"""What happens to a run by night: a kill, a dead server, an ill store; and who wins when several want one record."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import Error, connection, connections, transaction
from django.utils import timezone

import jobs.tasks  # noqa: F401 - registers the job that finishes an erasure
import retention.tasks
from accounts.models import Account
from interactions.models import Interaction, Recording, Transcription
from jobs.models import Job
from jobs.runner import run_due
from privacy import erasure, files, fsck, guards
from privacy.keyring.models import Key
from privacy.keyring.ring import KeyLost
from privacy.ledger import Memory
from privacy.models import DoomedFile
from privacy.open import store
from retention import disposal, nights
from retention.due import Schedule
from retention.errors import HoldError
from retention.holds import Covered, place_hold
from retention.models import DisposalRules, LegalHold, Run, RunState
from retention.pace import Pace
from retention.policies import Terms, propose_policy
from retention.taking_back import withdraw_policy
from tests.conftest import Person
from tests.makers import make_interaction
from trail.actor import Actor
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = [("customer", "hello")]

KILLED = """
import django, os, signal, sys
from uuid import UUID
django.setup()
from django.db import connections
for alias, name in zip(("default", "keyring"), sys.argv[2:], strict=True):
    connections[alias].settings_dict["NAME"] = name
import jobs.tasks  # registers the job that finishes an erasure
import retention.tasks
from jobs import runner
from privacy import erasure
erasure._clear = lambda rows: os.kill(os.getpid(), signal.SIGKILL)
runner.run(UUID(sys.argv[1]))
"""

KILLED_BETWEEN = KILLED.replace(
    "erasure._clear = lambda rows: os.kill(os.getpid(), signal.SIGKILL)",
    """
import time
from retention import disposal
from retention.pace import Pace
from privacy.models import Condemnation
disposal.Pace = lambda: Pace(1)
def die(condemnation):
    while Condemnation.objects.filter(done_at=None).count() < 2:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
erasure.shred = die
""",
)
"""The next chunk is decided, and no key of the one before is shredded yet."""


@pytest.fixture(autouse=True)
def always_open(account: Account) -> None:
    DisposalRules.objects.create(account=account, from_hour=0, to_hour=24)


@pytest.fixture
def old(account: Account) -> Interaction:
    started = timezone.now() - timedelta(days=400)
    return make_interaction(account, started_at=started, recording=b"RIFFold", transcript=WORDS)


def started(account: Account, officer: Person) -> Run:
    run = nights.begin(account, actor=officer.actor)
    return nights.confirm_run(actor=officer.actor, run=run, typed=str(sum(each["due"] for each in run.counts.values())))


def gone_whole(call: Interaction) -> bool:
    """Say whether the call and all its parts are gone, each with one entry, and nothing stands halfway."""
    call.refresh_from_db()
    assert not Recording.objects.exists()
    assert not Transcription.objects.exists()
    entries = list(Event.objects.filter(action="record.erased").values_list("record_id", flat=True))
    assert len(entries) == len(set(entries))
    return call.erased_at is not None


def test_a_run_whose_process_is_killed_in_a_chunk_goes_on(account: Account, officer: Person, old: Interaction) -> None:
    run = started(account, officer)
    names = [connections[alias].settings_dict["NAME"] for alias in ("default", "keyring")]
    command = [sys.executable, "-c", KILLED, str(run.job_id), *names]
    assert subprocess.run(command, env=os.environ, check=False).returncode == -signal.SIGKILL
    assert Transcription.objects.exclude(condemned_at=None).exists() or Recording.objects.exclude(condemned_at=None)
    Job.objects.update(lease_until=timezone.now(), not_before=timezone.now())
    run_due()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert gone_whole(old)


@pytest.mark.parametrize("alias", ["default", "keyring"])
def test_a_database_that_goes_away_in_a_run_costs_time_only(
    account: Account, officer: Person, old: Interaction, monkeypatch: pytest.MonkeyPatch, alias: str
) -> None:
    run, real, times = started(account, officer), erasure.shred, []

    def shred(condemnation: Any) -> int:
        times.append(1)
        if len(times) == 1:
            cut_off(alias)
        return real(condemnation)

    monkeypatch.setattr(erasure, "shred", shred)
    run_due()
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    Job.objects.update(not_before=timezone.now())
    run_due()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert gone_whole(old)


def test_a_run_killed_between_two_chunks_finishes_what_both_condemned(
    account: Account, officer: Person, old: Interaction
) -> None:
    calls = [old, make_interaction(account, started_at=old.started_at, recording=b"RIFFtoo", transcript=WORDS)]
    run = started(account, officer)
    names = [connections[alias].settings_dict["NAME"] for alias in ("default", "keyring")]
    command = [sys.executable, "-c", KILLED_BETWEEN, str(run.job_id), *names]
    assert subprocess.run(command, env=os.environ, check=False).returncode == -signal.SIGKILL
    halfway = erasure.Condemnation.objects.filter(done_at=None)
    doomed = list(erasure.DoomedKey.objects.filter(condemnation__in=halfway).values_list("pk", flat=True))
    assert (halfway.count(), Key.objects.filter(pk__in=doomed).count()) == (2, len(doomed))
    Job.objects.update(lease_until=timezone.now(), not_before=timezone.now())
    run_due()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert [gone_whole(call) for call in calls] == [True, True]
    assert not erasure.Condemnation.objects.filter(done_at=None).exists()
    assert not Key.objects.filter(pk__in=doomed).exists()


def test_a_hold_placed_while_one_chunk_is_finished_keeps_what_the_next_would_take(
    account: Account, officer: Person, old: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [old, make_interaction(account, started_at=old.started_at, recording=b"RIFFtoo", transcript=WORDS)]
    finish, condemn, is_held, decided = erasure.finish, erasure.condemn, threading.Event(), []

    def finish_late(condemnation: Any, **more: Any) -> Any:
        if not is_held.is_set():
            (later,) = Recording.objects.filter(condemned_at=None)
            cover = Covered(Interaction._meta.label, later.interaction_id)
            place_hold(actor=officer.actor, account=account, covers=[cover], matter="Brown", reason="Suit")
            is_held.set()
        return finish(condemnation, **more)

    def condemn_later(rows: Any, **more: Any) -> Any:
        decided.append(1)
        assert len(decided) == 1 or is_held.wait(20)
        return condemn(rows, **more)

    monkeypatch.setattr(erasure, "finish", finish_late)
    monkeypatch.setattr(erasure, "condemn", condemn_later)
    monkeypatch.setattr(disposal, "Pace", lambda: Pace(1))
    run = started(account, officer)
    run_due()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    (kept,) = Recording.objects.filter(condemned_at=None)
    assert Transcription.objects.get().interaction_id == kept.interaction_id
    assert {call.pk for call in Interaction.objects.filter(erased_at=None)} == {kept.interaction_id}
    assert {call.pk for call in calls} - {kept.interaction_id} == set(
        Interaction.objects.exclude(erased_at=None).values_list("pk", flat=True)
    )


@pytest.mark.parametrize(("problem", "state"), [(KeyLost("gone"), RunState.EXCEPTIONS), (Error("away"), None)])
def test_a_chunk_that_can_not_be_finished_is_left_to_its_own_job(
    account: Account, officer: Person, old: Interaction, monkeypatch: pytest.MonkeyPatch, problem: Any, state: Any
) -> None:
    real, tried = erasure.finish, []

    def finish(condemnation: Any, **more: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            raise problem
        return real(condemnation, **more)

    monkeypatch.setattr(erasure, "finish", finish)
    run = started(account, officer)
    run_due()
    run.refresh_from_db()
    assert run.state == (state or RunState.RUNNING)
    assert erasure.Condemnation.objects.filter(done_at=None).count() == 1
    Job.objects.update(not_before=timezone.now())
    run_due()
    assert gone_whole(old)


def cut_off(alias: str) -> None:
    """End every connection to a database but the one that says so, as a failover does."""
    facts = connections[alias].settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    address: dict[str, Any] = {name: str(facts[key]) for name, key in names.items() if facts[key]}
    with psycopg.connect(**address) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def test_files_that_can_not_be_unlinked_stop_nothing_and_are_tried_again(
    account: Account, officer: Person, old: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_interaction(account, started_at=old.started_at, recording=b"RIFFtoo")
    stuck, free = (call.recordings.get().blob for call in (old, other))

    def delete_all(names: list[str]) -> dict[str, str]:
        return {
            **store().delete_all([name for name in names if name != stuck]),
            **dict.fromkeys({stuck} & {*names}, "ill"),
        }

    with monkeypatch.context() as ill:
        ill.setattr(files, "store", lambda: SimpleNamespace(delete_all=delete_all))
        run = started(account, officer)
        run_due()
        # One that fails never stands in the way of the others, however few are taken at once.
        assert files.unlink_doomed(limit=1) == 0
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert (store().exists(stuck), store().exists(free)) == (True, False)
    assert DoomedFile.objects.get(gone_at=None).name == stuck
    fsck.remove_stragglers()
    assert not store().exists(stuck)
    assert not DoomedFile.objects.filter(gone_at=None).exists()


def test_a_policy_withdrawn_while_pending_changes_no_run(account: Account, officer: Person, old: Interaction) -> None:
    terms = Terms("Recordings, ten years", ["recording"], "10 years")
    policy = propose_policy(actor=officer.actor, account=account, terms=terms, typed="10 years")
    run = started(account, officer)
    withdraw_policy(actor=officer.actor, policy=policy)
    run_due()
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert gone_whole(old)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 2), 24)])
def test_a_day_is_as_long_as_in_the_zone_of_the_account(account: Account, day: date, hours: int) -> None:
    account.zone = "Europe/Berlin"
    schedule = Schedule(account, [])
    begins, ends = schedule.end_of(day - timedelta(days=1)), schedule.end_of(day)
    assert ends - begins == timedelta(hours=hours)
    moment = timedelta(microseconds=1)
    assert [schedule.day_of(each) for each in (begins, ends - moment)] == [day, day]
    assert schedule.day_of(ends) == day + timedelta(days=1)


def of(name: str, account: Account, officer: Person, call: Interaction) -> Callable[[], object]:
    """Return what somebody wants of a call, as a function that can be called in any thread."""
    parts = [*call.recordings.all(), *call.transcriptions.all()]
    actor = Actor.job(on_behalf_of=officer.user.pk, account_id=account.pk)
    cover = Covered(call._meta.label, call.pk)
    if name == "hold":
        return lambda: place_hold(actor=officer.actor, account=account, covers=[cover], matter="Brown", reason="Suit")
    if name == "right":
        binds = [guards.OPEN_REQUESTS]
        return lambda: erasure.erase(
            [*parts, call], actor=actor, ground="rtbf", without_guards=binds, remember=Memory.RECORDS
        )
    if name == "hand":
        return lambda: erasure.erase(parts, actor=actor, ground="by_hand")
    run = started(account, officer)
    return lambda: retention.tasks.carry_out_disposal(Job.objects.get(subject=run.pk), lambda done, total=None: None)


def attempt(act: Callable[[], object]) -> None:
    """Act on connections of one's own; a hold may come too late."""
    try:
        with suppress(HoldError):
            act()
    finally:
        connections.close_all()


def waits_or_ends(thread: threading.Thread) -> None:
    """Return once the other one waits for a lock, or has ended without needing one."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted) FROM pg_sleep(0.005)")
            if cursor.fetchone()[0] or not thread.is_alive():
                return
    raise AssertionError("the other one neither waits nor ends")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("hold", "age"), ("hold", "right"), ("hold", "hand"), ("age", "hold"), ("right", "hold"), ("hand", "hold"),
        ("age", "right"), ("right", "age"), ("age", "hand"), ("hand", "age"), ("right", "hand"),
    ],
)  # fmt: skip
def test_whoever_comes_second_waits_and_sees_what_the_first_did(
    account: Account, officer: Person, old: Interaction, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    """The second comes when the first has decided and has not committed."""
    begins, follows = (of(each, account, officer, old) for each in (first, second))
    threads: list[threading.Thread] = []

    def let_follow() -> None:
        if not threads:
            threads.append(threading.Thread(target=attempt, args=[follows]))
            threads[0].start()
            waits_or_ends(threads[0])

    real = erasure._mark

    def mark(*args: Any) -> None:
        real(*args)
        let_follow()

    monkeypatch.setattr(erasure, "_mark", mark)
    if first == "hold":
        with transaction.atomic():
            begins()
            let_follow()
    else:
        begins()
    threads[0].join(timeout=20)
    assert not threads[0].is_alive()
    nothing_stands_halfway(old)
    if first == "hold":
        assert Recording.objects.filter(condemned_at=None).exists()
        assert Transcription.objects.filter(condemned_at=None).exists()
    elif "right" in (first, second) and "hold" not in (first, second):
        assert gone_whole(old)


def nothing_stands_halfway(call: Interaction) -> None:
    """What is held lives, what was decided is gone with its key and its entry, and no entry tells of it twice."""
    call.refresh_from_db()
    assert (call.condemned_at is None) == (call.erased_at is None)
    assert not Recording.objects.exclude(condemned_at=None).exists()
    assert not Transcription.objects.exclude(condemned_at=None).exists()
    assert call.is_living or not LegalHold.objects.exists()
    entries = list(Event.objects.filter(action="record.erased").values_list("record_id", flat=True))
    assert len(entries) == len(set(entries))
    assert (str(call.pk) in entries) == (not call.is_living)
    assert not erasure.Condemnation.objects.filter(done_at=None).exists()
