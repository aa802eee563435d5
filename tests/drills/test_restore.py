"""The drill: back up, forget, renew and rotate everything, put the old data back beside today's keyring.

With the samples, the real dump and the real commands. Afterwards the forgotten person opens with no code of the product
and with no key that is left anywhere; everybody else opens; and the erasures are repeated.
"""

import hmac
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from accounts import roles
from accounts.models import Account
from customers.models import Identifier
from interactions.models import Recording
from jobs import key_care, restores
from privacy import blind_index, dumping, keys, restored
from privacy import map as data_map
from privacy.blind_index import IndexKeyGone, digest
from privacy.keyring import safe_elsewhere
from privacy.keyring.models import Block, Destroyed, Key, Tombstone
from privacy.keyring.renewal import renew_blocks
from privacy.keyring.ring import KeyLost, create_keys, load_keys, shred
from privacy.models import Restoration, SealedField
from privacy.open import content_context, store
from privacy.sealing import context
from rtbf.models import Request, State
from tests.conftest import make_person
from tests.looking import opened_values, places_of
from tests.makers import make_account
from tests.privacy.renewing import block_keys_left, opens_with_any
from trail.actor import Actor
from vault.errors import Tampered
from vault.key_directory import KeyDirectory
from vault.root_key import RootKeyFile
from vault.wrapping import open_value, unwrap

pytestmark = pytest.mark.django_db(transaction=True)
PATRICIA = "+12025550147"
CANARIES = ("2025550147", "202 555 0147", "202-555-0147", "Patricia", "CUST-1001")
Place = tuple[str, UUID, str]


@pytest.fixture(autouse=True)
def own_house(tmp_path: Path, settings, monkeypatch) -> Iterator[None]:
    """Keys of the test's own, an empty store, no queue."""
    KeyDirectory.create(tmp_path / "keys")
    settings.KEY_DIRECTORY = tmp_path / "keys"
    keys.directory.cache_clear()
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    monkeypatch.setattr(blind_index, "LEARNT_AFTER_S", 0.05)
    for name in list(store().names()):
        store().delete(name)
    yield
    keys.directory.cache_clear()


@dataclass
class House:
    """What is known from before: every sealed value, every wrapped key, where the backup lies."""

    account: Account
    values: dict[Place, str] = field(default_factory=dict)
    wrapped: dict[UUID, bytes] = field(default_factory=dict)
    data: Path = Path()
    keyring: Path = Path()
    indexes: set[bytes] = field(default_factory=set)


def values_by_place() -> dict[Place, str]:
    """Open every sealed value of every row whose key is there."""
    found: dict[Place, str] = {}
    there = set(Key.objects.values_list("pk", flat=True))
    for row, names in sealed_rows():
        if row.key_id in there:
            key = load_keys([row.key_id])[row.key_id]
            for name in names:
                if getattr(row, name) is not None:
                    opened = open_value(key, bytes(getattr(row, name)), context=context(row, name))
                    found[row._meta.label, row.pk, name] = opened.decode()
    return found


def wrapped_keys() -> dict[UUID, bytes]:
    return {key_id: bytes(wrapped) for key_id, wrapped in Key.objects.values_list("pk", "wrapped")}


def sealed_rows() -> Iterator[tuple[Any, list[str]]]:
    for entry in data_map.erasable():
        names = [each.name for each in entry.model._meta.concrete_fields if isinstance(each, SealedField)]
        rows: Any = entry.model._default_manager
        yield from ((row, names) for row in rows.exclude(key_id=None))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """The samples, taken in and backed up."""
    account = make_account("Harper Valley Bank", grace_hours=0)
    make_person("Susan", account, roles.SUPERVISOR)
    call_command("import_interactions", str(settings.SAMPLES / "pbx"), account=account.name, verbosity=0)
    restored.advance()
    house = House(account, values_by_place(), wrapped_keys())
    house.indexes = {bytes(index) for index in Identifier.objects.values_list("digest", flat=True)}
    call_command("backup", to=tmp_path / "to/data", copy_store=True, keyring_to=tmp_path / "to/keyring")
    (house.data,), (house.keyring,) = (list((tmp_path / "to" / kind).iterdir()) for kind in ("data", "keyring"))
    return house


def forget(account: Account) -> None:
    call_command("forget", account=account.name, identifier=[PATRICIA], actor="susan@example.com", confirm="FORGET",
                 wait=True)  # fmt: skip


def put_back(dump: Path, alias: str) -> None:
    """Put a dump back with PostgreSQL's own program, in the place of what is there."""
    for connection in connections.all():
        connection.close()
    facts = connections[alias].settings_dict
    said = subprocess.run(
        [dumping.find_program("pg_restore"), "--clean", "--if-exists", "--no-owner", "--no-privileges",
         "--exit-on-error", f"--dbname={dumping.conninfo(alias)}", str(dump)],
        env={"PGPASSWORD": facts["PASSWORD"]}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-2_000:]


def put_back_store(house: House) -> None:
    living = Path(settings.LETHE_HOME) / "store"
    for copy in (house.data / "store").rglob("*"):
        if copy.is_file():
            target = living / copy.relative_to(house.data / "store")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(copy, target)


def end_of_the_drill(house: House) -> None:
    """Forget, renew, rotate the root and the index, and put the old data and the old files back."""
    forget(house.account)
    assert Request.objects.get().state == State.COMPLETED
    shell = Actor.shell("root")
    assert key_care.renew(actor=shell).destroyed
    key_care.rotate_root(actor=shell)
    key_care.rotate_index_key(house.account.pk, actor=shell)
    put_back(house.data / "data.dump", "default")
    put_back_store(house)
    keys.directory.cache_clear()
    blind_index._known.clear()


def test_the_drill(house, services, capsys):
    assert any(canary in value for value in house.values.values() for canary in CANARIES)
    end_of_the_drill(house)

    # The old copy is back: her rows, their sealed bytes, her files. The keyring is today's.
    rows = {row.pk: (row, names) for row, names in sealed_rows()}
    forgotten = set(Tombstone.objects.values_list("key_id", flat=True))
    hers = [pair for pair in rows.values() if pair[0].key_id in forgotten]
    assert len(hers) > 10
    assert all(store().exists(row.blob) for row in Recording.objects.all())

    # No code of the product opens her: what opens says nothing of her, and everybody else opens as before.
    now = values_by_place()
    assert not any(canary in value for value in now.values() for canary in CANARIES)
    others = {place: value for place, value in house.values.items() if rows[place[1]][0].key_id not in forgotten}
    assert now == others
    assert len(others) > len(hers)
    assert {place for place in places_of(*CANARIES) if place != "django_migrations"} == set()
    for sound in Recording.objects.exclude(content_key_id__in=forgotten):
        key = load_keys([sound.content_key_id])[sound.content_key_id]
        with store().open(sound.blob, key, context=content_context(sound._meta.label, sound.pk)) as reader:
            assert reader.size == sound.size_bytes

    # Neither do her raw bytes with any key that is left: not her rows, not her files, not her wrapped keys.
    living = list(load_keys(Key.objects.values_list("pk", flat=True)).values())
    assert_nothing_opens(hers, living)
    blocks = block_keys_left()
    copies = {key_id: bytes(house.wrapped[key_id]) for key_id in forgotten & house.wrapped.keys()}
    assert copies
    assert all(opens_with_any(copy, key_id, blocks) is None for key_id, copy in copies.items())
    assert not any(opens_with_any(copy, key_id, living) for key_id, copy in copies.items())
    survivor = next(iter(house.wrapped.keys() - forgotten))
    assert unwrap_now(survivor, blocks) is not None, "the same search opens what lives"

    # PostgreSQL's files still hold the wrapped bytes; what opened them is gone from the disk.
    with connections["keyring"].cursor() as cursor:
        cursor.execute("CHECKPOINT") if can_checkpoint(cursor) else safe_elsewhere.wait(safe_elsewhere.OwnDisk())
    raw = [file.read_bytes() for file in services.postgres.data.rglob("*") if file.is_file()]
    assert any(copy in content for copy in copies.values() for content in raw)
    used = set(Tombstone.objects.filter(key_id__in=copies).values_list("block", "version"))
    assert used <= set(Destroyed.objects.exclude(at=None).values_list("block", "version"))
    assert not any(keys.directory().has_block_key(block, version) for block, version in used)

    # Her number can't be tried against the old indexes, with any secret that is left.
    with pytest.raises(IndexKeyGone):
        digest(house.account.pk, "phone", PATRICIA)
    assert_indexes_are_dead(house)

    assert_noticed(house)
    assert_repeated(house, hers, others, forgotten)
    said = capsys.readouterr()
    assert not any(canary in said.out + said.err for canary in CANARIES)
    call_command("fsck")

    # The old export comes again: the ledger is today's and brings nothing of her back.
    call_command("import_interactions", str(settings.SAMPLES / "pbx"), account=house.account.name, verbosity=0)
    assert "forgotten" in capsys.readouterr().out
    assert not any(canary in value for value in values_by_place().values() for canary in CANARIES)


def assert_noticed(house: House) -> None:
    """It is noticed, and disposal by age waits."""
    assert restored.compare().older == restored.DATA
    assert restored.disposal_paused(house.account.pk)
    restores.look()
    assert Restoration.objects.get().lost == restored.DATA
    assert restored.disposal_paused(house.account.pk)


def assert_repeated(
    house: House, hers: list[tuple[Any, list[str]]], others: dict[Place, str], forgotten: set[UUID]
) -> None:
    """The erasures are repeated, and the indexes made anew: nobody finds her, everybody else is found."""
    call_command("replay_erasures")
    assert not any(row.key_id in forgotten for row, _ in sealed_rows())
    assert not any(store().exists(row.blob) for row, _ in hers if isinstance(row, Recording))
    assert values_by_place().keys() >= {place for place in others if place[0] != "rtbf.RequestedIdentifier"}
    call_command("rotate_index_key", account=house.account.name, rebuild=True)
    assert not Identifier.objects.indexed(house.account.pk, [digest(house.account.pk, "phone", PATRICIA)]).exists()
    known = Identifier.objects.filter(kind="phone", condemned_at=None)[0]
    number = next(value for (_, pk, name), value in others.items() if pk == known.pk and name == "value")
    with suppress(ValueError):
        from customers.identifiers import Kind, normalise

        number = normalise(Kind.PHONE, number, regions=["US"]).value
    assert Identifier.objects.indexed(house.account.pk, [digest(house.account.pk, "phone", number)]).exists()


def assert_nothing_opens(hers: list[tuple[Any, list[str]]], living: list[bytes]) -> None:
    for row, names in hers:
        for name in names:
            sealed = getattr(row, name)
            for key in living if sealed is not None else ():
                with pytest.raises(Tampered):
                    open_value(key, bytes(sealed), context=context(row, name))
        if isinstance(row, Recording):
            for key in living:
                with pytest.raises(Tampered):
                    store().open(row.blob, key, context=content_context(row._meta.label, row.pk))


def unwrap_now(key_id: UUID, blocks: list[bytes]) -> bytes | None:
    return opens_with_any(bytes(Key.objects.get(pk=key_id).wrapped), key_id, blocks)


def can_checkpoint(cursor: Any) -> bool:
    cursor.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'MEMBER')")
    return bool(cursor.fetchone()[0])


def assert_indexes_are_dead(house: House) -> None:
    """Uncover each old index with every secret left, and compare it with what her number gives under every secret."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    directory = keys.directory()
    secrets = [directory.secret(name) for name in directory.secret_names("")]
    targets = {hmac.digest(secret, f"phone\0{PATRICIA}".encode(), "sha256") for secret in secrets}
    assert len(secrets) >= 2
    stored = {bytes(index) for index in Identifier.objects.exclude(digest=None).values_list("digest", flat=True)}
    assert stored == house.indexes
    for index in stored:
        for secret in secrets:
            decryptor = Cipher(algorithms.AES256(secret), modes.ECB()).decryptor()  # noqa: S305 - as the attacker would
            assert decryptor.update(index[1:]) not in targets
    ciphers = [Cipher(algorithms.AES256(secret), modes.ECB()) for secret in secrets]  # noqa: S305 - as the attacker would
    covered = {cipher.encryptor().update(target) for cipher in ciphers for target in targets}
    assert not covered & {index[1:] for index in stored}


def test_before_the_rotation_the_same_search_would_find_her(house):
    """The search for dead indexes is able to find living ones."""
    with pytest.raises(AssertionError):
        assert_indexes_are_dead(house)


def test_the_replay_stops_at_a_key_that_is_merely_lost(house):
    end_of_the_drill(house)
    forgotten = set(Tombstone.objects.values_list("key_id", flat=True))
    kept = next(row for row, _ in sealed_rows() if row.key_id not in forgotten)
    lost = Key.objects.get(pk=kept.key_id)
    Key.objects.filter(pk=lost.pk).delete()
    before = {entry.label: entry.model._default_manager.count() for entry in data_map.erasable()}

    with pytest.raises(CommandError, match="No record was erased"):
        call_command("replay_erasures")
    with pytest.raises(KeyLost):
        load_keys([kept.key_id])

    after = {entry.label: entry.model._default_manager.count() for entry in data_map.erasable()}
    assert {label: after[label] - before[label] for label in after if after[label] != before[label]} == {}
    lost.save(force_insert=True)
    call_command("replay_erasures")
    assert not any(row.key_id in forgotten for row, _ in sealed_rows())


def test_an_old_keyring_beside_todays_data_brings_nobody_back(house):
    """Its blocks were renewed since, so what it holds opens no more; what was sentenced is shredded again."""
    forget(house.account)
    gone = set(Tombstone.objects.values_list("key_id", flat=True)) & house.wrapped.keys()
    key_care.renew(actor=Actor.shell("root"))
    put_back(house.keyring / "keyring.dump", "keyring")
    keys.directory.cache_clear()
    assert set(Key.objects.values_list("pk", flat=True)) >= gone
    assert all(opens_with_any(bytes(house.wrapped[key_id]), key_id) is None for key_id in gone)

    with suppress(CommandError):
        call_command("replay_erasures")

    assert not Key.objects.filter(pk__in=gone).exists()
    assert restored.compare().older == restored.KEYRING
    assert restored.disposal_paused(house.account.pk)


def test_a_standby_that_is_lost_stops_the_destruction_and_nothing_else(settings, monkeypatch):
    """The configured standby is gone: keys are made, shredded and renewed, and no old block key is destroyed."""
    settings.KEYRING_STANDBY = "keyring-two"
    gone, kept = create_keys(UUID(int=1), 2)
    copy = bytes(Key.objects.get(pk=gone.id).wrapped)
    shred([gone.id])

    with monkeypatch.context() as impatient:
        impatient.setattr(safe_elsewhere.wait, "__kwdefaults__", {"patience_s": 0.05})
        renewed = renew_blocks()

    assert (renewed.blocks, renewed.destroyed, renewed.waiting) == (1, 0, 1)
    assert "keyring-two is not connected" in renewed.because
    assert opens_with_any(copy, gone.id) == gone.key, "nothing is claimed that is not so"
    assert load_keys([kept.id, gone.id]) == {kept.id: kept.key}
    block = Block.objects.get()
    root = RootKeyFile(Path(settings.KEY_DIRECTORY))
    file = Path(settings.KEY_DIRECTORY) / f"blocks/{block.pk}.1"
    old = root.unwrap(file.read_bytes(), context=f"blocks/{block.pk}.1".encode())
    assert unwrap(old, copy, context=gone.id.bytes) == gone.key

    settings.KEYRING_STANDBY = ""
    assert renew_blocks().destroyed == 1
    assert opens_with_any(copy, gone.id) is None
    assert load_keys([kept.id]) == {kept.id: kept.key}
    assert opened_values() is not None
