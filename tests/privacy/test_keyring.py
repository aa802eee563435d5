from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError, connections

from privacy import keys
from privacy.keyring.models import Block, Key, Taint, Tombstone, Version
from privacy.keyring.ring import KEYS_A_BLOCK, KeyLost, create_keys, load_keys, shred
from vault.errors import KeyMissing

pytestmark = pytest.mark.django_db(databases="__all__")
ACCOUNT = UUID(int=1)


def test_keys_come_back_as_they_were_made() -> None:
    made = create_keys(ACCOUNT, 3)

    assert load_keys(each.id for each in made) == {each.id: each.key for each in made}
    assert len({each.key for each in made}) == 3


def test_fifty_keys_cost_one_query(django_assert_num_queries) -> None:
    ids = [each.id for each in create_keys(ACCOUNT, 50)]

    with django_assert_num_queries(1, using="keyring"):
        assert len(load_keys(ids)) == 50


def test_a_block_holds_a_thousand_and_the_next_one_opens() -> None:
    create_keys(ACCOUNT, KEYS_A_BLOCK + 1)

    blocks = Block.objects.filter(account_id=ACCOUNT).order_by("id")
    assert [(each.used, each.open) for each in blocks] == [(KEYS_A_BLOCK, False), (1, True)]


def test_accounts_share_no_block() -> None:
    create_keys(ACCOUNT, 1)
    create_keys(UUID(int=2), 1)

    assert Block.objects.count() == 2


def test_the_database_holds_no_key_in_clear() -> None:
    (made,) = create_keys(ACCOUNT, 1)

    assert made.key not in bytes(Key.objects.get().wrapped)


def test_a_shredded_key_is_forgotten_and_its_block_is_marked() -> None:
    gone, kept = create_keys(ACCOUNT, 2)

    assert shred([gone.id]) == 1

    assert load_keys([gone.id, kept.id]) == {kept.id: kept.key}
    assert Tombstone.objects.get().key_id == gone.id
    block = Block.objects.get()
    assert list(Taint.objects.values_list("block", "version")) == [(block.pk, block.version)]


def test_shredding_twice_is_shredding_once() -> None:
    (gone,) = create_keys(ACCOUNT, 1)

    assert [shred([gone.id]), shred([gone.id])] == [1, 0]
    assert Tombstone.objects.count() == 1


def test_a_replaced_key_names_its_successor() -> None:
    old, new = create_keys(ACCOUNT, 2)

    shred([old.id], replaced_by={old.id: new.id})

    assert Tombstone.objects.get(key_id=old.id).replaced_by == new.id


def test_a_key_that_is_gone_without_a_tombstone_is_lost_and_nothing_is_destroyed() -> None:
    lost, kept = create_keys(ACCOUNT, 2)
    Key.objects.filter(pk=lost.id).delete()

    with pytest.raises(KeyLost, match="without having been forgotten"):
        load_keys([lost.id, kept.id])
    assert load_keys([kept.id])


def test_a_block_without_its_file_opens_nothing() -> None:
    (made,) = create_keys(ACCOUNT, 1)
    block = Block.objects.get()
    keys.directory().destroy_block_key(block.pk, block.version)

    with pytest.raises(KeyMissing):
        load_keys([made.id])


def test_a_key_cannot_stand_under_a_version_that_does_not_exist() -> None:
    create_keys(ACCOUNT, 1)
    block = Block.objects.get()

    with pytest.raises(IntegrityError, match="keyring_key_version"):
        Key.objects.create(id=uuid4(), block=block.pk, version=99, wrapped=b"x")


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_processes_that_make_keys_at_once_never_overfill_a_block() -> None:
    def make(_: int) -> int:
        try:
            return len(create_keys(ACCOUNT, 700))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(make, range(4))) == [700] * 4

    assert all(each.used <= KEYS_A_BLOCK for each in Block.objects.all())
    assert sum(Block.objects.values_list("used", flat=True)) == Key.objects.count() == 2_800
    assert Version.objects.count() == Block.objects.count()


def test_without_the_keyring_no_key_is_made(monkeypatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(connections["keyring"], "cursor", down)

    with pytest.raises(OperationalError):
        create_keys(ACCOUNT, 1)
