"""Remember to forget: hashes of what was erased, so that an old export does not bring it back.

The hashes stand in the keyring's database, under a key of their own in the key directory: a restored data backup does
not lose them, and nobody can try numbers against them without that key. Apps say what their rows are known by
(`known_by`); the eraser writes it down after its decision is committed and before a key is shredded, so that a crash
neither loses an entry nor makes one for what was not erased. A reader asks once for a whole batch.
"""

import hmac
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from privacy import bulk, keys
from privacy.keyring.models import LedgerEntry
from privacy.keyring.ring import ALIAS, KeyLost, load_keys
from privacy.lookups import array_of
from privacy.models import Condemnation, SealedModel
from privacy.sealing import unseal
from vault.errors import Tampered

PROOF = "proof"
ASK = """
    SELECT digest, until FROM keyring_ledgerentry WHERE account_id = %s AND digest = ANY(%s)
    UNION ALL (SELECT NULL, NULL FROM keyring_ledgerentry WHERE account_id = %s LIMIT 1)
"""
WRITE = """
    INSERT INTO keyring_ledgerentry (account_id, digest, until, at)
    SELECT %s, digest, until, now() FROM unnest(%s::bytea[], %s::timestamptz[]) AS fresh (digest, until)
    ON CONFLICT (account_id, digest) DO UPDATE SET until = GREATEST(keyring_ledgerentry.until, EXCLUDED.until)
"""


class Memory(StrEnum):
    """What an erasure leaves in the ledger: nothing, the records that went, or the person with them."""

    NOTHING = ""
    RECORDS = "records"
    PERSON = "person"


class LedgerKeyLost(Exception):
    """The ledger's key is not the one its entries were made with: nothing could be recognised as forgotten."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a forgotten thing is recognised by: a kind, and an index or a value in its normal form.

    `until`: the end of the period, for what names a person; None for what is forgotten whenever it comes.
    """

    kind: str
    value: bytes
    until: datetime | None = None

    def __repr__(self) -> str:
        """Name the kind alone: a repr ends up in tracebacks."""
        return f"Mark({self.kind})"


Opened = Mapping[UUID, Mapping[str, Any]]
MarksOf = Callable[[Sequence[Any], Opened, datetime], Iterable[Mark]]
"""From condemned rows, their opened fields and the moment of the decision to what they are known by."""


@dataclass(frozen=True, slots=True)
class _Known:
    model: type[SealedModel]
    marks: MarksOf
    needs: tuple[str, ...]
    opens: tuple[str, ...]
    person: bool


_known: dict[type[SealedModel], _Known] = {}
_begun: set[UUID] = set()


def known_by(
    model: type[SealedModel],
    marks: MarksOf,
    *,
    needs: Sequence[str] = (),
    opens: Sequence[str] = (),
    person: bool = False,
) -> None:
    """Say what rows of a model are recognised by when they come again.

    needs: fields that `marks` reads; opens: sealed fields it is given opened. person: they name somebody, and are kept
    only when that person is forgotten.
    """
    _known[model] = _Known(model, marks, tuple(needs), tuple(opens), person)


def remember(condemnation: Condemnation, models: Collection[type[SealedModel]]) -> int:
    """Write down what the condemned rows of `models` are known by; returns how many marks. Safe to repeat.

    Call it before their keys are shredded. A row whose key is gone was written down before it went. Raises
    LedgerKeyLost, keyring.KeyLost, django.db.OperationalError when the keyring does not answer.
    """
    if condemnation.remember == Memory.NOTHING:
        return 0
    marks: dict[UUID, list[Mark]] = {}
    for each in _known.values():
        if each.model not in models or (each.person and condemnation.remember != Memory.PERSON):
            continue
        by_account: dict[UUID, list[SealedModel]] = defaultdict(list)
        for row in _condemned(each, condemnation):
            by_account[row.account_id].append(row)
        for account_id, group in by_account.items():
            marks.setdefault(account_id, []).extend(each.marks(group, _opened(each, group), condemnation.at))
    for account_id, group_of_marks in marks.items():
        write(account_id, group_of_marks)
    return sum(len(group) for group in marks.values())


def _condemned(known: _Known, condemnation: Condemnation) -> Any:
    columns = {field.name: field.attname for field in known.model._meta.concrete_fields}
    named = [columns[name] for name in (*known.needs, *known.opens)]
    rows = known.model._default_manager.filter(condemnation_id=condemnation.pk, erased_at=None)
    return bulk.load(rows, "id", "account_id", "key_id", *named)


def _opened(known: _Known, rows: Sequence[SealedModel]) -> Opened:
    """Open what `marks` is given. A record that does not open is left out: it goes all the same, known by the rest."""
    try:
        return _unsealed(known, rows)
    except (KeyLost, Tampered):
        if known.person:
            raise
        return {} if len(rows) == 1 else {pk: said for row in rows for pk, said in _opened(known, [row]).items()}


def _unsealed(known: _Known, rows: Sequence[SealedModel]) -> Opened:
    if not known.opens:
        return {}
    living = load_keys(row.key_id for row in rows if row.key_id is not None)
    return {
        row.pk: {name: unseal(row, living[row.key_id], name) for name in known.opens}
        for row in rows
        if row.key_id in living
    }


def write(account_id: UUID, marks: Iterable[Mark]) -> None:
    """Write marks into an account's ledger and commit. Written twice they stand once, with the later end.

    Raises LedgerKeyLost before anything is written.
    """
    fresh = {_digest(account_id, each.kind, each.value): each.until for each in marks}
    if not fresh:
        return
    _ask(account_id, [])
    fresh[_proof(account_id)] = None
    ordered = sorted(fresh)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(WRITE, [account_id, array_of(ordered), [fresh[digest] for digest in ordered]])


def forgotten(account_id: UUID, marks: Iterable[Mark]) -> dict[Mark, datetime | None]:
    """Return those of `marks` that were forgotten, with the end of the period where they name a person.

    One query; where nothing was ever forgotten `marks` are not even computed. Raises LedgerKeyLost and
    django.db.OperationalError: then nobody can say what was forgotten, and nothing may be taken in.
    """
    if not _is_begun(account_id):
        return {}
    by_digest = {_digest(account_id, each.kind, each.value): each for each in marks}
    return {by_digest[digest]: until for digest, until in _ask(account_id, list(by_digest)).items()}


def _is_begun(account_id: UUID) -> bool:
    """Say whether the account's ledger holds anything. It never ends again, so it is asked for only until then."""
    if account_id not in _begun and LedgerEntry.objects.filter(account_id=account_id).exists():
        _begun.add(account_id)
    return account_id in _begun


def _ask(account_id: UUID, digests: list[bytes]) -> dict[bytes, datetime | None]:
    """Return the entries among `digests`; the proof is asked for with them, and must stand where anything does."""
    proof = _proof(account_id)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(ASK, [account_id, [proof, *digests], account_id])
        rows = cursor.fetchall()
    found = {bytes(digest): until for digest, until in rows if digest is not None}
    if rows and proof not in found:
        raise LedgerKeyLost(
            "The key of the erasure ledger is not the one its entries were made with, so what was forgotten can't be"
            " recognised. Nothing was done. Restore the key directory (docs/restore.md)."
        )
    found.pop(proof, None)
    return found


@lru_cache(maxsize=1_024)
def _key(account_id: UUID) -> bytes:
    # Not the index key: that one is rotated, and the dead can't be indexed anew.
    return keys.directory().create_secret(f"ledger-{account_id}")


def hashed(account_id: UUID, mark: Mark) -> bytes:
    """Return what a mark is written down as: for rows that remember by themselves, and go with whom they are about."""
    return _digest(account_id, mark.kind, mark.value)


def _digest(account_id: UUID, kind: str, value: bytes) -> bytes:
    return hmac.digest(_key(account_id), kind.encode() + b"\0" + value, "sha256")


def _proof(account_id: UUID) -> bytes:
    return _digest(account_id, PROOF, b"")
