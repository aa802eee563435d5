import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.days import today_in
from customers.models import Customer
from interactions.models import Interaction, Recording
from privacy import erasure, lineage
from privacy.open import open_row, warrant
from retention.conditions import Condition
from retention.errors import AlreadyCondemned, Incomplete, NotCoverable
from retention.holds import Covered, place_hold, release_hold
from retention.models import HoldScope, LegalHold
from tests.looking import raw_rows
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)


def hold(person, account, *rows, **more):
    covers = [row if isinstance(row, Condition) else Covered(row._meta.label, row.pk) for row in rows]
    given = {"matter": "Brown against Bank", "reason": "Brown's claim of May", **more}
    return place_hold(actor=person.actor, account=account, covers=covers, **given)


def erase(eraser, *rows):
    return erasure.erase(rows, actor=eraser, ground="test")


def test_a_held_call_keeps_all_its_parts(account, officer, call, eraser):
    placed = hold(officer, account, call)
    recording = call.recordings.get()
    kept = erase(eraser, recording, call).kept
    assert {ref.id for ref in kept} == {recording.pk, call.pk}
    assert {refusal.by for refusal in kept.values()} == {str(placed.pk)}
    assert Recording.objects.get().is_living


def test_a_held_customer_keeps_every_call(account, officer, call, eraser):
    hold(officer, account, call.customer)
    assert len(erase(eraser, call, call.transcriptions.get()).kept) == 2


def test_others_go(account, officer, call, eraser):
    from tests.makers import make_interaction

    other = make_interaction(account, call.customer)
    hold(officer, account, call)
    assert erase(eraser, other).kept == {}


def test_after_the_release_it_goes(account, officer, call, eraser):
    placed = hold(officer, account, call)
    released = release_hold(actor=officer.actor, hold=placed, reason="Settled with Brown")
    assert erase(eraser, call.recordings.get()).kept == {}
    assert release_hold(actor=officer.actor, hold=placed, reason="Again").released_at == released.released_at
    opening = warrant(actor=officer.actor, action="hold.opened", account_id=account.pk, purpose="test")
    assert open_row(released, "release_reason", warrant=opening) == {"release_reason": "Settled with Brown"}


def test_a_release_needs_a_reason(account, officer, call):
    placed = hold(officer, account, call)
    with pytest.raises(Incomplete):
        release_hold(actor=officer.actor, hold=placed, reason=" ")
    assert LegalHold.objects.get().is_active


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_the_day_to_look_again_is_one_of_the_accounts_zone(account, officer, call, zone):
    """Between them the day differs from that of UTC at any hour."""
    account.zone = zone
    account.save()
    today = today_in(account)
    with pytest.raises(Incomplete, match="in the past"):
        hold(officer, account, call, review_on=today - timedelta(days=1))
    assert hold(officer, account, call, review_on=today).review_on == today


def test_what_was_written_is_sealed_and_the_log_has_codes_only(account, officer, call):
    placed = hold(officer, account, call)
    assert not any("Brown" in text for _, text in raw_rows())
    event = Event.objects.get(action="hold.placed")
    assert (event.record_id, placed.reference in event.text) == (str(placed.pk), True)


def test_references_count_on(account, other_account, officer, call):
    year = timezone.now().year
    assert hold(officer, account, call).reference == f"HOLD-{year}-000001"
    assert hold(officer, account, call).reference == f"HOLD-{year}-000002"


def test_the_same_form_twice_places_one_hold(account, officer, call):
    form = uuid4()
    assert hold(officer, account, call, hold_id=form) == hold(officer, account, call, hold_id=form)
    assert LegalHold.objects.count() == HoldScope.objects.count() == 1


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "administrator", "stranger"])
def test_only_officers_of_the_account_place_holds(role, request, account, call):
    person = request.getfixturevalue(role)
    with pytest.raises(Refused):
        hold(person, account, call)
    assert not LegalHold.objects.exists()


def test_another_accounts_call_can_not_be_held(account, other_account, officer):
    from tests.makers import make_interaction

    foreign = make_interaction(other_account)
    with pytest.raises(NotCoverable):
        hold(officer, account, foreign)


def test_a_recording_is_not_named_by_itself(account, officer, call):
    with pytest.raises(NotCoverable):
        hold(officer, account, call.recordings.get())


@pytest.mark.parametrize(
    "wrong",
    [
        {"matter": ""},
        {"matter": "x" * 201},
        {"reason": " "},
        {"ground": "because"},
        {"review_on": (timezone.now() - timedelta(days=2)).date()},
    ],
)
def test_an_incomplete_hold_is_refused(account, officer, call, wrong):
    with pytest.raises(Incomplete):
        hold(officer, account, call, **wrong)
    assert not LegalHold.objects.exists()


def test_a_condemned_call_can_not_be_held(account, officer, call, eraser):
    erasure.condemn([call], actor=eraser, ground="test")
    with pytest.raises(AlreadyCondemned):
        hold(officer, account, call)
    assert not LegalHold.objects.exists()


def test_a_hold_waits_for_an_erasure_under_way_and_then_comes_too_late(account, officer, call):
    """The eraser holds the row lock; the hold must wait for its commit and see that it was too late."""
    outcome: list[object] = []

    def place():
        try:
            outcome.append(hold(officer, account, call))
        except AlreadyCondemned as problem:
            outcome.append(problem)
        finally:
            connections.close_all()

    second = threading.Thread(target=place)
    with transaction.atomic():
        lineage.lock([call])
        second.start()
        second.join(timeout=1.5)
        assert second.is_alive()
        Interaction.objects.filter(pk=call.pk).update(condemned_at=timezone.now())
    second.join(timeout=10)
    assert isinstance(outcome[0], AlreadyCondemned)
    assert not LegalHold.objects.exists()


def test_the_guard_asks_as_often_for_many_records_as_for_one(account, officer, call, django_assert_num_queries):
    from retention.guard import legal_holds
    from tests.makers import make_interaction

    free = lineage.targets([call])
    with django_assert_num_queries(1):
        assert legal_holds(free) == {}
    hold(officer, account, call, Condition(direction="outbound", kind="voicemail"))
    more = [make_interaction(account, call.customer, transcript=[("customer", "hello")]) for _ in range(3)]
    parts = [*call.recordings.all(), *call.transcriptions.all(), *(each.transcriptions.get() for each in more)]
    for rows, held in (([call], 1), ([call, *more, *parts, Customer.objects.get()], 3)):
        targets = lineage.targets(rows)
        with django_assert_num_queries(9):
            assert len(legal_holds(targets)) == held
