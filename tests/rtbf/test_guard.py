"""What an open request plans for stays for it, whoever else would erase it."""

import pytest

from interactions.models import Interaction
from privacy import erasure
from rtbf.models import State
from rtbf.requests.guard import GROUND
from rtbf.requests.lifecycle import cancel_request
from tests.looking import BOB
from tests.rtbf.test_execution import forget, plan, run_all
from trail.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def dispose(*rows):
    erased = erasure.erase(rows, actor=Actor.shell("root"), ground="age")
    return {refusal.ground for refusal in erased.kept.values()}


def test_age_and_hand_wait_for_an_open_request(house, supervisor):
    request = plan(supervisor, house.account)
    call = house.alices[0]
    assert dispose(call, *call.recordings.all()) == {GROUND}
    assert dispose(*call.transcriptions.all(), house.alice) == {GROUND}
    assert Interaction.objects.get(pk=call.pk).is_living
    assert request.reference in str(erasure.erase([call], actor=Actor.shell("root"), ground="age").kept)


def test_other_peoples_calls_go_as_ever(house, supervisor):
    plan(supervisor, house.account)
    comment = house.bobs[0].comments.get()
    assert dispose(*comment.mentions.all(), comment, house.bobs[1]) == set()


@pytest.mark.parametrize("state", [State.DRAFT, State.WAITING, State.PENDING, State.EXECUTING])
def test_from_the_first_draft_to_the_end(house, supervisor, state):
    request = plan(supervisor, house.account)
    type(request).objects.filter(pk=request.pk).update(state=state)
    assert dispose(house.alices[1]) == {GROUND}


@pytest.mark.parametrize("state", [State.CANCELLED, State.WITHDRAWN, State.REFUSED, State.EXCEPTIONS])
def test_an_ended_request_keeps_nothing(house, supervisor, state):
    request = plan(supervisor, house.account)
    type(request).objects.filter(pk=request.pk).update(state=state)
    assert dispose(house.alices[1]) == set()


def test_a_cancelled_request_lets_go(house, supervisor):
    cancel_request(actor=supervisor.actor, request=plan(supervisor, house.account))
    assert dispose(house.alices[1]) == set()


def test_a_request_does_not_stop_itself_nor_another(house, supervisor):
    waiting = plan(supervisor, house.account, "tel:202.555.0147")
    request = forget(supervisor, house.account)
    assert {item.action for item in request.items.all()} <= {"delete", "anonymise", "redact"}
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    waiting.refresh_from_db()
    assert waiting.state == State.PLANNED


def test_another_accounts_request_keeps_nothing_here(house, supervisor, other_account):
    request = plan(supervisor, house.account, BOB)
    type(request).objects.filter(pk=request.pk).update(account=other_account)
    assert dispose(house.bobs[1]) == set()
