"""Open sealed values: the entry first, then the bytes.

A warrant is the proof that the log has the entry (who, why, what for); every function that opens takes one. A person
gets content only through the playback door, which asks for its warrant here like everybody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.core.files.storage import storages

from privacy import witness
from privacy.keyring.ring import load_keys
from privacy.models import SealedModel
from privacy.sealing import unseal
from privacy.witness import RecordRef
from vault.store import SavingStorage, Store
from vault.stream import SealedReader


class Forgotten(Exception):
    """What was asked for has been forgotten: its key is gone."""


class NoActor(TypeError):
    """Nobody is named as the one who acts: no actor, no act."""


class WrongAccount(Exception):
    """A warrant of one account was shown for a row of another. Nothing was opened."""


@dataclass(frozen=True, slots=True)
class Warrant:
    """The right to open rows of one account, with the log entry that says so. Made by `warrant` only."""

    entry_id: UUID
    account_id: UUID
    purpose: str


def warrant(
    *,
    actor: Any,
    action: str,
    account_id: UUID,
    purpose: str,
    record: RecordRef | None = None,
    case: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Warrant:
    """Append the entry of an opening and return the warrant. Raises NoActor, witness.NoWitness."""
    if actor is None:
        raise NoActor("An opening names who opens.")
    entry_id = witness.log().opened(
        actor=actor,
        action=action,
        account_id=account_id,
        record=record,
        purpose=purpose,
        case=case,
        facts=facts or {},
    )
    return Warrant(entry_id, account_id, purpose)


def open_rows(rows: Sequence[SealedModel], *names: str, warrant: Warrant) -> dict[UUID, dict[str, Any]]:
    """Return the sealed fields `names` of each living row, by row id: one keyring query however many rows.

    Rows whose key was forgotten are absent from the answer. A field that a row's model does not seal, or that is empty,
    is None. Raises WrongAccount, keyring.KeyLost, vault.errors.Tampered.
    """
    if any(row.account_id != warrant.account_id for row in rows):
        raise WrongAccount("The warrant is for another account.")
    keys = load_keys(row.key_id for row in rows if row.key_id is not None)
    return {
        row.pk: {name: unseal(row, keys[row.key_id], name) for name in names}
        for row in rows
        if row.key_id is not None and row.key_id in keys
    }


def open_row(row: SealedModel, *names: str, warrant: Warrant) -> dict[str, Any]:
    """Return the sealed fields `names` of one row; raises Forgotten when its key is gone."""
    opened = open_rows([row], *names, warrant=warrant)
    if row.pk not in opened:
        raise Forgotten("This was forgotten and can't be opened any more.")
    return opened[row.pk]


def store() -> Store:
    """Return the store of sealed content files."""
    return Store(cast(SavingStorage, storages["content"]))


def content_context(label: str, row_id: UUID) -> bytes:
    """Return the associated data of a content file: the record it belongs to."""
    return f"{label}/{row_id}/content".encode()


def open_content(row: Any, *, warrant: Warrant) -> SealedReader:
    """Return a reader of the row's sealed content file (`blob`, `content_key_id`).

    Raises Forgotten, WrongAccount, FileNotFoundError, vault.errors.Tampered.
    """
    if row.account_id != warrant.account_id:
        raise WrongAccount("The warrant is for another account.")
    keys = load_keys([row.content_key_id]) if row.content_key_id else {}
    if row.content_key_id not in keys:
        raise Forgotten("This was forgotten and can't be played any more.")
    return store().open(row.blob, keys[row.content_key_id], context=content_context(row._meta.label, row.pk))
