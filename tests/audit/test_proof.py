from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from tests.audit.conftest import act, seal
from trail import inclusion as module
from trail.checkpoint_file import PUBLIC_KEY
from trail.inclusion import Span, prove
from trail.merkle import Frontier, inclusion_proof, leaf_hash, root_of
from trail.models import Checkpoint, Event

LEAVES = [leaf_hash(bytes([number])) for number in range(70)]


@pytest.mark.parametrize("first", [0, 1, 2, 3, 5, 8, 13, 31, 32, 33, 64])
def test_the_path_is_that_of_the_whole_tree(first):
    tree = Frontier()
    for leaf in LEAVES[:first]:
        tree.add(leaf)
    packed = tree.to_bytes()
    subtrees = [packed[at : at + 32] for at in range(0, len(packed), 32)]
    for size in range(first + 1, len(LEAVES) + 1):
        span = Span(first, subtrees, LEAVES[first:size])
        assert span.root(0, size) == root_of(LEAVES[:size])
        for index in (first, (first + size) // 2, size - 1):
            assert span.path(index, 0, size) == inclusion_proof(LEAVES[:size], index)


@pytest.fixture
def sealed(transactional_db, agent) -> list[Event]:
    events = []
    for number in (3, 1, 4):
        events += [act(agent) for _ in range(number)]
        seal()
    return events


@pytest.fixture
def tamper() -> Callable[..., None]:
    def run(statement: str, *values: str | bytes | UUID) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            try:
                cursor.execute(statement, values)
            finally:
                cursor.execute("RESET session_replication_role")

    return run


def test_every_sealed_entry_is_proved(sealed):
    proofs = [prove(event) for event in sealed]
    assert all(proof.holds for proof in proofs)
    assert [proof.position for proof in proofs] == list(range(8))
    assert [proof.size for proof in proofs] == [3, 3, 3, 4, 8, 8, 8, 8]
    assert proofs[5].sealed_at == Checkpoint.objects.get(size=8).at


def test_an_entry_that_waits_says_so(sealed, agent):
    proof = prove(act(agent))
    assert not proof.holds
    assert proof.position is None
    assert "no place" in proof.says


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE trail_event SET text = replace(text, 'played', 'stayed') WHERE id = %s", "not as it was sealed"),
        ("UPDATE trail_position SET seq = seq + 100 WHERE event_id = %s", "No signed checkpoint"),
        ("DELETE FROM trail_checkpoint WHERE size = 8 AND %s IS NOT NULL", "No signed checkpoint"),
        ("UPDATE trail_checkpoint SET note = replace(note, E'\n8\n', E'\n9\n') WHERE %s IS NOT NULL", "forged"),
        ("UPDATE trail_checkpoint SET frontier = '\\x00' WHERE size = 4 AND %s IS NOT NULL", "not as it was sealed"),
    ],
)
def test_what_was_tampered_with_is_not_proved(sealed, tamper, statement, says):
    tamper(statement, sealed[5].pk)
    proof = prove(Event.objects.get(pk=sealed[5].pk))
    assert not proof.holds
    assert says in proof.says


def test_a_changed_neighbour_shows(sealed, tamper):
    tamper("UPDATE trail_event SET leaf_hash = %s WHERE id = %s", bytes(32), sealed[6].pk)
    assert not prove(sealed[5]).holds
    assert prove(sealed[3]).holds


def test_without_the_public_key_nothing_is_claimed(sealed, checkpoints):
    (checkpoints / PUBLIC_KEY).unlink()
    assert not prove(sealed[0]).holds
    assert "public key" in prove(sealed[0]).says


def test_the_work_is_bounded(sealed, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    assert "Too many" in prove(sealed[5]).says
    assert prove(sealed[0]).holds
