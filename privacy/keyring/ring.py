"""Make, look up and shred keys.

Keys are committed here before the row that needs them; a key row deleted here is dead for the product at once and,
after its block is renewed, for every backup. Nothing here joins the caller's data transaction: the keyring is a
database of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from privacy import keys
from privacy.ids import new_id
from privacy.lookups import array_of
from vault.errors import KeyMissing
from vault.wrapping import new_keys, unwrap, wrap_all

KEYS_A_BLOCK = 1_000
ALIAS = "keyring"

OPEN_BLOCK = """
    SELECT id, version, used FROM keyring_block WHERE account_id = %s AND open
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
COPY_KEYS = "COPY keyring_key (id, block, version, wrapped) FROM STDIN (FORMAT BINARY)"
KEY_TYPES = ("uuid", "int8", "int4", "bytea")
# Locked by id before anything goes, so that neither another shredding nor a renewal can wait for this one in a circle.
DELETE_KEYS = """
    WITH locked AS MATERIALIZED (SELECT id FROM keyring_key WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE),
    gone AS (
        DELETE FROM keyring_key AS key USING locked WHERE key.id = locked.id RETURNING key.id, key.block, key.version
    ), tombstones AS (
        INSERT INTO keyring_tombstone (key_id, at, replaced_by, block, version)
        SELECT wanted.id, now(), newer.id, gone.block, gone.version
        FROM unnest(%(ids)s::uuid[]) AS wanted (id) LEFT JOIN gone ON gone.id = wanted.id
        LEFT JOIN unnest(%(replaced)s::uuid[], %(newer)s::uuid[]) AS newer (old, id) ON newer.old = wanted.id
        ORDER BY wanted.id
        ON CONFLICT (key_id) DO UPDATE SET at = EXCLUDED.at, block = EXCLUDED.block, version = EXCLUDED.version
        WHERE EXCLUDED.block IS NOT NULL
    )
    SELECT block, min(version), count(*) FROM gone GROUP BY block
"""
TAINT = """
    WITH lost AS MATERIALIZED (
        SELECT found.block_id AS block, found.version
        FROM keyring_version AS found JOIN unnest(%s::bigint[], %s::int[]) AS gone (block, oldest)
            ON found.block_id = gone.block AND found.version >= gone.oldest
    ), marked AS (
        INSERT INTO keyring_taint (block, version, at) SELECT block, version, now() FROM lost ORDER BY block, version
        ON CONFLICT DO NOTHING
    )
    SELECT block, max(version) FROM lost GROUP BY block
"""
CORRECT_TOMBSTONES = """
    UPDATE keyring_tombstone AS tombstone SET version = newest.version
    FROM unnest(%s::bigint[], %s::int[]) AS newest (block, version)
    WHERE tombstone.key_id = ANY(%s::uuid[]) AND tombstone.block = newest.block AND tombstone.version < newest.version
"""


class KeyLost(Exception):
    """A key is gone without a tombstone: the keyring is older than the data, or damaged. Nothing was destroyed."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key made a moment ago: its id for the data row, its bytes for sealing."""

    id: UUID
    key: bytes


def create_keys(account_id: UUID, count: int) -> list[NewKey]:
    """Make `count` keys in the account's open blocks and commit them, all or none.

    Raises django.db.OperationalError when the keyring does not answer: then nothing may be sealed.
    """
    if not count:
        return []
    made: list[NewKey] = []
    rows: list[tuple[UUID, int, int, bytes]] = []
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        while len(made) < count:
            block, version, places = _take_places(cursor, account_id, count - len(made))
            fresh = [NewKey(new_id(), key) for key in new_keys(places)]
            rows += _wrapped(block, version, fresh)
            made += fresh
        with connections[ALIAS].wrap_database_errors, cursor.copy(COPY_KEYS) as copy:
            copy.set_types(KEY_TYPES)
            for row in rows:
                copy.write_row(row)
    return made


def _wrapped(block: int, version: int, fresh: Sequence[NewKey]) -> Iterator[tuple[UUID, int, int, bytes]]:
    block_key = keys.directory().block_key(block, version)
    wrapped = wrap_all(block_key, [(new.key, new.id.bytes) for new in fresh])
    return ((new.id, block, version, sealed) for new, sealed in zip(fresh, wrapped, strict=True))


def _take_places(cursor: CursorWrapper, account_id: UUID, wanted: int) -> tuple[int, int, int]:
    """Take places in an open block that no other transaction holds, or in a new one. Returns block, version, places."""
    cursor.execute(OPEN_BLOCK, [account_id])
    block, version, used = cursor.fetchone() or _new_block(cursor, account_id)
    places = min(wanted, KEYS_A_BLOCK - used)
    now_used = used + places
    cursor.execute(
        "UPDATE keyring_block SET used = %s, open = %s WHERE id = %s", [now_used, now_used < KEYS_A_BLOCK, block]
    )
    return block, version, places


def _new_block(cursor: CursorWrapper, account_id: UUID) -> tuple[int, int, int]:
    """Add a block; its key lies safely in the key directory first, since rows may only follow a key on the disk."""
    cursor.execute("SELECT nextval(pg_get_serial_sequence('keyring_block', 'id'))")
    (block,) = cursor.fetchone()
    keys.directory().create_block_key(block, 1)
    cursor.execute(
        "INSERT INTO keyring_block (id, account_id, version, used, open) VALUES (%s, %s, 1, 0, true)",
        [block, account_id],
    )
    cursor.execute("INSERT INTO keyring_version (block_id, version) VALUES (%s, 1)", [block])
    return block, 1, 0


def load_keys(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the living keys among `ids` in one query; forgotten ones are absent from the answer.

    A replaced key is not followed: the row that needs the newer one names it. Raises KeyLost when a key is gone without
    a tombstone, and django.db.OperationalError when the keyring does not answer.
    """
    wanted = list(set(ids))
    if not wanted:
        return {}
    try:
        found = _look_up(wanted)
    except KeyMissing:
        # A renewal moved the rows to a new version between the query and the look into the key directory.
        found = _look_up(wanted)
    _refuse_lost(set(wanted) - found.keys())
    return found


def _look_up(ids: list[UUID]) -> dict[UUID, bytes]:
    directory = keys.directory()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT id, block, version, wrapped FROM keyring_key WHERE id = ANY(%s)", [ids])
        rows = cursor.fetchall()
    return {
        key_id: unwrap(directory.block_key(block, version), bytes(wrapped), context=key_id.bytes)
        for key_id, block, version, wrapped in rows
    }


def _refuse_lost(missing: set[UUID]) -> None:
    if not missing:
        return
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT key_id FROM keyring_tombstone WHERE key_id = ANY(%s)", [list(missing)])
        lost = missing - {key_id for (key_id,) in cursor.fetchall()}
    if lost:
        raise KeyLost(
            f"{len(lost)} keys are missing from the keyring without having been forgotten. Nothing was opened or"
            " destroyed. Restore a newer keyring (docs/restore.md)."
        )


def shred(ids: Iterable[UUID], *, replaced_by: dict[UUID, UUID] | None = None) -> int:
    """Delete keys for ever, mark their blocks for renewal and leave tombstones. Safe to repeat.

    Returns how many keys were still there. The mark comes in a statement of its own: in the deleting statement it would
    see the snapshot from before a renewal under way.
    """
    wanted = array_of(sorted(set(ids), key=attrgetter("int")))
    newer = replaced_by or {}
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(DELETE_KEYS, {"ids": wanted, "replaced": list(newer), "newer": list(newer.values())})
        gone = cursor.fetchall()
        if gone:
            _taint(cursor, {block: oldest for block, oldest, _ in gone}, wanted)
    return sum(number for *_, number in gone)


def _taint(cursor: CursorWrapper, oldest: dict[int, int], wanted: str) -> None:
    """Mark the versions that lost a key, `oldest` of each block and all after it, and name the newest on tombstones.

    Newer versions than the row's are marked as well: a renewal that was rolled back has written the key under the
    newer one already, into the table's dead rows and the write-ahead log.
    """
    cursor.execute(TAINT, [list(oldest), list(oldest.values())])
    newest = dict(cursor.fetchall())
    # Only while a renewal is under way: nearly always the newest version is the one the keys stood under.
    if newest != oldest:
        cursor.execute(CORRECT_TOMBSTONES, [list(newest), list(newest.values()), wanted])
