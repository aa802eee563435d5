"""Four eyes: by rule, by size, by number; and a plan that changed must be confirmed again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import roles
from interactions.models import Interaction
from jobs import runner
from jobs.models import Job
from rtbf.codes import Exclusion, SecondPerson
from rtbf.errors import NeedsSecondPerson, NotPossible, PlanChanged, TooLate
from rtbf.models import Action, Outcome, Request, Rules, State
from rtbf.planning.decisions import decide
from rtbf.requests.approval import approve_request, return_request
from rtbf.requests.lifecycle import cancel_request, confirm_request, plan_request
from tests.conftest import make_person
from tests.looking import ALICE, ALICE_MAIL, CANARIES, places_of
from tests.makers import make_customer, make_interaction
from tests.retention.test_holds import hold
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def simon(account):
    return make_person("Simon", account, roles.SUPERVISOR)


def rule(account, **rules):
    Rules.objects.update_or_create(account=account, defaults=rules)


def confirmed(supervisor, account, who=ALICE):
    request = plan_request(actor=supervisor.actor, account=account, identifiers=[who])
    return confirm_request(actor=supervisor.actor, request=request, typed="FORGET")


def test_a_confirmed_request_waits_for_a_second_person_and_then_runs(house, supervisor, simon):
    rule(house.account, four_eyes=True)
    request = confirmed(supervisor, house.account)
    assert (request.state, request.second_because, request.grace_ends_at) == (State.WAITING, "four_eyes", None)
    runner.run_due()
    assert Request.objects.get().state == State.WAITING
    approved = approve_request(actor=simon.actor, request=request)
    assert (approved.state, approved.approved_by_id) == (State.PENDING, simon.user.pk)
    assert approve_request(actor=simon.actor, request=approved).approved_at == approved.approved_at
    runner.run_due()
    assert Request.objects.get().state == State.COMPLETED
    assert places_of(*CANARIES) == []
    assert Event.objects.filter(action="request.approved").count() == 1


@pytest.mark.parametrize("role", ["supervisor", "agent", "auditor", "administrator", "stranger"])
def test_who_confirmed_and_who_has_no_right_cannot_approve(role, request, house, supervisor):
    rule(house.account, four_eyes=True)
    asked = confirmed(supervisor, house.account)
    person = request.getfixturevalue(role)
    with pytest.raises(NeedsSecondPerson if role == "supervisor" else Refused):
        approve_request(actor=person.actor, request=asked)
    assert Request.objects.get().state == State.WAITING


def test_who_raised_it_cannot_approve_what_another_confirmed(house, supervisor, simon, officer):
    rule(house.account, four_eyes=True)
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    request = confirm_request(actor=simon.actor, request=request, typed="FORGET")
    with pytest.raises(NeedsSecondPerson):
        approve_request(actor=supervisor.actor, request=request)
    assert approve_request(actor=officer.actor, request=request).state == State.PENDING


def test_who_confirmed_it_meanwhile_cannot_approve_from_an_older_page(house, supervisor, simon):
    rule(house.account, four_eyes=True)
    seen_before = confirmed(supervisor, house.account)
    confirm_request(actor=simon.actor, request=return_request(actor=simon.actor, request=seen_before), typed="FORGET")
    with pytest.raises(NeedsSecondPerson):
        approve_request(actor=simon.actor, request=seen_before)
    assert Request.objects.get().state == State.WAITING


def test_the_size_that_needs_two_is_the_accounts(house, supervisor):
    size = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE]).items.count()
    rule(house.account, most_records=size + 10)
    assert confirmed(supervisor, house.account).second_because == ""
    rule(house.account, most_records=5)
    again = confirmed(supervisor, house.account, ALICE_MAIL)
    assert (again.state, again.second_because) == (State.WAITING, SecondPerson.SIZE)


def test_many_by_one_person_in_a_short_time_need_two(house, supervisor, simon):
    rule(house.account, most_requests=2, within_hours=24)
    for number in range(2):
        who = make_customer(house.account, phone=f"+1202555019{number}")
        make_interaction(house.account, who, phone=f"+1202555019{number}")
        request = confirmed(supervisor, house.account, f"+1202555019{number}")
        assert request.second_because == ""
        cancel_request(actor=supervisor.actor, request=request)
    assert confirmed(supervisor, house.account).second_because == SecondPerson.NUMBER
    assert confirmed(simon, house.account, ALICE_MAIL).second_because == ""
    Request.objects.update(confirmed_at=timezone.now() - timedelta(hours=25))
    assert confirmed(supervisor, house.account).second_because == ""


def test_a_waiting_request_can_be_given_back_and_cancelled(house, supervisor, simon):
    rule(house.account, four_eyes=True)
    request = return_request(actor=simon.actor, request=confirmed(supervisor, house.account))
    assert (request.state, request.confirmed_by_id) == (State.PLANNED, None)
    with pytest.raises(TooLate):
        approve_request(actor=simon.actor, request=request)
    assert cancel_request(actor=simon.actor, request=request).state == State.CANCELLED


def test_a_call_that_came_in_must_be_confirmed_anew(house, supervisor):
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    make_interaction(house.account, house.alice, phone=ALICE, recording=b"new")
    with pytest.raises(PlanChanged, match=r"\d records came in"):
        confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    request = Request.objects.get()
    assert request.state == State.PLANNED
    assert request.items.filter(label="interactions.Interaction").count() == 3
    assert confirm_request(actor=supervisor.actor, request=request, typed="FORGET").state == State.PENDING


def test_a_hold_placed_while_it_waits_sends_it_back(house, supervisor, simon, officer):
    rule(house.account, four_eyes=True)
    request = confirmed(supervisor, house.account)
    hold(officer, house.account, house.alices[0])
    with pytest.raises(PlanChanged, match="another fate"):
        approve_request(actor=simon.actor, request=request)
    request = Request.objects.get()
    assert (request.state, request.confirmed_by_id) == (State.PLANNED, None)
    assert request.items.filter(because="legal_hold").exists()
    assert Event.objects.filter(action="request.replanned").count() == 1


def test_identity_first_where_the_account_asks(house, supervisor):
    from rtbf.cases.intake import check_identity

    rule(house.account, identity_first=True)
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    with pytest.raises(NotPossible, match="identity"):
        confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    check_identity(actor=supervisor.actor, request=request, how="call_back")
    assert confirm_request(actor=supervisor.actor, request=request, typed="FORGET").state == State.PENDING


def test_a_running_call_is_waited_for(house, supervisor):
    end = timezone.now() + timedelta(hours=2)
    Interaction.objects.filter(pk=house.alices[0].pk).update(ended_at=end)
    request = confirmed(supervisor, house.account)
    assert request.grace_ends_at == end
    runner.run_due()
    assert Request.objects.get().state == State.PENDING


def test_a_call_whose_end_was_not_told_is_waited_for_until_it_is(house, supervisor):
    ours = Interaction.objects.filter(pk=house.alices[0].pk)
    ours.update(running=True, started_at=timezone.now(), ended_at=timezone.now())
    request = confirmed(supervisor, house.account)
    assert request.grace_ends_at > timezone.now() + timedelta(minutes=14)

    for _ in range(2):
        Request.objects.update(grace_ends_at=timezone.now())
        Job.objects.filter(status="queued").update(not_before=timezone.now())
        runner.run_due()
        request.refresh_from_db()
        assert (request.state, Job.objects.filter(kind="rtbf.execute", status="queued").count()) == (State.PENDING, 1)
        assert request.grace_ends_at > timezone.now() + timedelta(minutes=14)
        assert ours.get().is_living

    ours.update(running=False)
    Request.objects.update(grace_ends_at=timezone.now())
    Job.objects.filter(status="queued").update(not_before=timezone.now())
    runner.run_due()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert not ours.get().is_living


def rows(request, **wanted):
    return list(request.items.filter(**wanted).values_list("pk", flat=True))


def test_what_a_person_leaves_out_stays_whole_also_what_came_later(house, supervisor):
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    call = house.alices[0]
    decide(actor=supervisor.actor, request=request, items=rows(request, label="interactions.Recording"),
           choice=Exclusion.CLAIMS)  # fmt: skip
    assert {item.action for item in request.items.filter(unit=call.pk)} == {Action.KEEP}
    assert request.items.get(label="customers.Customer").action == Action.KEEP
    request = confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    runner.run_due()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    assert Interaction.objects.filter(pk=call.pk, condemned_at=None).exists()
    assert not Interaction.objects.filter(pk=house.alices[1].pk, condemned_at=None).exists()
    assert {item.outcome for item in request.items.filter(unit=call.pk)} == {Outcome.KEPT}


def test_left_out_and_taken_in_again_is_as_it_was(house, supervisor):
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    before = sorted(request.items.values_list("pk", "action", "because"))
    for choice in (Exclusion.CONTRACT, "take_back"):
        decide(actor=supervisor.actor, request=request, items=rows(request, kind="recording"), choice=choice)
    assert sorted(request.items.values_list("pk", "action", "because")) == before
    assert [e.told["facts"]["code"] for e in Event.objects.filter(action="request.decided").order_by("at")] == [
        "contract_runs", "take_back",
    ]  # fmt: skip


def test_decisions_survive_a_plan_made_anew(house, supervisor):
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    decide(actor=supervisor.actor, request=request, items=rows(request, kind="recording"), choice=Exclusion.CLAIMS)
    make_interaction(house.account, house.alice, phone=ALICE)
    with pytest.raises(PlanChanged):
        confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    request.refresh_from_db()
    assert {item.decision for item in request.items.filter(unit=house.alices[0].pk)} == {"needed_for_claims"}
    confirm_request(actor=supervisor.actor, request=request, typed="FORGET")


@pytest.fixture
def shared(house):
    """Carol has Alice's number too, and nothing else: whose her call is a person must say."""
    carol = make_customer(house.account, phone=ALICE)
    return make_interaction(house.account, carol, phone=ALICE, recording=b"whose")


@pytest.mark.parametrize(
    ("choice", "living", "state"),
    [("theirs", False, State.COMPLETED), ("not_theirs", True, State.COMPLETED)],  # what is another's is nothing left
)
def test_a_person_says_whose_a_shared_number_is(house, supervisor, shared, choice, living, state):
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE, ALICE_MAIL])
    undecided = rows(request, action=Action.DECIDE)
    assert undecided
    decide(actor=supervisor.actor, request=request, items=undecided, choice=choice)
    assert not request.items.filter(action=Action.DECIDE).exists()
    confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    runner.run_due()
    assert Interaction.objects.filter(pk=shared.pk, condemned_at=None).exists() == living
    assert Request.objects.get().state == state


@pytest.mark.parametrize(("choice", "items"), [("nonsense", 1), ("theirs", 0), ("take_back", 2_000)])
def test_odd_decisions_change_nothing(house, supervisor, choice, items):
    request = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    with pytest.raises(NotPossible):
        decide(actor=supervisor.actor, request=request, items=list(range(items)), choice=choice)


def test_what_was_confirmed_cannot_be_decided_over(house, supervisor):
    request = confirmed(supervisor, house.account)
    with pytest.raises(TooLate):
        decide(actor=supervisor.actor, request=request, items=rows(request, kind="recording"), choice="take_back")
