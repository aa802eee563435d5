"""Put another version of a sealed content file in its place, for good: a new name, a new key, the old key shredded.

The eraser's order holds here too. The new file is written under keys that are committed, and noted as doomed until its
row names it: whoever dies in between leaves a file that is unlinked later, not one that nobody knows of. One data
transaction then asks the guards, calls the witnesses, turns the row to the new file and sentences the old keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from privacy import guards, lineage, witness
from privacy import map as data_map
from privacy.erasure import finish
from privacy.files import unlink_doomed
from privacy.guards import Refusal
from privacy.ids import new_id
from privacy.keyring.ring import NewKey, create_keys
from privacy.models import Condemnation, DoomedFile, DoomedKey
from privacy.open import Forgotten, NoActor, content_context, store
from privacy.redaction import opened_values
from privacy.sealing import seal
from privacy.witness import RecordRef

WRITING = timedelta(hours=6)
"""How long a file may take to be written and named by its row, before it is taken for left behind."""


@dataclass(frozen=True)
class Version:
    """What the new version is: its bytes, and the values that the row gets with it, sealed and plain."""

    source: BinaryIO
    sealed: Mapping[str, Any]
    plain: Mapping[str, Any]


class Changed(Exception):
    """Another version was put in place meanwhile; nothing was changed. Look again."""


def replace_content(
    row: Any, version: Version, *, actor: Any, ground: str, case: str = "", without_guards: tuple[str, ...] = ()
) -> dict[RecordRef, Refusal]:
    """Put `version` in the place of the row's content file. Returns the refusal where a guard keeps it as it is.

    Raises NoActor; Forgotten when the row was erased meanwhile; Changed; OSError when the store does not take the file:
    then everything is as it was. Call it outside a transaction.
    """
    if actor is None:
        raise NoActor("A replacement names who replaces.")
    name, keys = new_id().hex, create_keys(row.account_id, 2)
    _announce(name)
    try:
        store().put(name, version.source, keys[1].key, context=content_context(row._meta.label, row.pk))
        refused, condemnation = _decide(row, name, version, keys, actor, ground, case, without_guards)
    except Exception:
        _give_up(name)
        raise
    if condemnation is None:
        _give_up(name)
        return refused
    finish(condemnation, actor=actor)
    return {}


def _announce(name: str) -> None:
    """Note the new file as doomed, from some hours on: its row takes it off the list when it names it."""
    with transaction.atomic(durable=True):
        DoomedFile.objects.create(name=name)
        DoomedFile.objects.filter(pk=name).update(at=timezone.now() + WRITING)


def _give_up(name: str) -> None:
    DoomedFile.objects.filter(pk=name).update(at=timezone.now())
    unlink_doomed()


def _decide(
    row: Any,
    name: str,
    version: Version,
    keys: list[NewKey],
    actor: Any,
    ground: str,
    case: str,
    without_guards: tuple[str, ...],
) -> tuple[dict[RecordRef, Refusal], Condemnation | None]:
    """Turn the row to its new file, under lock: the commit of this transaction is the point of no return."""
    with transaction.atomic(durable=True):
        fresh, targets = lineage.lock([row])
        if not fresh:
            raise Forgotten("This was forgotten meanwhile, so nothing was replaced.")
        refused = guards.decide(targets, without=without_guards)
        if refused:
            return {targets[0].record: refused[row.pk]}, None
        condemnation = Condemnation.objects.create(
            account_id=row.account_id, ground=ground, case=case, actor=actor.as_facts()
        )
        living: Any = fresh[0]
        if living.content_key_id != row.content_key_id or not DoomedFile.objects.filter(pk=name).delete()[0]:
            raise Changed("Another version was put in place meanwhile. Nothing was changed; look again.")
        _turn(living, name, version, keys, condemnation)
        reference = lineage.reference(living)
        witness.log().condemned([reference], condemnation_id=condemnation.pk, actor=actor, ground=ground, case=case)
        witness.queue().condemned(condemnation.pk, actor=actor)
    return {}, condemnation


def _turn(row: Any, name: str, version: Version, keys: list[NewKey], condemnation: Condemnation) -> None:
    """Point the row to its new file and sentence both old keys: the row's own sealed values showed the old content."""
    field = data_map.entry(type(row)).content
    values, old_key_id = opened_values(row)
    DoomedFile.objects.create(name=getattr(row, field))
    DoomedKey.objects.bulk_create(
        [
            DoomedKey(key_id=old, condemnation=condemnation, replaced_by=new.id)
            for old, new in ((old_key_id, keys[0]), (row.content_key_id, keys[1]))
        ]
    )
    seal(row, keys[0], {**values, **version.sealed})
    changed = {field: name, "content_key_id": keys[1].id, **version.plain}
    for column, value in changed.items():
        setattr(row, column, value)
    row.save(update_fields=["key_id", *values, *changed])
