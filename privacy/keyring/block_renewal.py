"""Give one block a new key: steps 1 to 3 of a renewal.

1. A new block key on the disk; one transaction adds its version and makes it current. 2. Every key under an older
version is wrapped anew, in batches. 3. The older version goes; the foreign key waits for whoever holds one of its keys
and refuses while a row stands under it (then back to 2). The version is noted to be destroyed, not destroyed: that is
for `renewal`, once the result is safe. A crash anywhere leaves an older version behind, from which the next call goes
on. One renewer works on a block at a time.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, IntegrityError, connections, transaction
from psycopg.errors import ForeignKeyViolation

from privacy import keys
from privacy.keyring.ring import ALIAS
from vault.errors import KeyExists
from vault.wrapping import unwrap, wrap_all

LOCK = 0x4C65_7468
"""The first of the advisory lock's two numbers; the block is the second."""
BATCH = 2_000

NEWEST = """
    SELECT greatest(
        (SELECT version FROM keyring_block WHERE id = %(block)s),
        (SELECT max(version) FROM keyring_version WHERE block_id = %(block)s),
        (SELECT max(version) FROM keyring_destroyed WHERE block = %(block)s)
    )
"""
CURRENT = """
    SELECT b.version,
        EXISTS (SELECT 1 FROM keyring_version v WHERE v.block_id = b.id AND v.version < b.version),
        EXISTS (SELECT 1 FROM keyring_taint t WHERE t.block = b.id AND t.version = b.version)
    FROM keyring_block b WHERE b.id = %s
"""
LEFT_BEHIND = """
    SELECT id, version, wrapped FROM keyring_key WHERE block = %s AND version < %s ORDER BY id LIMIT %s FOR UPDATE
"""
# Two long texts instead of two arrays: writing an array out costs more than wrapping its keys.
REWRAP = """
    UPDATE keyring_key AS key SET version = %s, wrapped = decode(fresh.wrapped, 'hex')
    FROM unnest(string_to_array(%s, ',')::uuid[], string_to_array(%s, ',')) AS fresh (id, wrapped)
    WHERE key.id = fresh.id
"""
RETIRE = """
    WITH retired AS (DELETE FROM keyring_version WHERE block_id = %s AND version < %s RETURNING block_id, version)
    INSERT INTO keyring_destroyed (block, version) SELECT block_id, version FROM retired
    ON CONFLICT (block, version) DO UPDATE SET at = NULL
"""

logger = logging.getLogger(__name__)


@contextmanager
def only_renewer(block: int) -> Iterator[bool]:
    """Hold the block's lock for the `with` block; the value says whether it was free. It dies with the connection."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, block])
        (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held:
            _give_back(block)


def _give_back(block: int) -> None:
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, block])
    except Error:
        logger.info("The connection was gone already, and the lock on block %s with it.", block)


def renew_block(block: int, *, anyway: bool = False) -> int | None:
    """Bring a block to a version that lost no key, or with `anyway` to a new one.

    Returns how many keys were wrapped anew, None when there was nothing to do. Call it as the only renewer and outside
    a transaction. Raises vault.errors.VaultError when a key does not open, and django.db.OperationalError when the
    keyring does not answer: then nothing was destroyed and the next call goes on.
    """
    version, unfinished, tainted = _state(block)
    if not (unfinished or tainted or anyway):
        return None
    count = _move_all(block, version) if unfinished else 0
    if tainted or anyway:
        count += _move_all(block, _begin_version(block))
    return count


def _state(block: int) -> tuple[int, bool, bool]:
    """Return the current version, whether an older one is left, and whether the current one lost a key."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(CURRENT, [block])
        version, unfinished, tainted = cursor.fetchone()
    return version, unfinished, tainted


def _begin_version(block: int) -> int:
    """Step 1: the key on the disk first, then the version."""
    version = _make_key(block)
    with transaction.atomic(using=ALIAS, durable=True), connections[ALIAS].cursor() as cursor:
        cursor.execute("INSERT INTO keyring_version (block_id, version) VALUES (%s, %s)", [block, version])
        # Waits for whoever makes keys in this block: they hold its row until they commit.
        cursor.execute("UPDATE keyring_block SET version = %s WHERE id = %s", [version, block])
    return version


def _make_key(block: int) -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(NEWEST, {"block": block})
        (version,) = cursor.fetchone()
    while True:
        version += 1
        try:
            keys.directory().create_block_key(block, version)
        except KeyExists:
            # A renewal died before its version was committed. Whether that file ever reached the disk is not known,
            # and with a restored keyring it may be a living key: it is neither used nor removed.
            logger.warning("Block %s has a key file of version %s that no row knows; it was left.", block, version)
        else:
            return version


def _move_all(block: int, version: int) -> int:
    """Steps 2 and 3, until the older versions are gone."""
    count = 0
    while True:
        while moved := _move_batch(block, version):
            count += moved
            if moved < BATCH:
                break
        if _retire_older(block, version):
            return count


def _move_batch(block: int, version: int) -> int:
    """Step 2: wrap some keys anew. Their rows are locked, so that a key is either moved or shredded."""
    directory = keys.directory()
    with transaction.atomic(using=ALIAS, durable=True), connections[ALIAS].cursor() as cursor:
        cursor.execute(LEFT_BEHIND, [block, version, BATCH])
        rows = cursor.fetchall()
        if rows:
            new = directory.block_key(block, version)
            old = {number: directory.block_key(block, number) for number in {row[1] for row in rows}}
            opened = [(unwrap(old[number], bytes(wrapped), context=pk.bytes), pk.bytes) for pk, number, wrapped in rows]
            ids = ",".join(str(key_id) for key_id, _, _ in rows)
            cursor.execute(REWRAP, [version, ids, ",".join(wrapped.hex() for wrapped in wrap_all(new, opened))])
    return len(rows)


def _retire_older(block: int, version: int) -> bool:
    """Step 3: remove the older versions and note their keys to be destroyed; False while a row stands under one."""
    try:
        with transaction.atomic(using=ALIAS, durable=True), connections[ALIAS].cursor() as cursor:
            cursor.execute(RETIRE, [block, version])
    except IntegrityError as refusal:
        if not isinstance(refusal.__cause__, ForeignKeyViolation):
            raise
        return False
    return True
