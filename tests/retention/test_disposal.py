"""Disposal runs: what goes, what stays, who is asked first, and what a kill or a broken file leaves behind."""

import threading
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

import retention.tasks  # noqa: F401 - registers the job
from accounts.models import Account
from customers.models import Customer
from interactions.models import Interaction, Mention, Recording, SourceRecord, Transcription
from jobs.models import Job
from jobs.runner import run_due
from privacy import erasure
from privacy.keyring.ring import KeyLost
from retention import disposal, nights
from retention.due import Schedule
from retention.errors import PolicyError
from retention.holds import Covered, place_hold, release_hold
from retention.models import Deferral, DisposalRules, Policy, Run, RunState
from retention.pace import Pace
from retention.policies import pause_policy
from tests.conftest import Person
from tests.makers import make_customer, make_interaction
from trail.models import Checkpoint, Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = [("customer", "call me at 415 555 0199 please"), ("agent", "I will")]


@pytest.fixture(autouse=True)
def always_open(account: Account) -> None:
    DisposalRules.objects.create(account=account, from_hour=0, to_hour=24)


@pytest.fixture
def customer(account: Account) -> Customer:
    return make_customer(account, phone="+12025550147", name="Alice Brown")


def old_call(account: Account, customer: Customer, *, days: int = 400, **more: Any) -> Interaction:
    given = {"recording": b"RIFFold", "transcript": WORDS, "comment": "called back", **more}
    return make_interaction(account, customer, started_at=timezone.now() - timedelta(days=days), **given)


def begun(account: Account, officer: Person) -> Run:
    """Begin a run, let the officer confirm the first one, and do its work."""
    run = nights.begin(account, actor=officer.actor)
    due = sum(each["due"] for each in run.counts.values())
    if run.state == RunState.REFUSED:
        nights.confirm_run(actor=officer.actor, run=run, typed=str(due))
    run_due()
    run.refresh_from_db()
    return run


def test_what_is_past_its_term_goes_with_its_parts_and_the_rest_stays(
    account: Account, officer: Person, customer: Customer
) -> None:
    old, new = old_call(account, customer), old_call(account, customer, days=300)
    run = begun(account, officer)
    assert run.state == RunState.COMPLETED
    for model in (Recording, Transcription, SourceRecord):
        assert set(model.objects.values_list("interaction_id", flat=True)) == {new.pk}
    assert Mention.objects.count() == Mention.objects.filter(transcription__interaction=new).count() > 0
    old.refresh_from_db()
    assert old.erased_at
    assert old.duration_s == 247
    assert run.counts["recording"] == {"due": 1, "disposed": 1, "deferred": 0}
    assert run.counts["metadata"]["disposed"] == 1


def test_each_record_that_went_has_its_line_in_the_log(account: Account, officer: Person, customer: Customer) -> None:
    recording = old_call(account, customer).recordings.get()
    run = begun(account, officer)
    entry = Event.objects.get(action="record.erased", record_id=str(recording.pk))
    assert entry.case == run.reference
    assert Event.objects.filter(action="disposal.finished", record_id=str(run.pk)).count() == 1


@pytest.mark.parametrize(("fewer", "disposed"), [(0, 0), (1, 1)])
def test_on_the_last_day_it_is_still_kept(
    account: Account, officer: Person, customer: Customer, fewer: int, disposed: int
) -> None:
    old_call(account, customer)
    schedule = Schedule.at(account, timezone.now())
    age = schedule.day_of(timezone.now()) - schedule.day_of(Interaction.objects.get().ended_at)
    Policy.objects.update(keep=f"{age.days - fewer} days")
    assert begun(account, officer).counts.get("recording", {}).get("disposed", 0) == disposed


def test_what_a_hold_covers_stays_as_a_row_with_its_ground_and_goes_after_the_release(
    account: Account, officer: Person, customer: Customer
) -> None:
    held, free = old_call(account, customer), old_call(account, customer)
    hold = place_hold(
        actor=officer.actor, account=account, covers=[Covered(held._meta.label, held.pk)], matter="Brown", reason="Suit"
    )
    run = begun(account, officer)
    assert set(Recording.objects.values_list("interaction_id", flat=True)) == {held.pk}
    assert not free.recordings.exists()
    row = Deferral.objects.get(label="interactions.Recording")
    assert (row.ground, row.held_by, row.run) == ("legal_hold", str(hold.pk), run)
    release_hold(actor=officer.actor, hold=hold, reason="Settled")
    begun(account, officer)
    assert not Recording.objects.exists()
    row.refresh_from_db()
    assert row.resolved_at


def test_a_hold_placed_while_the_run_is_in_that_chunk_wins_or_comes_too_late(
    account: Account, officer: Person, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = old_call(account, customer)
    outcome: list[str] = []

    def place() -> None:
        try:
            cover = Covered(call._meta.label, call.pk)
            place_hold(actor=officer.actor, account=account, covers=[cover], matter="Brown", reason="Suit")
            outcome.append("held")
        except Exception as problem:  # noqa: BLE001 - which of the two came first is what is asked
            outcome.append(type(problem).__name__)
        finally:
            connections.close_all()

    real = erasure.condemn

    def slowly(*args: Any, **more: Any) -> Any:
        thread = threading.Thread(target=place)
        thread.start()
        try:
            return real(*args, **more)
        finally:
            thread.join()

    monkeypatch.setattr(erasure, "condemn", slowly)
    begun(account, officer)
    held = outcome[0] == "held"
    assert outcome[0] in {"held", "AlreadyCondemned"}
    assert Recording.objects.filter(condemned_at=None).exists() or not held
    call.refresh_from_db()
    assert (call.erased_at is None) == held


def test_a_paused_policy_keeps_what_it_decides_over(account: Account, officer: Person, customer: Customer) -> None:
    old_call(account, customer)
    today = timezone.now().date()
    default = Policy.objects.get(account=account, is_default=True)
    pause_policy(actor=officer.actor, policy=default, until=today, because="Audit")
    begun(account, officer)
    assert Recording.objects.exists()


def test_the_first_run_asks_a_person(account: Account, officer: Person, customer: Customer) -> None:
    old_call(account, customer)
    run = nights.begin_tonight(account)
    assert run
    assert (run.state, run.code) == (RunState.REFUSED, nights.FIRST)
    run_due()
    assert Recording.objects.exists()
    with pytest.raises(PolicyError, match="Type"):
        nights.confirm_run(actor=officer.actor, run=run, typed="yes")
    assert nights.begin_tonight(account) is None


def test_a_night_goes_by_itself_once_the_one_before_foresaw_it(
    account: Account, officer: Person, customer: Customer
) -> None:
    assert begun(account, officer).state == RunState.COMPLETED
    old_call(account, customer)
    Run.objects.update(cut_off=timezone.now().date() - timedelta(days=2))
    run = nights.begin_tonight(account)
    assert run
    assert run.state == RunState.RUNNING
    run_due()
    assert not Recording.objects.exists()


def test_far_more_than_foreseen_asks_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    assert nights.why_not(1_000, 0, now) == ""
    assert nights.why_not(1_001, 0, now) == nights.VOLUME
    assert nights.why_not(5_000, 2_000, now) == ""
    assert nights.why_not(5_001, 2_000, now) == nights.VOLUME
    assert nights.why_not(0, None, now) == ""


@pytest.mark.parametrize(("hours", "code"), [(5, nights.CLOCK_BEHIND), (-24 * 8, nights.CLOCK_AHEAD), (-24, "")])
def test_a_clock_that_disagrees_with_the_log_asks_a_person(
    hours: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    Checkpoint.objects.create(size=1, root=bytes(32), frontier=b"", note="", at=now + timedelta(hours=hours))
    assert nights.why_not(10, 10, now) == code


def test_only_officers_confirm_and_pause(account: Account, supervisor: Person, customer: Customer) -> None:
    old_call(account, customer)
    run = nights.begin_tonight(account)
    assert run
    for act in (nights.pause_run, nights.resume_run, nights.cancel_run):
        with pytest.raises(Refused):
            act(actor=supervisor.actor, run=run)
    with pytest.raises(Refused):
        nights.confirm_run(actor=supervisor.actor, run=run, typed="1")


def test_two_runs_at_once_are_one(account: Account, officer: Person, customer: Customer) -> None:
    old_call(account, customer)
    nights.begin_tonight(account)
    with pytest.raises(PolicyError, match="has not ended"):
        nights.begin(account, actor=officer.actor)


class Killed(BaseException):
    """The process ends here."""


def test_a_run_killed_in_the_middle_of_a_chunk_goes_on(
    account: Account, officer: Person, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        old_call(account, customer)
    monkeypatch.setattr(disposal, "Pace", lambda: Pace(2))
    real, calls = erasure.finish, []

    def dying(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) in (2, 5, 9):
            raise Killed
        return real(*args, **more)

    monkeypatch.setattr(erasure, "finish", dying)
    run = nights.begin(account, actor=officer.actor)
    due = sum(each["due"] for each in run.counts.values())
    nights.confirm_run(actor=officer.actor, run=run, typed=str(due))
    for _ in range(4):
        try:
            run_due()
        except Killed:
            Job.objects.update(not_before=timezone.now(), lease_until=timezone.now())
    run.refresh_from_db()
    assert len(calls) > 9
    assert run.state == RunState.COMPLETED
    assert not Recording.objects.exists()
    assert sum(each["disposed"] for each in run.counts.values()) == due
    assert not Interaction.objects.filter(condemned_at__isnull=False, erased_at=None).exists()


def test_one_record_that_can_not_go_takes_no_other_along(
    account: Account, officer: Person, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = old_call(account, customer).recordings.get()
    for _ in range(3):
        old_call(account, customer)
    real = erasure.condemn

    def condemn(rows: Any, **more: Any) -> Any:
        if any(row.pk == broken.pk for row in rows):
            raise KeyLost("its key is nowhere")
        return real(rows, **more)

    monkeypatch.setattr(erasure, "condemn", condemn)
    run = begun(account, officer)
    assert run.state == RunState.EXCEPTIONS
    assert list(Recording.objects.values_list("pk", flat=True)) == [broken.pk]
    assert Deferral.objects.get().ground == disposal.UNREADABLE


def test_a_paused_run_stops_and_goes_on(account: Account, officer: Person, customer: Customer) -> None:
    old_call(account, customer)
    run = nights.begin(account, actor=officer.actor)
    due = sum(each["due"] for each in run.counts.values())
    run = nights.confirm_run(actor=officer.actor, run=run, typed=str(due))
    nights.pause_run(actor=officer.actor, run=run)
    run_due()
    assert Recording.objects.exists()
    nights.resume_run(actor=officer.actor, run=run)
    run_due()
    assert not Recording.objects.exists()


def test_outside_the_window_a_night_run_waits(account: Account, customer: Customer, officer: Person) -> None:
    assert begun(account, officer).state == RunState.COMPLETED
    old_call(account, customer)
    Run.objects.update(cut_off=timezone.now().date() - timedelta(days=2))
    run = nights.begin_tonight(account)
    assert run
    hour = timezone.now().astimezone(UTC).hour
    Account.objects.update(zone="UTC")
    DisposalRules.objects.update(from_hour=(hour + 3) % 23, to_hour=(hour + 3) % 23 + 1)
    run_due()
    assert Recording.objects.exists()
    run.refresh_from_db()
    waiting = Job.objects.filter(pk=run.job_id or run.pk).get()
    assert waiting.not_before > timezone.now() + timedelta(hours=1)
