"""Rotation of an index key: the living are found as before, an old copy is matched with nothing."""

import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from customers.models import Customer, Identifier
from interactions.models import Mention, SourceId
from privacy import blind_index, index_rotation, keys
from privacy.blind_index import IndexKeyGone, Stream, cover_name, digest, lasting, secret_name
from privacy.index_rotation import NotSettled, columns, rotate, unlinkable_since
from privacy.models import IndexKey
from tests.looking import ALICE, BOB
from tests.makers import make_customer, make_interaction
from trail.append import append
from trail.models import Detail, Event
from vault.key_directory import KeyDirectory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_keys")]


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(blind_index, "LEARNT_AFTER_S", 0.05)
    monkeypatch.setattr(index_rotation, "BATCH", 2)


@pytest.fixture
def people(account) -> tuple[Customer, Customer]:
    alice, bob = make_customer(account, phone=ALICE, name="Alice"), make_customer(account, phone=BOB)
    make_interaction(account, alice, phone=ALICE, comment="call me at 202 555 0147")
    make_interaction(account, bob, phone=BOB, comment="and me at 202 555 0148", transcript=[("customer", "hello")])
    return alice, bob


def found(account, phone: str) -> list:
    index = digest(account.pk, "phone", phone)
    return list(Identifier.objects.indexed(account.pk, [index]).values_list("customer_id", flat=True))


def stored() -> set[bytes]:
    single = [each for each in columns() if not each.many]
    rows = [each.model.objects.exclude(**{each.name: None}).values_list(each.name, flat=True) for each in single]
    return {bytes(value) for values in rows for value in values}


def test_the_living_are_found_as_before_and_nothing_of_the_old_is_left(account, people, own_keys):
    alice, bob = people
    before, mentions = stored(), Mention.objects.count()
    assert len(before) > 6

    rotated = rotate(account.pk)

    assert (rotated.generation, rotated.late, rotated.unreadable) == (2, 0, 0)
    assert rotated.rows >= len(before)
    assert stored() & before == set()
    assert (found(account, ALICE), found(account, BOB)) == ([alice.pk], [bob.pk])
    spoken = Mention.objects.filter(account=account, digest=digest(account.pk, "phone", ALICE))
    assert spoken.count() == 1 < mentions
    assert keys.directory().secret_names(secret_name(account.pk)) == [
        secret_name(account.pk), cover_name(account.pk, 2)
    ]  # fmt: skip
    assert not list((own_keys / "secrets").glob(f"*{account.pk}-1*"))


def test_an_old_copy_of_the_data_is_matched_with_nothing_and_noticed(account, people):
    index = digest(account.pk, "phone", ALICE)
    copy = list(Identifier.objects.values("pk", "digest"))
    rotate(account.pk)

    with pytest.raises(IndexKeyGone):
        lasting(account.pk, index)
    assert digest(account.pk, "phone", ALICE) not in {bytes(row["digest"]) for row in copy}

    IndexKey.objects.all().delete()
    blind_index._known.clear()
    with pytest.raises(IndexKeyGone, match="a copy from before a rotation"):
        digest(account.pk, "phone", ALICE)
    with pytest.raises(IndexKeyGone):
        rotate(account.pk)


def test_rotating_again_and_again(account, people):
    for number in (2, 3, 4):
        assert rotate(account.pk).generation == number
    assert found(account, ALICE) == [people[0].pk]


def test_other_accounts_are_left_alone(account, other_account, people):
    far = make_customer(other_account, phone=ALICE)
    rotate(account.pk)
    assert found(other_account, ALICE) == [far.pk]
    assert blind_index.generation(other_account.pk) == 1


def test_what_lasts_is_the_same_before_and_after(account):
    index = digest(account.pk, "source", "uniqueid:1")
    known = lasting(account.pk, index)
    rotate(account.pk)
    assert lasting(account.pk, digest(account.pk, "source", "uniqueid:1")) == known != index


def test_indexes_from_before_there_was_a_cover_get_one(account, people):
    """An installation from before has an index key and no cover: its indexes are bare, and stay findable."""
    bare = {row.pk: lasting(account.pk, row.digest) for row in Identifier.objects.all()}
    for pk, index in bare.items():
        Identifier.objects.filter(pk=pk).update(digest=index)
    keys.directory().destroy_secret(cover_name(account.pk, 1))
    blind_index._known.clear()
    blind_index._of_thread.__dict__.clear()
    assert blind_index.generation(account.pk) == blind_index.UNCOVERED
    assert found(account, ALICE) == [people[0].pk]

    assert rotate(account.pk).generation == 1
    assert found(account, ALICE) == [people[0].pk]
    assert {len(index) for index in Identifier.objects.values_list("digest", flat=True)} == {33}


def test_lists_of_indexes_are_rotated_too(account, supervisor):
    from trail.append import append

    index = digest(account.pk, "phone", ALICE)
    append("customer.searched", actor=supervisor.actor, detail={"phone": ALICE}, found_by=[index])
    rotate(account.pk)
    new = digest(account.pk, "phone", ALICE)
    assert new != index
    assert Detail.objects.filter(digests__overlap=[new]).count() == 1
    assert not Detail.objects.filter(digests__overlap=[index]).exists()


def test_large_content_has_an_index_that_is_covered_like_the_others(account):
    def of(*blocks: bytes) -> bytes:
        stream = Stream(account.pk, "content")
        for block in blocks:
            stream.update(block)
        return stream.digest()

    assert of(b"ab", b"c") == of(b"abc") != of(b"abd")
    old = of(b"abc")
    bare = lasting(account.pk, old)
    rotate(account.pk)
    assert lasting(account.pk, of(b"abc")) == bare
    assert of(b"abc") != old


STEPS = [
    (KeyDirectory, "create_secret", False), (KeyDirectory, "create_secret", True), (index_rotation, "_change", True),
    (index_rotation, "_switch", True), (index_rotation, "_wait_for_the_others", True),
    (index_rotation, "_bring_over", True), (KeyDirectory, "destroy_secret", False),
    (KeyDirectory, "destroy_secret", True),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "after"), STEPS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_killed_at_any_step_the_next_run_completes_it(account, people, monkeypatch, owner, name, after):
    assert blind_index.generation(account.pk) == 1
    real, left = getattr(owner, name), [1]

    def die(*args, **options):
        if left and not after:
            left.clear()
            raise KeyboardInterrupt
        result = real(*args, **options)
        if left:
            left.clear()
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        with pytest.raises(KeyboardInterrupt):
            rotate(account.pk)
    assert found(account, ALICE) == [people[0].pk]

    rotate(account.pk)

    assert found(account, ALICE) == [people[0].pk]
    assert found(account, BOB) == [people[1].pk]
    number = blind_index.generation(account.pk)
    assert keys.directory().secret_names(cover_name(account.pk, 0)[:-1]) == [cover_name(account.pk, number)]
    assert {index[0] for index in stored() if len(index) == 33} == {number}


def test_what_another_process_wrote_with_the_old_key_is_brought_over(account, people, monkeypatch):
    """It had learnt the generation just before the switch and wrote after it."""
    carol = make_customer(account)
    late = digest(account.pk, "phone", "+12025550149")
    twice = digest(account.pk, "source", "uniqueid:9")
    call = make_interaction(account, carol)
    real = index_rotation._switch

    def switch(*args):
        real(*args)
        SourceId.objects.create(account=account, interaction=call, digest=digest(account.pk, "source", "uniqueid:9"))
        SourceId.objects.create(account=account, interaction=call, digest=twice)
        Identifier.objects.create(account=account, customer=carol, kind="phone", digest=late)

    monkeypatch.setattr(index_rotation, "_switch", switch)
    assert rotate(account.pk).late == 2
    assert found(account, "+12025550149") == [carol.pk]
    assert call.source_ids.filter(digest=digest(account.pk, "source", "uniqueid:9")).count() == 1


def test_the_old_key_stays_while_a_transaction_from_before_is_open(account, people):
    begun, go_on = threading.Event(), threading.Event()

    def linger() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            begun.set()
            go_on.wait(20)
        connections.close_all()

    thread = threading.Thread(target=linger)
    thread.start()
    assert begun.wait(10)
    with pytest.raises(NotSettled):
        rotate(account.pk, patience_s=0.3)
    assert cover_name(account.pk, 1) in keys.directory().secret_names(secret_name(account.pk))
    assert found(account, ALICE) == [people[0].pk]
    go_on.set()
    thread.join(20)
    assert rotate(account.pk).generation == 2
    assert cover_name(account.pk, 1) not in keys.directory().secret_names(secret_name(account.pk))


def test_taking_in_waits_for_the_switch_and_then_knows_the_new_key(account, people, monkeypatch):
    seen: list[int] = []
    begun = threading.Event()
    real = index_rotation._prove

    def slow(account_id, old):
        begun.set()
        time.sleep(0.5)
        real(account_id, old)

    def take_in() -> None:
        begun.wait(10)
        from interactions.ingest import _one_at_a_time

        with transaction.atomic():
            _one_at_a_time(account)
            seen.append(blind_index.generation(account.pk))
        connections.close_all()

    monkeypatch.setattr(index_rotation, "_prove", slow)
    monkeypatch.setattr(blind_index, "LEARNT_AFTER_S", 30.0)
    monkeypatch.setattr(index_rotation, "_wait_for_the_others", lambda deadline: None)
    assert blind_index.generation(account.pk) == 1
    thread = threading.Thread(target=take_in)
    thread.start()
    rotate(account.pk)
    thread.join(20)
    assert seen == [2]


def test_the_certificate_may_name_the_moment_a_minute_after_the_old_key_went(account):
    erased_at = timezone.now()
    assert unlinkable_since(account.pk, erased_at) is None
    rotate(account.pk)
    assert unlinkable_since(account.pk, erased_at) is None
    settled = timezone.now() - timedelta(minutes=2)
    IndexKey.objects.update(settled_at=settled)
    assert unlinkable_since(account.pk, erased_at) == settled + timedelta(minutes=1)
    assert unlinkable_since(account.pk, timezone.now()) is None


def test_a_restored_copy_gets_its_indexes_anew_from_what_its_rows_say(account, people, supervisor):
    from jobs.key_care import rebuild_index
    from tests.restoring import copy_of, put_back

    alice, bob = people
    make_interaction(
        account, bob, transcript=[("agent", "whose number"), ("customer", "my wife has two zero two 555 01 47")]
    )
    mentions = {
        row.pk: bytes(lasting(account.pk, row.digest)) for row in Mention.objects.filter(account=account)
    }  # fmt: skip
    known = {row.pk: bytes(lasting(account.pk, row.digest)) for row in Identifier.objects.filter(account=account)}
    copy = copy_of("default")
    rotate(account.pk)
    put_back("default", copy)
    blind_index._known.clear()
    with pytest.raises(IndexKeyGone):
        found(account, ALICE)

    rebuilt = rebuild_index(account.pk, actor=supervisor.actor)

    assert rebuilt.generation == 3
    assert (found(account, ALICE), found(account, BOB)) == ([alice.pk], [bob.pk])
    assert {row.pk: lasting(account.pk, row.digest) for row in Identifier.objects.filter(account=account)} == known
    again = {row.pk: lasting(account.pk, row.digest) for row in Mention.objects.filter(account=account)}
    assert sorted(again.values()) == sorted(mentions.values())
    assert rebuilt.computed >= len(known) + len(mentions)
    every = sum(column.model.objects.count() for column in columns() if not column.many)
    assert rebuilt.random == every - len(known) - len(mentions)
    assert rotate(account.pk).unreadable == 0


def test_from_the_shell_after_a_restore(account, people, supervisor, capsys):
    """Acts in which somebody was searched for are found by that person again; others have an empty list."""
    index = digest(account.pk, "phone", ALICE)
    searched = append(
        "customer.searched",
        actor=supervisor.actor,
        account_id=account.pk,
        detail={"identifiers": ALICE},
        found_by=[index],
    )
    other = append(
        "customer.opened", actor=supervisor.actor, account_id=account.pk, detail={"note": ALICE}, found_by=[index]
    )
    rotate(account.pk)
    IndexKey.objects.all().delete()
    blind_index._known.clear()
    call_command("rotate_index_key", account=account.name, rebuild=True)
    said = capsys.readouterr().out
    assert "indexes were computed anew" in said
    assert "it would be taken in twice" in said
    assert found(account, ALICE) == [people[0].pk]
    assert Event.objects.get(action="index_key.rebuilt").account_id == account.pk
    assert digest(account.pk, "phone", ALICE) in [bytes(each) for each in Detail.objects.get(pk=searched.pk).digests]
    assert Detail.objects.get(pk=other.pk).digests == []
