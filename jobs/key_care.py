"""Renew blocks, rotate the root and the index keys, on record.

The keyring and the key directory lie below the log, so what the clock and the shell do with them is put on record from
here. The proof of each destruction is the keyring's own row with its moment; the entry tells who had it done.
"""

import logging
from typing import Final
from uuid import UUID

from django.db import Error, transaction

from jobs.models import OPEN, Job
from jobs.queue import enqueue
from privacy import keys
from privacy.index_rebuild import Rebuilt, rebuild
from privacy.index_rotation import Rotated, rotate
from privacy.keyring import renewal
from privacy.keyring.renewal import Progress, Renewed
from trail.actor import Actor, require_actor
from trail.append import append

RENEW: Final = "keyring.renew"

logger = logging.getLogger(__name__)


def renew_when_due() -> Job | None:
    """Queue a renewal when a block lost a key or an old block key waits to be destroyed; nobody asks for it."""
    try:
        due = renewal.is_due()
    except Error as problem:
        # Not the clock's own database: what it does for the log must go on.
        logger.warning("The keyring does not answer (%s); its renewal waits.", type(problem).__name__)
        return None
    if not due or Job.objects.filter(kind=RENEW, status__in=OPEN).exists():
        return None
    return enqueue(RENEW, account_id=None, subject=None, actor=Actor.job(on_behalf_of=None, account_id=None))


def renew(*, actor: Actor, everything: bool = False, progress: Progress | None = None) -> Renewed:
    """Renew the blocks that lost a key (all with `everything`) and write one entry with the counts.

    Raises what `privacy.keyring.renewal.renew_blocks` raises; the next run goes on.
    """
    require_actor(actor)
    renewed = renewal.renew_blocks(everything=everything, progress=progress)
    if renewed.blocks or renewed.destroyed or renewed.failed:
        append("block.renewed", actor=actor, outcome="failed" if renewed.failed else "done", facts=_facts(renewed))
    return renewed


def rotate_root(*, actor: Actor) -> int:
    """Wrap every block key and secret under a new root key; returns how many. The entry is written with it.

    Raises vault.errors.VaultError when a key does not open: then nothing was destroyed.
    """
    with transaction.atomic():
        # First the entry: a log that can't be written stops the rotation before it begins.
        append("root.rotated", actor=require_actor(actor))
        return keys.directory().rotate_root()


def rotate_index_key(account_id: UUID, *, actor: Actor) -> Rotated:
    """Give the account's blind indexes a new key and destroy the old one; the entry has the counts.

    Call it outside a transaction; interrupted it is called again. Raises what `privacy.index_rotation.rotate` raises.
    """
    require_actor(actor)
    rotated = rotate(account_id)
    facts: dict[str, str | int | bool | None] = {
        "generation": rotated.generation,
        "indexes": rotated.rows + rotated.late,
        "unreadable": rotated.unreadable,
    }
    append("index_key.rotated", actor=actor, account_id=account_id, facts=facts)
    return rotated


def rebuild_index(account_id: UUID, *, actor: Actor) -> Rebuilt:
    """Compute the account's blind indexes anew, after a copy of the data from before a rotation was put back.

    Raises what `privacy.index_rebuild.rebuild` raises: then nothing was done.
    """
    require_actor(actor)
    rebuilt = rebuild(account_id)
    facts: dict[str, str | int | bool | None] = {
        "generation": rebuilt.generation,
        "indexes": rebuilt.computed,
        "random": rebuilt.random,
    }
    append("index_key.rebuilt", actor=actor, account_id=account_id, facts=facts)
    return rebuilt


def _facts(renewed: Renewed) -> dict[str, str | int | bool | None]:
    return {
        "blocks": renewed.blocks,
        "keys": renewed.keys,
        "destroyed": renewed.destroyed,
        "waiting": renewed.waiting,
        "failed": len(renewed.failed),
    }
