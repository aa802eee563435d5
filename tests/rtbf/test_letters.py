"""Letters, evidence, reminders and the end of case files."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

import retention.tasks  # noqa: F401 - registers the job
from accounts.days import today_in
from jobs import runner
from jobs.models import Job
from privacy.open import NoActor as OpeningNeedsActor
from retention import nights
from rtbf.cases import reminders
from rtbf.cases.evidence import attach_evidence, open_evidence
from rtbf.cases.intake import Intake
from rtbf.cases.letter_texts import DEFAULTS, PLACEHOLDERS
from rtbf.cases.letters import (
    change_template,
    deliver_letter,
    draft_letter,
    fill,
    prepare_letter,
    print_letter,
    send_letter,
)
from rtbf.cases.rules import NewRules, change_rules, rules_of
from rtbf.errors import NotPossible, TooLate
from rtbf.models import CaseFile, Evidence, Letter, Request, RequestedIdentifier, Sending
from rtbf.requests.raising import raise_request
from rtbf.requests.refusing import refuse_request
from tests.looking import ALICE, places_of, raw_rows
from trail.actor import NoActor
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
WHO = Intake(channel="letter", name="Canary Brown", contact="canary@example.com", note="canary note")
PDF = b"%PDF-1.7 canary"
RULES = NewRules(
    four_eyes=True, most_records=10, most_requests=3, within_hours=24, identity_first=True, holidays="12-25 Christmas",
    remind_days=7, closing_days=30,
)  # fmt: skip


@pytest.fixture
def asked(house, supervisor) -> Request:
    return raise_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE], intake=WHO)


def written(person, request, to="canary@example.com", kind="acknowledge"):
    subject, body = draft_letter(request, kind, "Canary Brown")
    return prepare_letter(actor=person.actor, request=request, kind=kind, to=to, subject=subject, body=body)


def test_a_letter_is_sent_by_a_job_and_its_copy_is_sealed(asked, supervisor):
    letter = send_letter(actor=supervisor.actor, letter=written(supervisor, asked))
    assert (letter.state, mail.outbox) == (Sending.QUEUED, [])
    assert "canary" not in str([row.__dict__ for row in Job.objects.all()]).lower()
    runner.run_due()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["canary@example.com"], f"Your request {asked.reference}")
    assert "Dear Canary Brown" in sent.body
    assert "0147" not in sent.body
    assert Letter.objects.get().state == Sending.SENT
    assert not [table for table, text in raw_rows() if "canary" in text.lower()]
    assert Event.objects.filter(action="letter.sent").count() == 1
    with pytest.raises(TooLate):
        send_letter(actor=supervisor.actor, letter=letter)


def test_a_mail_server_that_is_away_is_tried_again(asked, supervisor, monkeypatch, caplog):
    def away(self):
        raise ConnectionRefusedError("canary@example.com")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    send_letter(actor=supervisor.actor, letter=written(supervisor, asked))
    runner.run_due()
    job = Job.objects.get(kind="rtbf.send_letter")
    assert (job.status, job.error_code) == ("queued", "mail_not_taken")
    assert "canary" not in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    Job.objects.update(not_before=timezone.now())
    runner.run_due()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("to", ["", "12 High Street\nTown", "a@b", "x@example.com\nBcc: all@example.com"])
def test_what_is_no_address_is_printed_instead(asked, supervisor, to):
    letter = written(supervisor, asked, to=to)
    with pytest.raises(NotPossible, match="Print it"):
        send_letter(actor=supervisor.actor, letter=letter)
    assert print_letter(actor=supervisor.actor, letter=letter).state == Sending.PRINTED


def test_placeholders_are_filled_once_and_nothing_else_is_reached():
    values = {"name": "{reference} {name.__class__} {% debug %}", "reference": "R"}
    assert (
        fill("{name} {unknown} {0} {reference}", values) == "{reference} {name.__class__} {% debug %} {unknown} {0} R"
    )


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_products_own_letters_use_known_placeholders(kind, asked):
    subject, body = draft_letter(asked, kind, "")
    assert "{" not in subject + body
    assert PLACEHOLDERS.keys() >= {"name", "ground"}


@pytest.mark.parametrize("kind", ["refuse", "extend", "done"])
def test_a_letter_that_says_what_is_not_so_yet_is_not_written(kind, asked, supervisor):
    """Nobody is refused on the ground of “(no ground chosen yet)”."""
    subject, body = draft_letter(asked, kind, "Al")
    with pytest.raises(NotPossible, match="Nothing was written"):
        prepare_letter(actor=supervisor.actor, request=asked, kind=kind, to="", subject=subject, body=body)
    assert not Letter.objects.exists()


def test_an_account_writes_its_own(house, asked, officer, supervisor):
    change_template(
        actor=officer.actor, account=house.account, kind="done", subject="Gone {reference}", body="Bye {name}"
    )
    assert draft_letter(asked, "done", "Al") == (f"Gone {asked.reference}", "Bye Al")
    with pytest.raises(Refused):
        change_template(actor=supervisor.actor, account=house.account, kind="done", subject="a", body="b")


@pytest.mark.parametrize(
    ("subject", "body"),
    [("a", "{password}"), ("{settings}", "b"), ("a\nBcc: x@example.com", "b"), ("", "b"), ("a", " "), ("a" * 151, "b")],
)
def test_odd_templates_change_nothing(house, officer, subject, body):
    with pytest.raises(NotPossible, match="Nothing was changed"):
        change_template(actor=officer.actor, account=house.account, kind="done", subject=subject, body=body)


def test_evidence_is_sealed_and_handed_out_on_record(asked, supervisor, officer):
    row = attach_evidence(actor=supervisor.actor, request=asked, name="../C:\\me\\canary pass.exe", content=PDF)
    assert not [table for table, text in raw_rows() if "canary" in text.lower()]
    handed = open_evidence(actor=officer.actor, evidence=row)
    assert (handed.name, handed.content) == ("canary pass.pdf", PDF)
    assert Event.objects.filter(action="evidence.downloaded").count() == 1


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"MZ\x90", b"<?xml version='1.0'?><svg/>", b"%PDF-" + b"0" * 5_242_880]
)
def test_odd_evidence_is_refused(asked, supervisor, content):
    with pytest.raises(NotPossible, match="Nothing was attached"):
        attach_evidence(actor=supervisor.actor, request=asked, name="a.pdf", content=content)
    assert not Evidence.objects.exists()


def test_people_are_reminded_and_not_every_hour(house, asked, supervisor, officer, auditor):
    Request.objects.update(due_on=today_in(house.account) + timedelta(days=3))
    assert reminders.queue_reminders() == 1
    assert reminders.queue_reminders() == 0
    runner.run_due()
    (sent,) = mail.outbox
    assert set(sent.bcc) == {"susan@example.com", "olga@example.com"}
    assert f"{asked.reference}: due in 3 days" in sent.body
    assert "canary" not in sent.body.lower()
    assert reminders.queue_reminders() == 0
    Request.objects.update(
        due_on=today_in(house.account) - timedelta(days=2), reminded_on=today_in(house.account) - timedelta(days=1)
    )
    reminders.queue_reminders()
    runner.run_due()
    assert "2 days overdue" in mail.outbox[1].body


def test_what_is_not_due_or_has_ended_reminds_nobody(house, asked, supervisor):
    assert reminders.queue_reminders() == 0
    refuse_request(actor=supervisor.actor, request=asked, ground="claims")
    Request.objects.update(due_on=today_in(house.account) - timedelta(days=9))
    assert reminders.to_remind_of(house.account) == []


def test_a_case_file_goes_by_policy_with_all_its_parts(house, asked, supervisor, officer):
    attach_evidence(actor=supervisor.actor, request=asked, name="a.pdf", content=PDF)
    written(supervisor, asked)
    assert "rtbf.CaseFile.requester" in places_of("Canary Brown")
    refuse_request(actor=supervisor.actor, request=asked, ground="claims")
    reminders.queue_reminders()
    runner.run_due()
    case = CaseFile.objects.get()
    assert (case.ended_at, reminders.outlived(house.account)) == (Request.objects.get().refused_at, [])
    long_ago = timezone.now() - timedelta(days=3 * 366)
    Request.objects.update(refused_at=long_ago)
    CaseFile.objects.update(ended_at=long_ago)
    run = nights.begin(house.account, actor=officer.actor)
    assert run.counts == {"case": {"due": 1}}
    nights.confirm_run(actor=officer.actor, run=run, typed="1")
    runner.run_due()
    assert not CaseFile.objects.exists()
    with pytest.raises(OpeningNeedsActor):
        reminders.forget_outlived(house.account.pk, actor=None)
    reminders.queue_reminders()
    runner.run_due()
    assert not RequestedIdentifier.objects.filter(request=asked, condemned_at=None).exists()
    assert places_of("Canary Brown", "canary@example.com", "canary note") == []
    assert Request.objects.get().reference == asked.reference


def test_rules_are_changed_on_record_by_officer_and_administrator(house, officer, administrator, supervisor):
    change_rules(actor=officer.actor, account=house.account, new=RULES)
    change_rules(actor=administrator.actor, account=house.account, new=replace(RULES, four_eyes=False))
    assert (rules_of(house.account).four_eyes, rules_of(house.account).most_records) == (False, 10)
    assert Event.objects.filter(action="rules.changed", outcome="done").count() == 2
    with pytest.raises(Refused):
        change_rules(actor=supervisor.actor, account=house.account, new=RULES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"most_records": 0},
        {"most_requests": -1},
        {"within_hours": 10**6},
        {"holidays": "soon"},
        {"remind_days": 61},
        {"closing_days": 6},
        {"closing_days": 366},
    ],
)
def test_odd_rules_change_nothing(house, officer, wrong):
    with pytest.raises(NotPossible, match="Nothing was changed"):
        change_rules(actor=officer.actor, account=house.account, new=replace(RULES, **wrong))
    assert rules_of(house.account).four_eyes is False


@pytest.mark.parametrize("flow", [deliver_letter, reminders.remind])
def test_without_an_actor_nothing_goes_out(flow, house, asked, supervisor):
    letter = send_letter(actor=supervisor.actor, letter=written(supervisor, asked))
    Request.objects.update(due_on=today_in(house.account))
    with pytest.raises((NoActor, OpeningNeedsActor)):
        flow(letter.pk if flow is deliver_letter else house.account.pk, actor=None)
    assert mail.outbox == []
