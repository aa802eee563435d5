from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from audit import standing as standing_module
from audit.standing import ago, standing
from audit.verification import VERIFY, start_verification, verify_daily
from jobs.models import Job
from jobs.runner import run_due
from tests.audit.conftest import ZONE, act, seal
from trail.models import Checkpoint, Event, VerificationRun
from trail.refusal import Refused
from trail.report import Report
from trail.state import VerificationState

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 6, 2, 17, 14, tzinfo=UTC)


def test_an_auditor_lets_the_log_be_verified_and_it_is_on_record(auditor, agent):
    act(agent)
    seal()
    job = start_verification(actor=auditor.actor)
    run_due()
    job.refresh_from_db()
    run = VerificationRun.objects.get()
    assert (job.status, job.progress_done, run.entries, run.ok) == ("done", 1, 1, True)
    entry = Event.objects.get(action="log.verified")
    assert (entry.outcome, entry.account_id, entry.record_id) == ("done", auditor.membership.account_id, str(job.pk))
    assert entry.told["how"]["on_behalf_of"] == str(auditor.user.pk)
    assert entry.told["facts"] == {"entries": 1, "findings": 0}


def test_what_is_found_is_on_record_and_in_red(auditor, agent):
    for _ in range(4):
        act(agent)
    seal()
    Checkpoint.objects.bulk_create([Checkpoint(size=9, root=bytes(32), note="x", frontier=b"", at=NOW)])
    start_verification(actor=auditor.actor)
    run_due()
    assert Event.objects.get(action="log.verified").outcome == "failed"
    state = standing(ZONE)
    assert state.tone == "bad"
    assert "found 1 thing not as sealed" in state.wrong[0]
    assert state.wrong[1] == VerificationRun.objects.get().findings[0]
    assert "not as they were sealed" in state.headline


def test_asked_twice_it_runs_once(auditor):
    first, second = start_verification(actor=auditor.actor), start_verification(actor=auditor.actor)
    assert first.pk == second.pk
    assert standing(ZONE).is_running
    run_due()
    assert not standing(ZONE).is_running
    assert start_verification(actor=auditor.actor).pk != first.pk


@pytest.mark.parametrize("who", ["agent", "supervisor", "officer", "administrator", "stranger"])
def test_others_may_not(who, request):
    with pytest.raises(Refused):
        start_verification(actor=request.getfixturevalue(who).actor)
    assert not Job.objects.exists()


def test_the_house_verifies_once_a_day(monkeypatch):
    assert verify_daily() is not None
    run_due()
    entry = Event.objects.get(action="log.verified")
    assert (entry.account_id, entry.user_id) == (None, None)
    assert verify_daily() is None
    monkeypatch.setattr(timezone, "now", lambda now=timezone.now: now() + timedelta(hours=25))
    assert verify_daily() is not None
    assert Job.objects.filter(kind=VERIFY).count() == 2


def test_a_verification_that_was_given_up_says_nothing_is_known(auditor):
    job = start_verification(actor=auditor.actor)
    Job.objects.filter(pk=job.pk).update(status="failed", error_code="attempts_exhausted")
    state = standing(ZONE)
    assert state.tone == "bad"
    assert "could not be finished" in state.wrong[0]


def state_of(monkeypatch, **known):
    run = known.pop("last_run", None)
    given = {"entries": 12332, "sealed": 12332, "last_checkpoint_at": NOW - timedelta(seconds=8), "waiting_since": None}
    state = VerificationState(**{**given, **known}, last_run=run)
    monkeypatch.setattr(standing_module, "verification_state", lambda: state)
    return standing(ZONE, NOW)


def run_of(at, *, entries=12332, report: Report | None = None) -> VerificationRun:
    found = report.findings_count if report else 0
    sentences = list(report.sentences()) if report else []
    return VerificationRun(at=at, seconds=1, entries=entries, pending=0, findings_count=found, findings=sentences)


def test_the_headline_of_the_plan(monkeypatch):
    at = datetime(2026, 6, 2, 10, tzinfo=UTC)
    state = state_of(monkeypatch, last_run=run_of(at))
    assert state.headline == "12,332 entries, all verified at 03:00 PDT, checkpoint 8 s ago."
    assert (state.tone, state.wrong) == ("good", [])


def test_what_came_since_the_verification_is_not_claimed(monkeypatch):
    state = state_of(monkeypatch, last_run=run_of(datetime(2026, 6, 1, 10, tzinfo=UTC), entries=12000))
    assert "all until 1 Jun 2026, 03:00 PDT verified" in state.headline


def test_not_verified_yet_is_neither_good_nor_bad(monkeypatch):
    state = state_of(monkeypatch, entries=1, last_checkpoint_at=None)
    assert (state.tone, state.headline) == ("plain", "1 entry, not verified yet, no checkpoint yet.")


@pytest.mark.parametrize(("seconds", "tone"), [(5, "good"), (6, "bad")])
def test_sealing_that_is_late_is_red(monkeypatch, seconds, tone):
    state = state_of(monkeypatch, last_run=run_of(NOW), waiting_since=NOW - timedelta(seconds=seconds))
    assert state.tone == tone
    assert [line for line in state.wrong if "Sealing is late" in line] == (state.wrong if tone == "bad" else [])


def test_many_findings_are_cut_to_a_few(monkeypatch):
    report = Report()
    for position in range(7):
        report.add("changed", f"Entry {position} was changed.", position=position)
    state = state_of(monkeypatch, last_run=run_of(NOW, report=report))
    assert [*state.wrong[1:4], state.wrong[4]] == [*(f"Entry {n} was changed." for n in range(3)), "… and 4 more."]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (99, "99 s"), (720, "12 min"), (10_800, "3 h"), (260_000, "3 days")]
)
def test_ago(seconds, words):
    assert ago(timedelta(seconds=seconds)) == words
