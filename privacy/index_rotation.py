"""Rotate an account's index key: every stored index gets a new cover, and the old cover's key is destroyed.

Whatever is still alive is found as before; what an old copy of the data holds of the dead can be matched with nothing
any more. All indexes of an account change in one transaction with the generation that names their key, while taking in
waits at its own lock. A process may go on with the old generation for a second: what it wrote is found by its mark and
brought over before the old key goes. A crash before the commit leaves the old generation, one after it is settled by
the next run.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, transaction
from django.db.models import BinaryField, Field
from django.utils import timezone

from privacy import blind_index, keys
from privacy import map as data_map
from privacy.blind_index import IndexKeyGone, cover, cover_name, mark, uncover
from privacy.models import IndexKey, SealedField
from vault.key_cache import MAX_AGE_S

BATCH = 5_000
NAMES = ("digest", "digests")
SETTLING_S = 600.0
PAUSE_S = 0.2

OLDER_THAN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < %s
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Column:
    """A column with blind indexes: one in each row, or a list of them."""

    model: type[Any]
    name: str
    many: bool


@dataclass(slots=True)
class Rotated:
    """What a rotation did: rows with new indexes, rows that were written while it switched, indexes left as they are.

    `unreadable`: those stand under a key that was destroyed before.
    """

    generation: int = 0
    rows: int = 0
    late: int = 0
    unreadable: int = 0


class NotSettled(Exception):
    """Transactions from before the switch are open: the new index key is in use, the old one not yet destroyed."""


def columns() -> list[Column]:
    """Return every column with blind indexes: by their name, in what the map knows as erasable."""
    return [
        Column(entry.model, field.name, isinstance(field, ArrayField))
        for entry in data_map.erasable()
        for field in entry.model._meta.concrete_fields
        if field.name in NAMES and _is_binary(field)
    ]


def _is_binary(field: Field) -> bool:
    inner = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(inner, BinaryField) and not isinstance(inner, SealedField)


def rotate(account_id: UUID, *, patience_s: float = SETTLING_S) -> Rotated:
    """Give every index of the account a new cover and destroy the key of the old one. Call it outside a transaction.

    Interrupted anywhere it can be called again. Raises IndexKeyGone when the data is a copy from before an earlier
    rotation, and NotSettled when others' transactions did not end within `patience_s`: the next call goes on.
    """
    done = Rotated()
    if not _settle(account_id, done, patience_s):
        _switch(account_id, done)
        _settle(account_id, done, patience_s)
    done.generation = blind_index.refresh(account_id)
    return done


def _switch(account_id: UUID, done: Rotated) -> None:
    """Change every index and the generation in one transaction: whoever looks sees all of the old or of the new."""
    with transaction.atomic(durable=True):
        alone(account_id)
        old = blind_index.refresh(account_id)
        _prove(account_id, old)
        new = next_generation(account_id, old)
        keys.directory().create_secret(cover_name(account_id, new))
        done.rows = sum(_change(each, account_id, _from(account_id, old, new, done)) for each in columns())
        IndexKey.objects.update_or_create(
            pk=account_id, defaults={"generation": new, "switched_at": timezone.now(), "settled_at": None}
        )
    blind_index.refresh(account_id)


def _prove(account_id: UUID, old: int) -> None:
    if old != blind_index.UNCOVERED and cover_name(account_id, old) not in _covers(account_id):
        raise blind_index.gone(account_id)


def next_generation(account_id: UUID, old: int) -> int:
    """Return a generation above every key there is; what a switch that was cut off has made goes with the old one."""
    return max([old, *_numbers(account_id)]) + 1


def _numbers(account_id: UUID) -> list[int]:
    prefix = cover_name(account_id, 0)[:-1]
    return sorted(int(name.removeprefix(prefix)) for name in _covers(account_id))


def _covers(account_id: UUID) -> list[str]:
    return keys.directory().secret_names(cover_name(account_id, 0)[:-1])


def alone(account_id: UUID) -> None:
    """Wait for whoever takes in, and let nobody else, by the lock that taking in holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ingest-{account_id}"])


Change = Callable[[bytes], bytes | None]
"""From a stored index to the new one, None where it stays as it is."""


def _from(account_id: UUID, old: int, new: int, done: Rotated) -> Change:
    def change(index: bytes) -> bytes | None:
        if index[0] == mark(new) and len(index) > blind_index.INDEX_BYTES:
            return None
        try:
            return cover(account_id, new, uncover(account_id, old, index))
        except IndexKeyGone:
            done.unreadable += 1
            return None

    return change


def _change(column: Column, account_id: UUID, change: Change) -> int:
    count = 0
    for rows in portions(column, account_id):
        changed = [(row_id, new) for row_id, old in rows if (new := _changed(old, change)) is not None]
        write(column, changed)
        count += len(changed)
    return count


def _changed(old: bytes | list[bytes], change: Change) -> bytes | list[bytes] | None:
    if not isinstance(old, list):
        return change(bytes(old)) if old else None
    new = [change(bytes(each)) or bytes(each) for each in old]
    return new if new != [bytes(each) for each in old] else None


def portions(column: Column, account_id: UUID) -> Iterator[list[tuple[UUID, bytes | list[bytes]]]]:
    """Yield (row id, index or indexes) of an account, some thousand at a time."""
    query = column.model._default_manager.filter(account_id=account_id).exclude(**{column.name: None}).order_by("pk")
    last = UUID(int=0)
    while rows := list(query.filter(pk__gt=last).values_list("pk", column.name)[:BATCH]):
        yield rows
        last = rows[-1][0]


def write(column: Column, changed: list[tuple[UUID, bytes | list[bytes]]]) -> None:
    """Write new indexes into their rows."""
    if not changed:
        return
    name, table = connection.ops.quote_name(column.name), connection.ops.quote_name(column.model._meta.db_table)
    with connection.cursor() as cursor:
        if column.many:
            statement = f"UPDATE {table} SET {name} = %s WHERE id = %s"  # noqa: S608 - names of our own model
            cursor.executemany(statement, [(new, row_id) for row_id, new in changed])
            return
        statement = (
            f"UPDATE {table} AS row SET {name} = fresh.new"  # noqa: S608 - names of our own model
            " FROM unnest(%s::uuid[], %s::bytea[]) AS fresh (id, new) WHERE row.id = fresh.id"
        )
        cursor.execute(statement, [list(part) for part in zip(*changed, strict=True)])


def _settle(account_id: UUID, done: Rotated, patience_s: float) -> bool:
    """Bring over what was written under the old key while others still knew it, then destroy that key.

    Returns whether there was a switch to settle.
    """
    row = IndexKey.objects.filter(pk=account_id, settled_at=None).first()
    if row is None or row.switched_at is None:
        return False
    _wait_for_the_others(time.monotonic() + patience_s)
    done.late += _bring_over(account_id, row.generation)
    for name in _covers(account_id):
        if name != cover_name(account_id, row.generation):
            keys.directory().destroy_secret(name)
    IndexKey.objects.filter(pk=account_id, generation=row.generation).update(settled_at=timezone.now())
    return True


def _wait_for_the_others(deadline: float) -> None:
    """Wait until nobody is left who may write with the old key: whoever begins from now on knows the new one."""
    time.sleep(blind_index.LEARNT_AFTER_S)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (since,) = cursor.fetchone()
        while True:
            cursor.execute(OLDER_THAN, [since])
            if not cursor.fetchone()[0]:
                return
            if time.monotonic() > deadline:
                raise NotSettled(
                    "The new index key is in use. The old one was not destroyed yet: transactions from before the"
                    " switch are still open. Run rotate_index_key again."
                )
            time.sleep(PAUSE_S)


def _bring_over(account_id: UUID, new: int) -> int:
    count = 0
    for old in [number for number in _numbers(account_id) if number != new] or [blind_index.UNCOVERED]:
        change = _from(account_id, old, new, Rotated())
        for column in columns():
            for rows in portions(column, account_id):
                count += sum(_bring_over_one(column, row_id, _changed(index, change)) for row_id, index in rows)
    return count


def _bring_over_one(column: Column, row_id: UUID, new: bytes | list[bytes] | None) -> bool:
    if new is None:
        return False
    try:
        with transaction.atomic():
            write(column, [(row_id, new)])
    except IntegrityError:
        # Taken in a second time by a process that could not see the first: the copy stays, without an index.
        logger.warning("A row of %s was taken in twice during the rotation.", column.model._meta.label)
        with transaction.atomic():
            write(column, [(row_id, os.urandom(blind_index.INDEX_BYTES))])
    return True


def unlinkable_since(account_id: UUID, erased_at: datetime) -> datetime | None:
    """Return from when on no index of what was erased then can be matched in any copy, or None while one may.

    A minute after the old key was destroyed: so long a process may hold it in memory.
    """
    row = IndexKey.objects.filter(pk=account_id, switched_at__gt=erased_at).exclude(settled_at=None).first()
    if row is None or row.settled_at is None:
        return None
    moment = row.settled_at + timedelta(seconds=MAX_AGE_S)
    return moment if moment <= timezone.now() else None
