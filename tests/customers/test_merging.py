"""Two customers who are one, and one who is two: links move, keys stay, holds cover, requests stop it."""

import threading

import pytest
from django.db import connections, transaction

from customers import belongings, merging
from customers.errors import Forgotten, InTheWay, NotThese
from customers.finding import find_customers
from customers.kinds import Kind
from customers.models import Customer, Identifier, Merge
from customers.turns import take_turn
from interactions.models import Interaction
from privacy import erasure
from privacy.blind_index import digest
from privacy.open import open_rows, warrant
from retention.holds import Covered, place_hold
from rtbf.requests.lifecycle import cancel_request, plan_request
from tests.looking import ALICE, BOB
from tests.makers import give_identifier, make_customer, make_interaction
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
CALL, IDENTIFIER = Interaction._meta.label, Identifier._meta.label


@pytest.fixture
def alice(account):
    alice = make_customer(account, phone=ALICE, name="Alice Brown")
    make_interaction(account, alice, phone=ALICE, recording=b"alice")
    return alice


@pytest.fixture
def other(account):
    other = make_customer(account, email="alice@example.com")
    make_interaction(account, other, recording=b"alice again")
    make_interaction(account, other, comment="she called before")
    return other


def merge(actor, alice, other):
    return merging.merge_customers(actor=actor.actor, customer=alice, other=other)


def hold(officer, customer):
    return place_hold(
        actor=officer.actor, account=customer.account, covers=[Covered("customers.Customer", customer.pk)],
        matter="m", reason="r",
    )  # fmt: skip


def test_a_merge_moves_links_and_no_key(supervisor, alice, other):
    before = set(Interaction.objects.values_list("pk", "key_id")), set(Identifier.objects.values_list("pk", "key_id"))
    assert belongings.count_of(other.pk) == {"identifier": 1, "interactions": 2}
    merge(supervisor, alice, other)
    now = set(Interaction.objects.values_list("pk", "key_id")), set(Identifier.objects.values_list("pk", "key_id"))
    assert now == before
    assert set(Interaction.objects.values_list("customer", flat=True)) == {alice.pk}
    assert set(Identifier.objects.values_list("customer", flat=True)) == {alice.pk}
    assert not Customer.objects.filter(pk=other.pk).exists()
    entry = Event.objects.get(action="customer.merged")
    assert (entry.user_id, entry.outcome) == (supervisor.user.pk, "done")
    assert '"interactions":2' in entry.text.replace(" ", "")


def test_a_merge_sent_twice_is_done_once(supervisor, alice, other):
    assert merge(supervisor, alice, other) == merge(supervisor, alice, other)
    assert Event.objects.filter(action="customer.merged", outcome="done").count() == 1


def test_undoing_gives_back_exactly_what_came_along(supervisor, alice, other):
    was = {each.pk: belongings.ids_of(each.pk) for each in (alice, other)}
    done = merge(supervisor, alice, other)
    late = make_interaction(alice.account, alice)
    merging.undo_merge(actor=supervisor.actor, merge=done)
    assert belongings.ids_of(other.pk) == was[other.pk]
    assert late.pk in belongings.ids_of(alice.pk)[CALL]
    assert merging.undo_merge(actor=supervisor.actor, merge=done).pk == other.pk
    assert Event.objects.filter(action="customer.split").count() == 1


def test_merges_on_merges_are_undone_in_any_order(account, supervisor, alice, other):
    third = make_customer(account, name="Alice B")
    was = {each.pk: belongings.ids_of(each.pk) for each in (alice, other, third)}
    inner = merge(supervisor, alice, other)
    outer = merge(supervisor, third, alice)
    merging.undo_merge(actor=supervisor.actor, merge=Merge.objects.get(pk=inner.pk))
    merging.undo_merge(actor=supervisor.actor, merge=Merge.objects.get(pk=outer.pk))
    now = {pk: {label: ids for label, ids in belongings.ids_of(pk).items() if label != "customers.Merge"} for pk in was}
    assert now == was


def test_a_split_moves_what_was_chosen_and_copies_what_is_shared(supervisor, alice):
    calls = [alice.interactions.get(), make_interaction(alice.account, alice)]
    phone, name = alice.identifiers.get(kind="phone"), alice.identifiers.get(kind="name")
    bob = merging.split_customer(
        actor=supervisor.actor, customer=alice, moving={CALL: [calls[1].pk], IDENTIFIER: [name.pk]}, shared=[phone.pk]
    )
    assert [each.pk for each in bob.interactions.all()] == [calls[1].pk]
    assert set(bob.identifiers.values_list("kind", flat=True)) == {"phone", "name"}
    copy = bob.identifiers.get(kind="phone")
    assert (bytes(copy.digest), copy.key_id == phone.key_id) == (bytes(phone.digest), False)
    opening = warrant(actor=supervisor.actor, action="customer.opened", account_id=alice.account_id, purpose="test")
    assert open_rows([copy], "value", warrant=opening)[copy.pk]["value"] == ALICE
    assert list(alice.identifiers.values_list("pk", flat=True)) == [phone.pk]


def test_a_split_leaves_something_and_takes_nothing_of_others(account, supervisor, alice, other):
    with pytest.raises(NotThese, match="Leave something"):
        merging.split_customer(actor=supervisor.actor, customer=alice, moving=belongings.ids_of(alice.pk))
    with pytest.raises(NotThese, match="not this customer's"):
        merging.split_customer(actor=supervisor.actor, customer=alice, moving={CALL: belongings.ids_of(other.pk)[CALL]})
    assert Customer.objects.count() == 2
    assert Interaction.objects.filter(customer=other).count() == 2


def test_a_hold_on_either_covers_both_and_goes_on_after_the_split(officer, supervisor, alice, other):
    hold(officer, other)
    done = merge(supervisor, alice, other)
    assert set(erasure.erase(Interaction.objects.all(), actor=supervisor.actor, ground="test").receipts) == set()
    merging.undo_merge(actor=supervisor.actor, merge=done)
    kept = erasure.erase(Interaction.objects.all(), actor=supervisor.actor, ground="test").kept
    assert len(kept) == 3
    assert Interaction.objects.filter(condemned_at=None).count() == 3


def test_an_open_request_on_either_is_in_the_way(account, supervisor, alice, other):
    asked = plan_request(actor=supervisor.actor, account=account, identifiers=["alice@example.com"])
    with pytest.raises(InTheWay, match=asked.reference):
        merge(supervisor, alice, other)
    with pytest.raises(InTheWay):
        merging.split_customer(actor=supervisor.actor, customer=other, moving={CALL: [other.interactions.first().pk]})
    assert Interaction.objects.filter(customer=other).count() == 2
    cancel_request(actor=supervisor.actor, request=asked)
    merge(supervisor, alice, other)
    assert Interaction.objects.filter(customer=alice).count() == 3


def test_who_is_being_forgotten_is_not_merged(supervisor, alice, other):
    erasure.condemn([other], actor=supervisor.actor, ground="test")
    with pytest.raises(Forgotten):
        merge(supervisor, alice, other)
    assert Customer.objects.filter(pk=other.pk).exists()


def test_only_supervisors_of_the_account(agent, officer, stranger, alice, other):
    for person in (agent, officer, stranger):
        with pytest.raises(Refused):
            merge(person, alice, other)
    with pytest.raises(NotThese):
        merging.merge_customers(actor=make_sure(alice), customer=alice, other=alice)
    assert Customer.objects.count() == 2


def make_sure(alice):
    from accounts import roles
    from tests.conftest import make_person

    return make_person("Sybil", alice.account, roles.SUPERVISOR).actor


def test_an_erasure_that_waits_for_a_merge_sees_the_hold_of_whom_the_call_now_belongs_to(
    officer, supervisor, alice, other
):
    """The eraser looked when the call was `other`'s, and gets its locks when it is Alice's, who is held."""
    call = other.interactions.first()
    hold(officer, alice)
    started, result = threading.Event(), []

    def erase():
        started.set()
        result.append(erasure.erase([call], actor=supervisor.actor, ground="test"))
        connections.close_all()

    with transaction.atomic():
        merge(supervisor, alice, other)
        thread = threading.Thread(target=erase)
        thread.start()
        started.wait(5)
        waits_for_lock()
    thread.join(20)
    assert not result[0].receipts
    assert len(result[0].kept) == 1
    assert Interaction.objects.get(pk=call.pk).is_living


def waits_for_lock():
    """Return when some backend waits for a lock."""
    import time

    for _ in range(200):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_merge_waits_for_an_import_under_way(account, supervisor, alice, other):
    done = threading.Event()

    def work():
        merge(supervisor, alice, other)
        done.set()
        connections.close_all()

    with transaction.atomic():
        take_turn(account.pk)
        thread = threading.Thread(target=work)
        thread.start()
        waits_for_lock()
        assert not done.is_set()
    thread.join(20)
    assert done.is_set()


def test_customers_are_found_by_any_spelling_and_the_search_is_on_record(account, supervisor, alice, other):
    give_identifier(other, Kind.PHONE, ALICE)
    found = find_customers(actor=supervisor.actor, account=account, lines=["(202) 555-0147", "alice@example.com"])
    assert {each.customer.pk: each.by for each in found} == {alice.pk: (1,), other.pk: (1, 2)}
    assert Event.objects.filter(action="customer.searched", outcome="done").count() == 1


def test_finding_nobody_leaves_nothing_of_what_was_typed(account, supervisor, alice):
    from customers.errors import NotRead
    from trail.models import Detail

    with pytest.raises(NotRead):
        find_customers(actor=supervisor.actor, account=account, lines=[BOB])
    assert not Detail.objects.filter(digests__overlap=[digest(account.pk, Kind.PHONE, BOB)]).exists()
