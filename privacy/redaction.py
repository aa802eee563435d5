"""Take one person's words out of a row that stays another's: reseal under a new key, shred the old one.

The eraser's order holds here too: the new key first, then one data transaction with guards and witnesses, then the
shred. Until the old key is gone every backup of the row can still be read, so it is sentenced in that transaction.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from privacy import guards, lineage, witness
from privacy import map as data_map
from privacy.erasure import finish
from privacy.guards import Refusal
from privacy.keyring.ring import create_keys, load_keys
from privacy.models import Condemnation, DoomedKey, SealedField, SealedModel
from privacy.open import Forgotten, NoActor
from privacy.sealing import seal, unseal
from privacy.witness import RecordRef

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From the opened sealed fields of a row to the new values of those that change."""


def redact(
    row: SealedModel, change: Change, *, actor: Any, ground: str, case: str = "", without_guards: tuple[str, ...] = ()
) -> dict[RecordRef, Refusal]:
    """Change sealed values of a row for good. Returns the refusal where a guard keeps the row as it is.

    Raises NoActor; Forgotten when the row was erased meanwhile. Call it outside a transaction.
    """
    if actor is None:
        raise NoActor("A redaction names who redacts.")
    log, queue = witness.log(), witness.queue()
    (fresh_key,) = create_keys(row.account_id, 1)
    with transaction.atomic(durable=True):
        fresh, targets = lineage.lock([row])
        if not fresh:
            raise Forgotten("This was forgotten meanwhile, so nothing was redacted.")
        refused = guards.decide(targets, without=without_guards)
        if refused:
            return {targets[0].record: refused[row.pk]}
        living = fresh[0]
        condemnation = Condemnation.objects.create(
            account_id=living.account_id, ground=ground, case=case, actor=actor.as_facts()
        )
        values, old_key_id = opened_values(living)
        seal(living, fresh_key, {**values, **change(values)})
        living.save(update_fields=["key_id", *values])
        DoomedKey.objects.create(key_id=old_key_id, condemnation=condemnation, replaced_by=fresh_key.id)
        reference = lineage.reference(living)
        log.condemned([reference], condemnation_id=condemnation.pk, actor=actor, ground=ground, case=case)
        queue.condemned(condemnation.pk, actor=actor)
        witness.tell([reference], actor=actor, ground=ground, case=case)
    finish(condemnation, actor=actor)
    return {}


def opened_values(row: SealedModel) -> tuple[dict[str, Any], UUID]:
    """Return every sealed value of a row that is being changed, with the id of its key. Raises Forgotten."""
    keys = load_keys([row.key_id] if row.key_id else [])
    if row.key_id is None or row.key_id not in keys:
        raise Forgotten("This was forgotten, so nothing was changed.")
    names = [name for name in data_map.entry(type(row)).personal if _is_sealed(row, name)]
    return {name: unseal(row, keys[row.key_id], name) for name in names}, row.key_id


def _is_sealed(row: SealedModel, name: str) -> bool:
    return isinstance(row._meta.get_field(name), SealedField)
