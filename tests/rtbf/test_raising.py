"""Drafts, long searches as jobs, linked accounts, clocks, refusals and the case file."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import roles
from accounts.days import today_in
from jobs import runner
from jobs.models import Job
from privacy.open import open_row, warrant
from rtbf.cases.intake import Intake, change_case, check_identity
from rtbf.errors import NothingFound, NotPossible, TooLate
from rtbf.models import CaseFile, Request, State
from rtbf.requests import raising
from rtbf.requests.lifecycle import cancel_request
from rtbf.requests.raising import raise_in_accounts, raise_request, search_request
from rtbf.requests.refusing import extend_request, refuse_request
from tests.conftest import make_person
from tests.looking import ALICE, raw_rows
from tests.makers import make_customer, make_interaction
from trail.actor import NoActor
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
WHO = Intake(channel="letter", relation="self", name="Alice Canary", contact="alice.canary@example.com", note="angry")


def ask(person, account, *, who=ALICE, intake=WHO, later=False, **more):
    return raise_request(actor=person.actor, account=account, identifiers=[who], intake=intake, later=later, **more)


def test_a_draft_has_a_clock_and_a_sealed_case_file_and_no_plan(house, supervisor):
    request = ask(supervisor, house.account, intake=replace(WHO, received_on=date(2026, 1, 30)), later=True)
    assert (request.state, request.planned_at, request.items.count()) == (State.DRAFT, None, 0)
    assert (request.received_on, request.due_on) == (date(2026, 1, 30), date(2026, 3, 2))
    opening = warrant(actor=supervisor.actor, action="case.opened", account_id=house.account.pk, purpose="test")
    opened = open_row(request.case, "requester", "note", warrant=opening)
    assert opened == {"requester": {"name": "Alice Canary", "contact": "alice.canary@example.com"}, "note": "angry"}
    assert not [table for table, text in raw_rows() if "canary" in text.lower()]


def test_a_draft_is_searched_later(house, supervisor):
    request = search_request(actor=supervisor.actor, request=ask(supervisor, house.account, later=True))
    assert (request.state, request.items.filter(kind="recording").count()) == (State.PLANNED, 1)
    assert search_request(actor=supervisor.actor, request=request).state == State.PLANNED


def test_a_draft_that_finds_nothing_stays_and_can_be_answered(house, supervisor):
    request = ask(supervisor, house.account, who="+12025550199", later=True)
    with pytest.raises(NothingFound):
        search_request(actor=supervisor.actor, request=request)
    request.refresh_from_db()
    assert request.state == State.DRAFT
    assert refuse_request(actor=supervisor.actor, request=request, ground="nothing_held").state == State.REFUSED


def test_a_long_search_is_a_job_with_progress_and_safe_to_kill(house, supervisor, monkeypatch):
    monkeypatch.setattr(raising, "THIN", 0)
    monkeypatch.setattr(raising, "AT_ONCE", 3)
    request = ask(supervisor, house.account)
    assert request.state == State.DISCOVERING
    real, calls = raising.freeze, []

    def killed(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(raising, "freeze", killed)
    with pytest.raises(KeyboardInterrupt):
        runner.run_due()
    request.refresh_from_db()
    assert (request.state, request.items.count()) == (State.DISCOVERING, 3)
    runner.run_due()
    request.refresh_from_db()
    job = Job.objects.get(pk=request.job_id)
    assert (request.state, job.progress_done, job.progress_total) == (State.PLANNED, *[request.items.count()] * 2)


def test_a_search_cancelled_while_it_waits_makes_no_plan(house, supervisor, monkeypatch):
    monkeypatch.setattr(raising, "THIN", 0)
    request = cancel_request(actor=supervisor.actor, request=ask(supervisor, house.account), because="withdrawn")
    runner.run_due()
    request.refresh_from_db()
    assert (request.state, request.items.count()) == (State.WITHDRAWN, 0)


def test_one_linked_request_for_each_account(house, supervisor, other_account):
    there = make_person("Susan", other_account, roles.SUPERVISOR)
    who = make_customer(other_account, phone=ALICE)
    make_interaction(other_account, who, phone=ALICE)
    raised = raise_in_accounts(
        actor=supervisor.actor, account=house.account, others=[(there.actor, other_account)], identifiers=[ALICE],
        request_id=None, intake=WHO, later=False,
    )  # fmt: skip
    assert [each.request.account for each in raised] == [house.account, other_account]
    assert len({each.request.group_id for each in raised} - {None}) == 1


def test_what_fails_in_another_account_is_told_and_stops_nothing(house, supervisor, other_account):
    there = make_person("Susan", other_account, roles.AGENT)
    raised = raise_in_accounts(
        actor=supervisor.actor, account=house.account, others=[(there.actor, other_account)], identifiers=[ALICE],
        request_id=None, intake=WHO, later=False,
    )  # fmt: skip
    assert raised[1].request is None
    assert "Nothing was done" in raised[1].problem
    assert Request.objects.get().account == house.account


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"}, {"relation": "x"}, {"identity_by": "x"}, {"name": "n" * 201}, {"note": "n" * 8_001},
        {"received_on": date(2050, 1, 1)}, {"received_on": date(1999, 1, 1)},
    ],
)  # fmt: skip
def test_odd_intakes_make_nothing(house, supervisor, wrong):
    for later in (True, False):
        with pytest.raises(NotPossible, match="Nothing was searched or saved"):
            ask(supervisor, house.account, intake=replace(WHO, **wrong), later=later)
    assert not Request.objects.exists()
    assert not CaseFile.objects.exists()


def test_who_checked_identity_is_named(house, supervisor, officer):
    request = ask(supervisor, house.account)
    checked = check_identity(actor=officer.actor, request=request, how="document")
    assert (checked.identity_by, checked.identity_checked_by_id) == ("document", officer.user.pk)
    with pytest.raises(NotPossible):
        check_identity(actor=officer.actor, request=request, how="felt like it")


def test_the_case_file_is_written_anew_under_its_key(house, supervisor):
    request = ask(supervisor, house.account)
    key = request.case.key_id
    case = change_case(actor=supervisor.actor, request=request, intake=replace(WHO, note="calm"))
    opening = warrant(actor=supervisor.actor, action="case.opened", account_id=house.account.pk, purpose="test")
    assert open_row(case, "note", warrant=opening) == {"note": "calm"}
    assert case.key_id == key


def test_two_months_more_count_from_the_day_it_came_in(house, supervisor):
    today = today_in(house.account)
    request = extend_request(actor=supervisor.actor, request=ask(supervisor, house.account), because="complex")
    assert timedelta(days=88) < request.due_on - today < timedelta(days=98)
    again = extend_request(actor=supervisor.actor, request=request, because="number")
    assert again.extended_because == "complex"


def test_after_the_first_month_it_is_too_late_to_extend(house, supervisor):
    request = ask(supervisor, house.account, intake=replace(WHO, received_on=today_in(house.account) - timedelta(45)))
    with pytest.raises(TooLate, match="Nothing was extended"):
        extend_request(actor=supervisor.actor, request=request, because="complex")


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator", "stranger"])
def test_others_may_not_refuse_extend_or_check(role, request, house, supervisor):
    asked, person = ask(supervisor, house.account), request.getfixturevalue(role)
    for act in (
        lambda: refuse_request(actor=person.actor, request=asked, ground="claims"),
        lambda: extend_request(actor=person.actor, request=asked, because="complex"),
        lambda: check_identity(actor=person.actor, request=asked, how="document"),
        lambda: change_case(actor=person.actor, request=asked, intake=WHO),
    ):
        with pytest.raises(Refused):
            act()
    assert Request.objects.get().state == State.PLANNED


def test_a_refused_request_is_never_carried_out(house, supervisor):
    from rtbf.requests.lifecycle import confirm_request

    request = confirm_request(actor=supervisor.actor, request=ask(supervisor, house.account), typed="FORGET")
    refused = refuse_request(actor=supervisor.actor, request=request, ground="claims")
    assert (refused.state, refused.refused_because) == (State.REFUSED, "claims")
    runner.run_due()
    assert Request.objects.get().started_at is None
    assert Event.objects.get(action="request.refused").told["facts"] == {"code": "claims"}
    with pytest.raises(TooLate):
        cancel_request(actor=supervisor.actor, request=refused)
    assert timezone.now() - refused.refused_at < timedelta(minutes=1)


def test_without_an_actor_nothing_is_searched(house, supervisor, monkeypatch):
    monkeypatch.setattr(raising, "THIN", 0)
    request = ask(supervisor, house.account)
    with pytest.raises(NoActor):
        raising.discover_request(request.pk, actor=None)
    assert request.items.count() == 0
