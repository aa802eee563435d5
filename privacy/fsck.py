"""Compare data, keyring, keys and store with one another, and tell what does not fit. Nothing is changed by looking.

What is younger than an hour may be under way and is passed over: ids and file names begin with their moment. Both sides
are read in order and merged, so that the largest installation needs no more memory than the smallest.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from privacy import files, ledger_gaps, restored
from privacy import map as data_map
from privacy.index_rotation import columns
from privacy.keyring.ring import ALIAS
from privacy.map import Entry
from privacy.models import Condemnation, DoomedFile, DoomedKey, IndexKey, Restoration
from privacy.open import store
from privacy.portions import in_portions

UNDER_WAY_S = 3_600
SLOW = timedelta(minutes=10)
BATCH = 5_000
TOLD = 1_000

ROWS_OF = "SELECT {key} AS key_id, '{label}' AS label, id AS row_id FROM {table} WHERE {key} IS NOT NULL"
LIVING = " AND erased_at IS NULL AND condemned_at IS NULL"
TOMBSTONES = "SELECT key_id FROM keyring_tombstone WHERE key_id = ANY(%s)"
THERE = "SELECT id FROM keyring_key WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit: a code, what it is about (an id or a file's name), and the sentence."""

    code: str
    about: str
    says: str


Findings = Iterator[Finding]


def check() -> Findings:
    """Yield everything that does not fit. Raises django.db.OperationalError when a database does not answer."""
    yield from _files()
    yield from _keys()
    yield from _condemnations()
    yield from _ledger()
    yield from _lineage()
    yield from _indexes()


def remove_stragglers() -> int:
    """Unlink files of erased rows that are in the store, and unfinished ones; returns how many. Touches no other file.

    Raises OSError when the store fails.
    """
    files.unlink_doomed()
    gone = DoomedFile.objects.exclude(gone_at=None).order_by("pk").values_list("name", flat=True)
    erased = sum(store().delete(name) for name in gone.iterator() if store().exists(name))
    return erased + store().remove_abandoned(UNDER_WAY_S)


def _files() -> Findings:
    contents = [entry for entry in data_map.erasable() if entry.content]
    for names in in_portions(store().names(), BATCH):
        yield from _unnamed(names, contents)
    for path in store().abandoned(UNDER_WAY_S):
        yield Finding("file_unfinished", path, "Whoever wrote this file died before it was whole; nothing names it.")
    for entry in contents:
        rows = entry.model._default_manager.filter(condemned_at=None, erased_at=None).order_by("pk")
        for row_id, name in rows.values_list("pk", entry.content).iterator():
            if name and not store().exists(name):
                yield Finding("row_without_file", str(row_id), f"The file of this {entry.label} is not in the store.")


def _unnamed(names: list[str], contents: list[Entry]) -> Findings:
    known = {name for entry in contents for name in _named(entry, names)}
    doomed = dict(DoomedFile.objects.filter(name__in=names).values_list("name", "at"))
    # A new version that is being written is doomed for later: should its writer die, it is unlinked then.
    under_way = {name for name, at in doomed.items() if at > timezone.now()}
    for name in sorted(set(names) - known - under_way):
        if name in doomed:
            yield Finding("file_of_erased", name, "The file of an erased record is in the store; nothing opens it.")
        elif not _is_young(name):
            yield Finding("file_without_row", name, "No record names this file of the store.")


def _named(entry: Entry, names: list[str]) -> list[str]:
    rows = entry.model._default_manager.filter(**{f"{entry.content}__in": names}, erased_at=None)
    return list(rows.values_list(entry.content, flat=True))


def _is_young(name: str) -> bool:
    """Say whether an id or a name that is one was made in the last hour (RFC 9562 §5.7); other names are not."""
    try:
        made_at = (UUID(name).int >> 80) / 1_000
    except ValueError:
        return False
    return 0 <= time.time() - made_at < UNDER_WAY_S


def _keys() -> Findings:
    """Walk through all keys and all rows that name one, both in order of the key's id."""
    used, there = _stream("default", _every_use()), _stream(ALIAS, "SELECT id FROM keyring_key ORDER BY id")
    missing: list[tuple[UUID, str, UUID]] = []
    key, use = next(there, None), next(used, None)
    while key or use:
        if use is None or (key and key[0] < use[0]):
            if key and not _is_young(str(key[0])):
                yield Finding("key_without_row", str(key[0]), "No record names this key. It is never collected.")
            key = next(there, None)
            continue
        if key is None or use[0] < key[0]:
            missing.append((use[0], use[1], use[2]))
            use = next(used, None)
        else:
            current = use[0]
            while use and use[0] == current:
                use = next(used, None)
            key = next(there, None)
        if len(missing) >= BATCH:
            yield from _missing(missing)
            missing = []
    yield from _missing(missing)
    yield from _sentenced()


def _missing(rows: list[tuple[UUID, str, UUID]]) -> Findings:
    """Tell forgotten from lost; a key that came meanwhile is neither."""
    ids = [key_id for key_id, _, _ in rows]
    tombs, there = _ask(TOMBSTONES, ids), _ask(THERE, ids)
    for key_id, label, row_id in rows:
        if key_id in tombs:
            says = f"This {label} is alive and its key was forgotten: run replay_erasures."
            yield Finding("row_of_forgotten", str(row_id), says)
        elif key_id not in there:
            says = f"The key of this {label} is missing without having been forgotten: it is lost."
            yield Finding("row_without_key", str(row_id), says)


def _sentenced() -> Findings:
    done = DoomedKey.objects.exclude(condemnation__done_at=None).order_by("pk").values_list("pk", flat=True)
    for ids in in_portions(done.iterator(), BATCH):
        for key_id in sorted(_ask(THERE, ids)):
            says = "This key was sentenced and is there again: run replay_erasures."
            yield Finding("sentenced_key", str(key_id), says)


def _every_use() -> str:
    parts = []
    for entry in data_map.erasable():
        names = {field.name for field in entry.model._meta.concrete_fields}
        for key in ("key_id", "content_key_id"):
            if key in names:
                table = connections["default"].ops.quote_name(entry.model._meta.db_table)
                parts.append(ROWS_OF.format(key=key, label=entry.label, table=table) + LIVING)
    return " UNION ALL ".join(parts) + " ORDER BY 1"


def _stream(alias: str, statement: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows of a long answer from a cursor on the server."""
    with transaction.atomic(using=alias), connections[alias].chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _condemnations() -> Findings:
    for condemnation in Condemnation.objects.filter(done_at=None, at__lt=timezone.now() - SLOW).order_by("at"):
        says = f"This erasure was decided at {condemnation.at:%Y-%m-%d %H:%M} UTC and is not finished."
        yield Finding("erasure_unfinished", str(condemnation.pk), says)


def _ledger() -> Findings:
    """Tell of erasures that the ledger does not know, until an officer of the account has looked after the restore."""
    if restored.compare().older != restored.KEYRING and not Restoration.objects.filter(lost=restored.KEYRING).exists():
        return
    for gap in ledger_gaps.gaps():
        if ledger_gaps.in_doubt(gap.account_id):
            says = f"The erasure of {gap.at:%Y-%m-%d %H:%M} UTC is missing from the ledger: an import could undo it."
            yield Finding("ledger_older", gap.case, says)


def _lineage() -> Findings:
    """Find living parts of erased records, and parts that belong to another account than their whole."""
    for entry in data_map.erasable():
        for name, parent in data_map.parents(entry.model).items():
            rows = entry.model._default_manager.filter(condemned_at=None).exclude(**{name: None})
            names = {field.name for field in parent._meta.concrete_fields}
            if "erased_at" in names:
                alive = rows.filter(**{f"{name}__erased_at__isnull": False})
                for row_id in alive.values_list("pk", flat=True)[:TOLD]:
                    says = f"This {entry.label} is alive, and what it belongs to was erased."
                    yield Finding("part_of_erased", str(row_id), says)
            if "account" in names or "account_id" in names:
                for row_id in _of_another_account(rows, name)[:TOLD]:
                    says = f"This {entry.label} belongs to a record of another account."
                    yield Finding("part_of_another_account", str(row_id), says)


def _of_another_account(rows: Any, name: str) -> Any:
    return rows.exclude(account_id=F(f"{name}__account_id")).values_list("pk", flat=True)


def _indexes() -> Findings:
    """Find indexes under a key that is not in use: they match nothing."""
    for row in IndexKey.objects.exclude(settled_at=None):
        for column in columns():
            if column.many:
                continue
            rows: Any = column.model._default_manager.filter(account_id=row.pk, condemned_at=None)
            for row_id, index in rows.exclude(**{column.name: None}).values_list("pk", column.name).iterator():
                if len(index) > 32 and index[0] != row.generation % 256:
                    says = f"The index of this {column.model._meta.label} stands under a key that was destroyed."
                    yield Finding("index_unreadable", str(row_id), says)


def _ask(statement: str, ids: list[UUID]) -> set[UUID]:
    if not ids:
        return set()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, [ids])
        return {key_id for (key_id,) in cursor.fetchall()}
