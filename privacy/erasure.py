"""The one eraser: condemn, shred, finish.

Two databases cannot commit together, so there is one order. (a) In the data transaction: lock, ask the guards, set
`condemned_at`, call the witnesses; its commit is the point of no return. (b) Shred the keys, as often as it takes.
(c) Clear or delete the rows, remember their files for unlinking. Each step can be repeated; `resume` goes on after a
crash. Age, right and a permitted hand are askers of this one function.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.functions import RandomUUID
from django.db import connection, transaction
from django.db.models import SET_NULL, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete
from django.utils import timezone

from privacy import bulk, guards, ledger, lineage, witness
from privacy import map as data_map
from privacy.files import unlink_doomed
from privacy.guards import Refusal
from privacy.keyring import ring
from privacy.ledger import Memory
from privacy.lookups import array_of
from privacy.models import Condemnation, DoomedFile, DoomedKey, SealedModel
from privacy.open import NoActor
from privacy.witness import Receipt, RecordRef

DOOM_KEYS = """
    INSERT INTO privacy_doomedkey (condemnation_id, key_id) SELECT %s, doomed FROM unnest(%s::uuid[]) AS doomed
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """What one call did: a receipt for each record that went, a refusal for each that stays."""

    receipts: tuple[Receipt, ...] = ()
    kept: dict[RecordRef, Refusal] = field(default_factory=dict)


def erase(
    rows: Iterable[SealedModel],
    *,
    actor: Any,
    ground: str,
    case: str = "",
    without_guards: Sequence[str] = (),
    remember: Memory = Memory.NOTHING,
    only_with: Collection[UUID] = (),
) -> Erased:
    """Erase what may go of `rows` and say what was kept and why. Call it outside a transaction.

    `remember`: what the ledger keeps, so that an old export does not bring it back. `only_with`: ids of rows without
    which nothing goes, because the others only go with them.
    Raises NoActor, guards.NoGuards, witness.NoWitness before anything is touched; django.db.OperationalError when a
    database stops answering: then everything is as it was, or condemned and finished by `resume`.
    """
    condemnation, kept = condemn(
        rows, actor=actor, ground=ground, case=case, without_guards=without_guards, remember=remember,
        only_with=only_with,
    )  # fmt: skip
    receipts = finish(condemnation, actor=actor) if condemnation else ()
    return Erased(receipts, kept)


def condemn(
    rows: Iterable[SealedModel],
    *,
    actor: Any,
    ground: str,
    case: str = "",
    without_guards: Sequence[str] = (),
    remember: Memory = Memory.NOTHING,
    only_with: Collection[UUID] = (),
) -> tuple[Condemnation | None, dict[RecordRef, Refusal]]:
    """Decide, under lock, what goes: the commit of this transaction is the point of no return."""
    if actor is None:
        raise NoActor("An erasure names who erases.")
    guards.require()
    log, queue = witness.log(), witness.queue()
    with transaction.atomic(durable=True):
        fresh, targets = lineage.lock(rows, sealed=False)
        refused = guards.decide(targets, without=without_guards)
        kept = {each.record: refused[each.record.id] for each in targets if each.record.id in refused}
        going = [row for row in fresh if row.pk not in refused]
        references = [each.record for each in targets if each.record.id not in refused]
        if not going or not {each.id for each in references}.issuperset(only_with):
            return None, kept
        condemnation = Condemnation.objects.create(
            account_id=going[0].account_id, ground=ground, case=case, actor=actor.as_facts(), remember=remember
        )
        _mark(going, condemnation)
        log.condemned(references, condemnation_id=condemnation.pk, actor=actor, ground=ground, case=case)
        queue.condemned(condemnation.pk, actor=actor)
        witness.tell(references, actor=actor, ground=ground, case=case)
    return condemnation, kept


def _mark(rows: Sequence[SealedModel], condemnation: Condemnation) -> None:
    for model, group in lineage.by_depth(rows):
        model._default_manager.filter(pk__any_of=[row.pk for row in group]).update(
            condemned_at=condemnation.at, condemnation_id=condemnation.pk
        )
    keys = [key_id for row in rows for key_id in _keys_of(row)]
    with connection.cursor() as cursor:
        cursor.execute(DOOM_KEYS, [condemnation.pk, array_of(keys)])


def _keys_of(row: SealedModel) -> list[UUID]:
    return [key_id for key_id in (row.key_id, getattr(row, "content_key_id", None)) if key_id is not None]


def finish(condemnation: Condemnation, *, actor: Any) -> tuple[Receipt, ...]:
    """Shred the keys of a condemnation, clear its rows and unlink its files. Safe to repeat after a crash anywhere."""
    models = lineage.condemned_models(condemnation.pk)
    # First of all: what the ledger keeps is read from the rows, with the keys that go next.
    ledger.remember(condemnation, models)
    shred(condemnation)
    with transaction.atomic(durable=True):
        held = Condemnation.objects.select_for_update().get(pk=condemnation.pk)
        if held.done_at is not None:
            return ()
        receipts = tuple(receipt for model in models for receipt in _clear(_condemned_rows(model, condemnation)))
        witness.log().erased(receipts, condemnation_id=held.pk, actor=actor, ground=held.ground, case=held.case)
        held.done_at = timezone.now()
        held.save(update_fields=["done_at"])
    unlink_doomed()
    return receipts


def shred(condemnation: Condemnation) -> int:
    """Shred every key the condemnation sentenced; returns how many were still there."""
    doomed = dict(DoomedKey.objects.filter(condemnation=condemnation).values_list("key_id", "replaced_by"))
    if not doomed:
        return 0
    return ring.shred(doomed, replaced_by={old: new for old, new in doomed.items() if new})


def _condemned_rows(model: type[SealedModel], condemnation: Condemnation) -> "QuerySet[SealedModel]":
    return model._default_manager.filter(condemnation_id=condemnation.pk, erased_at=None)


def _clear(condemned: "QuerySet[SealedModel]") -> list[Receipt]:
    """Clear or delete the rows of one model. Nobody adds to them, and who holds the condemnation's lock takes away."""
    entry = data_map.entry(condemned.model)
    rows = bulk.load(condemned, "id", "account_id", *([entry.content] if entry.content else []))
    _doom_files(entry, rows)
    if entry.row_stays_because:
        _clear_values(entry, condemned)
    else:
        _delete(condemned)
    fields = tuple(sorted(entry.personal))
    return [Receipt(lineage.reference(row), fields, not entry.row_stays_because) for row in rows]


def _delete(rows: "QuerySet[SealedModel]") -> None:
    """Delete rows by one statement; what may lose them loses them, and the database refuses where anything else would.

    Django's own deletion loads every row first and names each in a statement.
    """
    options: Any = rows.model._meta
    pointing: Iterable[Any] = get_candidate_relations_to_delete(options)
    for each in pointing:
        if each.on_delete is SET_NULL:
            name = each.field.name
            each.related_model._base_manager.filter(**{f"{name}__in": rows}).update(**{name: None})
    rows._raw_delete(rows.db)


def _doom_files(entry: data_map.Entry, rows: Sequence[SealedModel]) -> None:
    if entry.content:
        names = [getattr(row, entry.content) for row in rows]
        DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names if name], ignore_conflicts=True)


def _clear_values(entry: data_map.Entry, rows: "QuerySet[SealedModel]") -> None:
    """Empty the personal fields of rows that stay; a token is random for each row and derived from nothing."""
    values = {name: cleared for name, datum in entry.personal.items() for cleared in _cleared(datum.on_erase)}
    rows.update(key_id=None, erased_at=timezone.now(), **values)


def _cleared(on_erase: data_map.OnErase) -> list[Any]:
    """Return what a personal field is set to; none when it stays as it is."""
    match on_erase:
        case data_map.Shred():
            return [None]
        case data_map.Clear(value=value):
            return [value]
        case data_map.Tokenise():
            return [RandomUUID()]
        case data_map.Keep():
            return []


def resume(condemnation_id: UUID, *, actor: Any) -> tuple[Receipt, ...]:
    """Finish one condemnation that was interrupted; nothing happens when it is already done."""
    condemnation = Condemnation.objects.filter(pk=condemnation_id, done_at=None).first()
    return finish(condemnation, actor=actor) if condemnation else ()
