"""What a hold deferred goes on when it is released, whichever of the two comes first."""

import threading

import pytest
from django.db import connections

from customers.models import Identifier
from interactions.models import Interaction
from jobs.models import Job
from retention import releasing
from retention.conditions import Condition
from retention.holds import release_hold
from retention.models import Deferral
from rtbf.execution import carrying_out
from rtbf.models import Outcome, Request, State
from rtbf.requests.presenting import staying
from tests.looking import CANARIES, opened_values, places_of
from tests.makers import make_interaction
from tests.retention.test_holds import hold
from tests.rtbf.test_execution import at_once, forget, run_all, statistics
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def release(officer, placed):
    return release_hold(actor=officer.actor, hold=placed, reason="It is over")


def state(request):
    request.refresh_from_db()
    return request.state


@pytest.fixture
def kept(house, supervisor, officer):
    """A request that ended with exceptions because of a hold on one call."""
    placed = hold(officer, house.account, house.alices[0], matter="M", reason="R")
    request = forget(supervisor, house.account)
    run_all()
    assert state(request) == State.EXCEPTIONS
    assert any("a legal hold covers it (Art. 17(3)(e))" in each for each in staying(request))
    return request, placed


def test_released_it_goes_on_to_the_end(house, officer, kept):
    request, placed = kept
    before = statistics()
    release(officer, placed)
    assert state(request) == State.EXECUTING
    assert Event.objects.filter(action="request.resumed").count() == 1
    run_all()
    assert state(request) == State.COMPLETED
    assert places_of(*CANARIES) == []
    assert statistics() == before
    assert staying(request) == []
    assert set(request.items.values_list("outcome", flat=True)) == {Outcome.DONE}


def test_a_passage_that_came_meanwhile_goes_too(house, officer, kept):
    request, placed = kept
    make_interaction(house.account, house.bob, comment="Bob again, wife 202 555 0147")
    release(officer, placed)
    run_all()
    assert state(request) == State.COMPLETED
    assert places_of(*CANARIES) == []


def test_a_hold_on_what_calls_are_that_comes_after_the_plan_is_a_row_until_it_is_released(house, supervisor, officer):
    request = forget(supervisor, house.account)
    placed = hold(officer, house.account, Condition(direction="inbound"))
    run_all()
    assert state(request) == State.EXCEPTIONS
    kept = Deferral.objects.filter(resolved_at=None, ground="legal_hold", held_by=str(placed.pk))
    assert {each.pk for each in house.alices} <= set(kept.values_list("record_id", flat=True))
    release(officer, placed)
    run_all()
    assert state(request) == State.COMPLETED
    assert places_of(*CANARIES) == []
    assert not Deferral.objects.filter(resolved_at=None).exists()


def test_another_hold_goes_on_keeping(house, officer, kept):
    request, placed = kept
    second = hold(officer, house.account, house.alice, matter="N", reason="S")
    release(officer, placed)
    run_all()
    assert state(request) == State.EXCEPTIONS
    assert "alice canary sound" in {value for _, value in opened_values()}
    release(officer, second)
    run_all()
    assert state(request) == State.COMPLETED


def test_a_hold_that_kept_nothing_of_it_opens_nothing(house, officer, kept):
    request, _ = kept
    other = hold(officer, house.account, house.bobs[0], matter="N", reason="S")
    release(officer, other)
    assert state(request) == State.EXCEPTIONS
    assert not Event.objects.filter(action="request.resumed").exists()


def test_what_failed_for_another_reason_still_is_an_exception(house, officer, kept):
    request, placed = kept
    failed = request.items.filter(outcome=Outcome.DONE).first()
    request.items.filter(pk=failed.pk).update(outcome=Outcome.FAILED)
    release(officer, placed)
    run_all()
    assert state(request) == State.EXCEPTIONS
    assert Interaction.objects.get(pk=house.alices[0].pk).erased_at


def test_a_hold_on_somebody_elses_call_defers_the_passage(house, supervisor, officer):
    placed = hold(officer, house.account, house.bobs[0], matter="M", reason="R")
    request = forget(supervisor, house.account)
    run_all()
    assert state(request) == State.EXCEPTIONS
    assert any("my wife has 202 555 0147" in value for _, value in opened_values())
    release(officer, placed)
    run_all()
    assert state(request) == State.COMPLETED
    assert places_of(*CANARIES) == []


def test_a_release_that_rolls_back_opens_nothing(house, officer, kept, monkeypatch):
    request, placed = kept

    def broken(hold, *, actor):
        raise RuntimeError

    monkeypatch.setitem(releasing._waiting, "zz", broken)
    with pytest.raises(RuntimeError):
        release(officer, placed)
    placed.refresh_from_db()
    assert placed.is_active
    assert state(request) == State.EXCEPTIONS
    assert not Job.objects.filter(status="queued", kind="rtbf.execute").exists()


@pytest.mark.parametrize("first", ["release", "end"])
def test_release_and_end_take_turns(house, supervisor, officer, monkeypatch, first):
    """The one holds the request's row while the other comes: nothing stays deferred by a hold that is no more."""
    placed = hold(officer, house.account, house.alices[0], matter="M", reason="R")
    request = forget(supervisor, house.account)
    begun, results = threading.Event(), []

    def waits(real, name):
        def act(*args, **options):
            if first == name:
                result = real(*args, **options)
                begun.set()
                # The other has time to come as far as the row.
                threading.Event().wait(0.5)
                return result
            begun.wait(10)
            return real(*args, **options)

        return act

    def released():
        try:
            results.append(release(officer, placed))
        finally:
            connections.close_all()

    monkeypatch.setattr(carrying_out, "open_again", waits(carrying_out.open_again, "end"))
    monkeypatch.setitem(releasing._waiting, "requests", waits(releasing._waiting["requests"], "release"))
    at_row = threading.Event()
    real_conclude = carrying_out.Execution._conclude

    def conclude(self, **options):
        at_row.set()
        real_conclude(self, **options)

    monkeypatch.setattr(carrying_out.Execution, "_conclude", conclude)
    other = threading.Thread(target=lambda: (at_row.wait(30), released()))
    other.start()
    run_all()
    other.join(timeout=30)
    run_all()
    assert results
    assert state(request) == State.COMPLETED
    assert places_of(*CANARIES) == []


@pytest.mark.parametrize("turn", range(3))
def test_released_while_it_runs_nothing_is_left_behind(house, supervisor, officer, turn):
    placed = hold(officer, house.account, house.alices[0], matter="M", reason="R")
    request = forget(supervisor, house.account)
    results = at_once(run_all, lambda: release(officer, placed))
    assert not [each for each in results if isinstance(each, Exception)]
    run_all()
    assert state(Request.objects.get(pk=request.pk)) == State.COMPLETED
    assert not Identifier.objects.filter(customer=house.alice).exists()
