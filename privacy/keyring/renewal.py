"""Renew the blocks that lost a key, and destroy the old block keys.

A shredded key lives on in dead rows, write-ahead log and dumps, wrapped by its block's key. Once that block key is gone
nothing opens them, whoever has which copy. What was lost since the last renewal decides what is done, not what is kept.
Nothing is destroyed before the keys that live on are safe (`safe_elsewhere`), and each destruction leaves its moment.
Any process may die at any time: an older version, or a version without its moment, is where the next run goes on.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from privacy import keys
from privacy.keyring import safe_elsewhere
from privacy.keyring.block_renewal import only_renewer, renew_block
from privacy.keyring.ring import ALIAS
from privacy.keyring.safe_elsewhere import Elsewhere
from privacy.portions import in_portions
from vault.errors import VaultError
from vault.key_cache import MAX_AGE_S

TOGETHER = 100
"""Blocks between two destructions: they share one wait for the disk or the standby."""

LOST_A_KEY = """
    SELECT t.block FROM keyring_taint t JOIN keyring_version v ON v.block_id = t.block AND v.version = t.version
    UNION
    SELECT v.block_id FROM keyring_version v JOIN keyring_block b ON b.id = v.block_id WHERE v.version < b.version
    ORDER BY 1
"""
TO_BE_DESTROYED = """
    SELECT d.block, d.version FROM keyring_destroyed d WHERE d.at IS NULL AND NOT EXISTS (
        SELECT 1 FROM keyring_version v WHERE v.block_id = d.block AND v.version = d.version
    ) ORDER BY d.block, d.version
"""
MARK_DESTROYED = """
    UPDATE keyring_destroyed AS destroyed SET at = now() FROM unnest(%s::bigint[], %s::int[]) AS gone (block, version)
    WHERE destroyed.block = gone.block AND destroyed.version = gone.version AND destroyed.at IS NULL
"""
FORGET_TAINTS = """
    DELETE FROM keyring_taint AS taint USING unnest(%s::bigint[], %s::int[]) AS gone (block, version)
    WHERE taint.block = gone.block AND taint.version = gone.version
"""
# Every version up to the one that wrapped the key must be gone: the key may have been wrapped by each of them.
UNRECOVERABLE = """
    SELECT t.key_id, max(d.at) FROM keyring_tombstone t
    JOIN keyring_destroyed d ON d.block = t.block AND d.version <= t.version
    WHERE t.key_id = ANY(%s)
    AND NOT EXISTS (SELECT 1 FROM keyring_version v WHERE v.block_id = t.block AND v.version <= t.version)
    AND NOT EXISTS (SELECT 1 FROM keyring_key k WHERE k.id = t.key_id)
    GROUP BY t.key_id, t.version HAVING bool_and(d.at IS NOT NULL) AND max(d.version) = t.version
"""

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], object]


@dataclass(slots=True)
class Renewed:
    """What one run did. `waiting`: old block keys that stay, `because` their successors are not safe yet."""

    blocks: int = 0
    keys: int = 0
    destroyed: int = 0
    waiting: int = 0
    because: str = ""
    failed: list[int] = field(default_factory=list)
    """Blocks that could not be renewed: the program's log says why."""


def is_due() -> bool:
    """Say whether a block lost a key, or a renewal is unfinished."""
    return bool(_blocks(LOST_A_KEY)) or bool(_to_be_destroyed())


def renew_blocks(
    *, everything: bool = False, elsewhere: Elsewhere | None = None, progress: Progress | None = None
) -> Renewed:
    """Renew every block that lost a key, with `everything` every block there is; finish what was interrupted.

    Call it outside a transaction; it may be repeated and may run in several processes. `progress` hears how many blocks
    of how many are done. Raises django.db.OperationalError when the keyring does not answer; the next run goes on.
    """
    found = Renewed()
    place = elsewhere or safe_elsewhere.chosen()
    due = _blocks("SELECT id FROM keyring_block ORDER BY id" if everything else LOST_A_KEY)
    done = 0
    for together in in_portions(due, TOGETHER):
        for block in together:
            _renew_one(block, found, anyway=everything)
        _destroy_old(found, place)
        done += len(together)
        if progress is not None:
            progress(done, len(due))
    # With nothing renewed there may still be what an interrupted run noted.
    if not due:
        _destroy_old(found, place)
    return found


def _renew_one(block: int, found: Renewed, *, anyway: bool) -> None:
    try:
        with only_renewer(block) as held:
            wrapped = renew_block(block, anyway=anyway) if held else None
        if wrapped is not None:
            found.keys += wrapped
            found.blocks += 1
    except VaultError as problem:
        found.failed.append(block)
        logger.error("Block %s was not renewed and nothing of it destroyed: %s", block, problem)


def _destroy_old(found: Renewed, place: Elsewhere) -> None:
    """Steps 4 and 5. What is noted while this waits is for the next time: the wait did not cover it."""
    noted = _to_be_destroyed()
    if not noted or found.because:
        found.waiting = len(noted)
        return
    found.because = safe_elsewhere.wait(place)
    if found.because:
        found.waiting = len(noted)
        logger.warning("%s old block keys were not destroyed: %s. The next run tries again.", len(noted), found.because)
        return
    found.destroyed += _destroy(noted)


def _destroy(noted: list[tuple[int, int]]) -> int:
    """Step 5: the files and any stray copies, then the moment, which is the certificate's evidence.

    It needs no lock: nothing can stand under a version that is gone, and what is destroyed twice is destroyed once.
    """
    for block, version in noted:
        keys.directory().destroy_block_key(block, version)
    places = [list(column) for column in zip(*noted, strict=True)]
    with transaction.atomic(using=ALIAS, durable=True), connections[ALIAS].cursor() as cursor:
        cursor.execute(MARK_DESTROYED, places)
        count: int = cursor.rowcount
        cursor.execute(FORGET_TAINTS, places)
    return count


def unrecoverable_since(key_id: UUID) -> datetime | None:
    """Return from when on no copy of a shredded key opens anything, or None while one may."""
    return unrecoverable([key_id])[key_id]


def unrecoverable(key_ids: Iterable[UUID]) -> dict[UUID, datetime | None]:
    """Return for each shredded key when the last block key that ever wrapped it was gone from disk and memory.

    None: not renewed yet, less than a minute ago, or never shredded. Processes may hold an opened block key for a
    minute after its file went, so the moment is a minute after the destruction. The root key is another matter: with
    the old root, a copy of the destroyed file opens still.
    """
    wanted = list(set(key_ids))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(UNRECOVERABLE, [wanted])
        moments = {key_id: at + timedelta(seconds=MAX_AGE_S) for key_id, at in cursor.fetchall()}
    now = timezone.now()
    return {key_id: at if (at := moments.get(key_id)) and at <= now else None for key_id in wanted}


def _blocks(statement: str) -> list[int]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
        return [block for (block,) in cursor.fetchall()]


def _to_be_destroyed() -> list[tuple[int, int]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(TO_BE_DESTROYED)
        return [(block, version) for block, version in cursor.fetchall()]
