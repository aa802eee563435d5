"""Plant, see, erase, look everywhere; and stop at every step."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connections
from django.db.models import Count, Sum
from django.utils import timezone

from customers.kinds import Kind
from customers.models import Identifier
from interactions.models import Interaction, Mention, Recording
from jobs import queue, runner
from jobs.models import Job
from privacy import erasure, redaction
from privacy.keyring import ring
from privacy.models import Condemnation
from retention.errors import AlreadyCondemned
from retention.holds import release_hold
from rtbf.errors import NotConfirmed, NothingFound, TooLate
from rtbf.execution import carrying_out, looking_again
from rtbf.models import Outcome, PlanItem, Request, RequestedIdentifier, SearchSample, State
from rtbf.requests.lifecycle import cancel_request, confirm_request, plan_request, resume_request
from tests.looking import ALICE, ALICE_MAIL, BOB, CANARIES, opened_values, places_of
from tests.makers import give_identifier, make_customer, make_interaction
from tests.retention.test_holds import hold
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "phone:(202) 555-0147"


def plan(supervisor, account, *identifiers):
    return plan_request(actor=supervisor.actor, account=account, identifiers=identifiers or [TYPED])


def forget(supervisor, account, *identifiers):
    request = plan(supervisor, account, *identifiers)
    return confirm_request(actor=supervisor.actor, request=request, typed="FORGET")


def run_all():
    """Do what is due, as the sweep and the workers would, pauses between attempts and lost leases skipped."""
    for _ in range(20):
        past = timezone.now() - timedelta(minutes=1)
        Job.objects.filter(status="queued").update(not_before=past)
        Job.objects.filter(status="running").update(lease_until=past)
        if not queue.due().exists():
            return
        queue.sweep()
        runner.run_due()


def statistics():
    per_agent = Interaction.objects.values("agent__extension").order_by("agent__extension")
    return list(per_agent.annotate(calls=Count("pk"), talk=Sum("talk_s"), callers=Count("customer", distinct=True)))


def bobs_values():
    return [value for _, value in opened_values() if "bob" in value.lower() or BOB in value or "my wife" in value]


def test_nothing_of_alice_is_left_anywhere(house, supervisor):
    seen = places_of(*CANARIES)
    assert {"interactions.Transcription.segments", "customers.Identifier.value"} <= set(seen)
    assert any("alice canary" in value for _, value in opened_values())
    before = statistics()

    request = forget(supervisor, house.account)
    assert "rtbf.RequestedIdentifier.typed" in places_of("(202) 555-0147")
    run_all()

    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES, "(202) 555-0147") == []
    assert statistics() == before
    house.alice.refresh_from_db()
    assert house.alice.token is not None
    assert not RequestedIdentifier.objects.exists()


def test_bob_keeps_all_but_the_passages(house, supervisor):
    before, digest = len(bobs_values()), house.bobs[0].comments.get().digest
    spoken_of = Mention.objects.filter(comment__interaction=house.bobs[0])
    assert spoken_of.count() == 2
    forget(supervisor, house.account)
    run_all()
    after = bobs_values()
    assert spoken_of.count() == 1
    assert house.bobs[0].comments.get().digest != digest
    assert len(after) == before
    assert any("my wife has ████████████ and I have 202 555 0148 you see" in value for value in after)
    assert "Bob has 202-555-0148, wife ████████████." in after
    assert Recording.objects.count() == 2


def test_another_account_keeps_its_own_alice(house, supervisor, other_account):
    make_interaction(other_account, make_customer(other_account, phone=ALICE), phone=ALICE, comment=f"ring {ALICE}")
    before = sum(ALICE in value for _, value in opened_values())
    forget(supervisor, house.account)
    run_all()
    assert sum(ALICE in value for _, value in opened_values()) == 3 < before


def test_nobody_is_found_afterwards_and_asking_leaves_no_trace(house, supervisor):
    forget(supervisor, house.account)
    run_all()
    with pytest.raises(NothingFound):
        plan(supervisor, house.account)
    assert places_of(*CANARIES) == []


def test_a_new_contact_afterwards_is_welcome(house, supervisor):
    forget(supervisor, house.account)
    run_all()
    again = make_customer(house.account, phone=ALICE)
    make_interaction(house.account, again, phone=ALICE, recording=b"again")
    forget(supervisor, house.account)
    run_all()
    assert places_of(*CANARIES) == []


def test_what_arrives_after_the_plan_goes_too(house, supervisor):
    request = plan(supervisor, house.account)
    confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    make_interaction(house.account, house.alice, phone=ALICE, comment="Alice again, 202 555 0147")
    make_interaction(house.account, house.bob, comment="Bob again, wife 202 555 0147")
    run_all()
    assert places_of(*CANARIES) == []
    assert request.items.filter(late=True, kind="passage").count() == 1


def test_what_arrives_while_it_runs_goes_too(house, supervisor, monkeypatch):
    real, came = carrying_out.Execution._erase_customers, []

    def erase_customers(self):
        if not came:
            came.append(make_interaction(house.account, house.alice, phone=ALICE, comment="Alice, 202 555 0147"))
        real(self)

    monkeypatch.setattr(carrying_out.Execution, "_erase_customers", erase_customers)
    forget(supervisor, house.account)
    run_all()
    assert came
    assert places_of(*CANARIES) == []


def test_a_cancelled_request_is_forgotten_with_the_customer(house, supervisor):
    cancelled = plan(supervisor, house.account, "tel:202.555.0147")
    cancel_request(actor=supervisor.actor, request=cancelled)
    assert "rtbf.RequestedIdentifier.typed" in places_of("202.555.0147")
    forget(supervisor, house.account, "email:alice.brown@example.com")
    run_all()
    assert places_of(*CANARIES, "202.555.0147") == []


def test_an_ended_hold_about_alice_is_forgotten_with_her(house, supervisor, officer):
    placed = hold(officer, house.account, house.alices[0], matter="Alice against Bank")
    release_hold(actor=officer.actor, hold=placed, reason="Settled with Alice")
    forget(supervisor, house.account)
    run_all()
    assert places_of(*CANARIES) == []


def test_a_held_call_stays_and_the_customer_with_it(house, supervisor, officer):
    hold(officer, house.account, house.alices[0], matter="M", reason="R")
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    assert Identifier.objects.filter(customer=house.alice).count() == 4
    values = {value for _, value in opened_values()}
    assert "alice canary sound" in values
    assert "alice canary voice" not in values
    kept = request.items.filter(outcome=Outcome.KEPT)
    assert set(kept.values_list("because", flat=True)) == {"legal_hold", "something_of_the_customer_stays"}


def test_a_hold_placed_after_the_plan_is_seen(house, supervisor, officer):
    request = forget(supervisor, house.account)
    hold(officer, house.account, house.alice, matter="M", reason="R")
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    assert {"alice canary sound", "alice canary voice"} <= {value for _, value in opened_values()}


def test_a_hold_placed_between_two_units_keeps_what_is_left(house, supervisor, officer, monkeypatch):
    monkeypatch.setattr(carrying_out, "AT_ONCE", 1)
    real, late = erasure.erase, []

    def erase(rows, **options):
        erased = real(rows, **options)
        if not late and Interaction.objects.filter(condemned_at=None, customer=house.alice).count() == 1:
            left = Interaction.objects.get(condemned_at=None, customer=house.alice)
            gone = Interaction.objects.exclude(condemned_at=None).get(customer=house.alice)
            late.append(hold(officer, house.account, left, matter="M", reason="R"))
            with pytest.raises(AlreadyCondemned):
                hold(officer, house.account, gone)
        return erased

    monkeypatch.setattr(erasure, "erase", erase)
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert late
    assert request.state == State.EXCEPTIONS
    assert Interaction.objects.filter(customer=house.alice, condemned_at=None).count() == 1
    assert Identifier.objects.filter(customer=house.alice).count() == 4


class Killed(BaseException):
    """The process dies here."""


STEPS = [
    (carrying_out, "look_again"),
    (carrying_out.Execution, "_redact_passages"),
    (carrying_out.Execution, "_erase_customers"),
    (carrying_out, "forget_what_was_typed"),
    (carrying_out.Execution, "_conclude"),
    (carrying_out.Execution, "_done"),
    (erasure, "finish"),
    (erasure, "_condemned_rows"),
    (erasure, "_clear"),
    (erasure, "unlink_doomed"),
    (ring, "shred"),
    (erasure, "condemn"),
    (redaction, "create_keys"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "step"), STEPS, ids=[name for _, name in STEPS])
def test_killed_anywhere_it_goes_on(house, supervisor, monkeypatch, where, step, after):
    """Die at the first and at the second call of each step, then let the sweep bring it back."""
    before = statistics()
    request = forget(supervisor, house.account)
    real, calls = getattr(where, step), []

    def dying(*args, **options):
        calls.append(step)
        if len(calls) in (1, 3):
            if after:
                real(*args, **options)
            raise Killed
        return real(*args, **options)

    monkeypatch.setattr(where, step, dying)
    for _ in range(6):
        try:
            run_all()
        except Killed:
            continue
    request.refresh_from_db()
    assert calls
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES, "(202) 555-0147") == []
    assert statistics() == before
    assert not Condemnation.objects.filter(done_at=None).exists()


def test_a_keyring_that_is_down_loses_nothing(house, supervisor, monkeypatch):
    request = forget(supervisor, house.account)

    def down(*args, **options):
        raise OperationalError("down")

    with monkeypatch.context() as broken:
        broken.setattr(ring, "shred", down)
        runner.run_due()
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    assert {"alice canary sound", "alice canary voice"} <= {value for _, value in opened_values()}
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES) == []


def test_one_broken_record_stops_nothing_and_is_told(house, supervisor, monkeypatch):
    real = erasure.erase

    def erase(rows, **options):
        rows = list(rows)
        if any(row.pk == house.alices[1].pk for row in rows):
            raise IntegrityError
        return real(rows, **options)

    monkeypatch.setattr(erasure, "erase", erase)
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    assert set(request.items.filter(outcome=Outcome.FAILED).values_list("unit", flat=True)) == {house.alices[1].pk}
    assert "alice canary sound" not in {value for _, value in opened_values()}
    assert Identifier.objects.filter(customer=house.alice).count() == 4
    assert Event.objects.filter(action="request.item_failed", outcome="failed").exists()


def test_work_given_up_can_be_taken_up_again(house, supervisor, monkeypatch):
    def broken(*args, **options):
        raise RuntimeError

    with monkeypatch.context() as broken_house:
        broken_house.setattr(looking_again, "discover", broken)
        request = forget(supervisor, house.account)
        run_all()
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    resume_request(actor=supervisor.actor, request=request)
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED


def test_the_grace_period_is_kept(house, supervisor):
    house.account.grace_hours = 2
    house.account.save()
    request = forget(supervisor, house.account)
    assert runner.run_due() == 0
    assert request.grace_ends_at - request.confirmed_at == timedelta(hours=2)
    run_all()
    request.refresh_from_db()
    assert request.state == State.PENDING


def test_a_cancelled_request_never_runs(house, supervisor):
    house.account.grace_hours = 2
    house.account.save()
    request = forget(supervisor, house.account)
    cancelled = cancel_request(actor=supervisor.actor, request=request)
    assert cancel_request(actor=supervisor.actor, request=request).cancelled_at == cancelled.cancelled_at
    run_all()
    assert places_of("alice canary sound") != []
    with pytest.raises(TooLate):
        confirm_request(actor=supervisor.actor, request=request, typed="FORGET")


def test_a_request_that_ran_can_not_be_cancelled(house, supervisor):
    request = forget(supervisor, house.account)
    run_all()
    with pytest.raises(TooLate):
        cancel_request(actor=supervisor.actor, request=request)


def at_once(*acts):
    """Run acts in threads at the same moment; returns what each returned or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def go(place, act):
        gate.wait()
        try:
            results[place] = act()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            results[place] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads), "an act neither ended nor failed"
    return results


def test_two_confirmations_at_once_make_one_job(house, supervisor):
    request = plan(supervisor, house.account)

    def confirm():
        return confirm_request(actor=supervisor.actor, request=request, typed="FORGET")

    results = at_once(confirm, confirm, confirm)
    assert len({result.job_id for result in results}) == 1
    assert Job.objects.filter(kind="rtbf.execute").count() == 1
    assert Event.objects.filter(action="request.confirmed").count() == 1


def test_cancel_or_begin_wins_never_both(house, supervisor):
    request = forget(supervisor, house.account)
    cancelled, _ = at_once(
        lambda: cancel_request(actor=supervisor.actor, request=request), lambda: runner.run(request.job_id)
    )
    run_all()
    request.refresh_from_db()
    if isinstance(cancelled, TooLate):
        assert request.state == State.COMPLETED
    else:
        assert request.state == State.CANCELLED
        assert places_of("alice canary sound") != []


def test_run_twice_at_once_it_is_done_once(house, supervisor):
    request = forget(supervisor, house.account)
    acts = [
        lambda: carrying_out.execute(request.pk, actor=supervisor.actor, progress=lambda done, total=None: None)
        for _ in range(2)
    ]
    at_once(*acts)
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES) == []


@pytest.mark.parametrize("typed", ["", "forget", "FORGET IT", "Forget"])
def test_the_word_is_asked_for(house, supervisor, typed):
    request = plan(supervisor, house.account)
    with pytest.raises(NotConfirmed):
        confirm_request(actor=supervisor.actor, request=request, typed=typed)
    assert Request.objects.get().state == State.PLANNED


@pytest.mark.parametrize("role", ["agent", "auditor", "officer", "administrator", "stranger"])
def test_only_supervisors_of_the_account_ask(role, request, house, supervisor):
    person = request.getfixturevalue(role)
    with pytest.raises(Refused):
        plan(person, house.account)
    planned = plan(supervisor, house.account)
    for act in (confirm_request, cancel_request):
        with pytest.raises(Refused):
            act(actor=person.actor, request=planned, **({"typed": "FORGET"} if act is confirm_request else {}))
    planned.refresh_from_db()
    assert planned.state == State.PLANNED


def test_a_plan_holds_ids_and_codes_only(house, supervisor):
    plan(supervisor, house.account)
    assert PlanItem.objects.count() > 20
    planted = {"rtbf_planitem", "rtbf_request", "jobs_job", "trail_event", "rtbf_requestedidentifier"}
    assert not planted & set(places_of(*CANARIES, "(202) 555-0147"))


def test_whoever_shares_the_number_is_not_taken_along_when_it_is_theirs_alone(house, supervisor):
    """Once Alice is gone, Bob alone carries the number that both had: it must not name him then."""
    give_identifier(house.bob, Kind.PHONE, ALICE)
    make_interaction(house.account, house.bob, phone=ALICE, recording=b"bob on the shared phone")
    request = forget(supervisor, house.account, TYPED, f"email:{ALICE_MAIL}")
    run_all()
    assert not request.items.filter(customer_id=house.bob.pk, late=True).exists()
    assert Interaction.objects.filter(customer=house.bob, condemned_at=None).count() == 3
    assert Identifier.objects.filter(customer=house.bob, condemned_at=None).count() == 4
    assert not Interaction.objects.filter(customer=house.alice, condemned_at=None).exists()


def test_nor_when_another_request_was_first(house, supervisor):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    second = forget(supervisor, house.account, TYPED, f"email:{ALICE_MAIL}")
    first = plan(supervisor, house.account, "customer-id:CUST-1001")
    confirm_request(actor=supervisor.actor, request=first, typed="FORGET")
    carrying_out.execute(first.pk, actor=supervisor.actor, progress=lambda done, total=None: None)
    run_all()
    second.refresh_from_db()
    assert second.finished_at is not None
    assert Interaction.objects.filter(customer=house.bob, condemned_at=None).count() == 2
    assert Identifier.objects.filter(customer=house.bob, condemned_at=None).count() == 4


@pytest.mark.parametrize("model", [SearchSample, RequestedIdentifier])
def test_nothing_of_the_search_waits_for_its_key_to_go_when_the_request_ends(house, supervisor, monkeypatch, model):
    """The proof was interrupted after its decision; the job that finishes any erasure comes only later."""
    real, died = erasure.shred, []

    def dies_once(condemnation):
        if not died and model.objects.filter(condemnation_id=condemnation.pk).exists():
            died.append(condemnation.pk)
            Job.objects.filter(kind="privacy.finish_erasure", subject=condemnation.pk).delete()
            raise OperationalError("the keyring is gone")
        return real(condemnation)

    monkeypatch.setattr(erasure, "shred", dies_once)
    request = forget(supervisor, house.account)
    run_all()
    assert died
    assert Request.objects.get(pk=request.pk).state == State.COMPLETED
    assert not Condemnation.objects.filter(done_at=None).exists()
    assert places_of(*CANARIES) == []
