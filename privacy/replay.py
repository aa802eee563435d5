"""Repeat the erasures that a restored copy does not know of: what the keyring says, the data follows.

With an old copy of the data beside today's keyring a row whose key has a tombstone was forgotten since: nothing opens
it, and it is finished here. A key that is absent without a tombstone is lost: everything stops before anything is
erased. With an old copy of the keyring beside today's data the keys that were sentenced are shredded again, first of
all. Each step can be repeated, and a kill leaves condemned rows that the next run finishes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connections

from privacy import erasure, guards, lineage
from privacy import map as data_map
from privacy.keyring import ring
from privacy.keyring.ring import ALIAS
from privacy.models import Condemnation, DoomedKey, SealedModel
from privacy.portions import in_portions

GROUND = "restore"
AT_ONCE = 500
ASKED_AT_ONCE = 5_000

THERE = "SELECT id FROM keyring_key WHERE id = ANY(%s)"
TOMBSTONES = "SELECT key_id, replaced_by IS NOT NULL FROM keyring_tombstone WHERE key_id = ANY(%s)"

Model = type[Any]


class LostKeys(Exception):
    """Rows have keys that are gone without a tombstone: the keyring is older than the data. Nothing was erased."""

    def __init__(self, lost: Counter[str]) -> None:
        """Take how many rows of which model."""
        self.lost = lost
        counts = ", ".join(f"{count} of {label}" for label, count in sorted(lost.items()))
        super().__init__(
            f"The keys of {lost.total()} records are missing without having been forgotten ({counts}): the keyring is"
            " older than the data, or damaged. No record was erased. Restore a newer keyring (docs/restore.md)."
        )


@dataclass(slots=True)
class Found:
    """What a look finds: dead rows by model, for two reasons, and `unplayable` sounds whose file was replaced."""

    forgotten: dict[Model, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    replaced: dict[Model, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    unplayable: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def dead(self, model: Model) -> set[UUID]:
        """Return the dead rows of a model, for whichever reason."""
        return self.forgotten.get(model, set()) | self.replaced.get(model, set())

    @property
    def count(self) -> int:
        """How many rows are dead."""
        return sum(len(self.dead(model)) for model in {*self.forgotten, *self.replaced})


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: keys shredded again, erasures finished that had been cut off, rows erased."""

    shredded: int
    resumed: int
    erased: int
    unplayable: int


def replay(*, actor: Any) -> Replayed:
    """Shred again what was sentenced, then finish every row whose key was forgotten. Call it outside a transaction.

    Raises LostKeys before any row is touched, and django.db.OperationalError when a database does not answer: the next
    call goes on.
    """
    shredded = shred_sentenced()
    found = look()
    if found.lost:
        raise LostKeys(found.lost)
    resumed = _resume(actor)
    erased = 0
    for rows in _portions(found):
        done = erasure.erase(rows, actor=actor, ground=GROUND, without_guards=guards.names())
        erased += len(done.receipts)
    return Replayed(shredded, resumed, erased, found.unplayable)


def shred_sentenced() -> int:
    """Shred keys that a committed decision had sentenced and that are there again; returns how many were."""
    count = 0
    decided = DoomedKey.objects.order_by("pk").values_list("key_id", "replaced_by")
    for doomed in in_portions(decided.iterator(), ASKED_AT_ONCE):
        there = _ask(THERE, [key_id for key_id, _ in doomed])
        back = {key_id: new for key_id, new in doomed if (key_id,) in there}
        if back:
            count += ring.shred(back, replaced_by={old: new for old, new in back.items() if new})
    return count


def look() -> Found:
    """Compare every living row's keys with the keyring, and return what is dead, replaced or lost. Changes nothing."""
    found = Found()
    for entry in data_map.erasable():
        living = _living(entry.model).order_by("pk").values_list(*_key_columns(entry.model))
        for rows in in_portions(living.iterator(), ASKED_AT_ONCE):
            _sort(entry.model, rows, found)
    if not found.lost:
        _follow(found)
    return found


def _living(model: Model) -> Any:
    return model._default_manager.filter(condemned_at=None, erased_at=None)


def _key_columns(model: Model) -> list[str]:
    has_content = any(each.name == "content_key_id" for each in model._meta.concrete_fields)
    return ["pk", "key_id", "content_key_id"] if has_content else ["pk", "key_id"]


def _sort(model: Model, rows: list[tuple[UUID, ...]], found: Found) -> None:
    ids = [key_id for _, *key_ids in rows for key_id in key_ids if key_id]
    there = {key_id for (key_id,) in _ask(THERE, ids)}
    tombs = dict(_ask(TOMBSTONES, [each for each in ids if each not in there]))
    for row_id, own, *content in rows:
        states = [_state(each, there, tombs) for each in (own, *content)]
        if "lost" in states:
            found.lost[model._meta.label] += 1
        elif "forgotten" in states:
            found.forgotten[model].add(row_id)
        elif states[0] == "replaced":
            found.replaced[model].add(row_id)
        elif "replaced" in states:
            found.unplayable += 1


def _state(key_id: UUID | None, there: set[UUID], tombs: dict[UUID, bool]) -> str:
    if key_id is None or key_id in there:
        return ""
    if key_id not in tombs:
        return "lost"
    return "replaced" if tombs[key_id] else "forgotten"


def _follow(found: Found) -> None:
    """Add the rows without a key of their own that go with dead ones.

    Upwards: a record without a key, all of whose parts are dead, was forgotten as a whole. Downwards: index entries and
    ids go with the text or the call they belong to.
    """
    models = [each.model for each in data_map.erasable()]
    for model in reversed(models):
        if children := _children(model):
            found.forgotten[model] |= _without_living_parts(model, children, found)
    for model in models:
        for name, parent in data_map.parents(model).items():
            if parent in models:
                _follow_down(model, name, parent, found)


def _children(model: Model) -> list[tuple[Model, str]]:
    return [
        (each.model, name)
        for each in data_map.erasable()
        for name, parent in data_map.parents(each.model).items()
        if parent is model
    ]


def _without_living_parts(model: Model, children: list[tuple[Model, str]], found: Found) -> set[UUID]:
    touched: set[UUID] = set()
    for child, name in children:
        for ids in in_portions(found.forgotten.get(child, ()), ASKED_AT_ONCE):
            above = child._default_manager.filter(pk__in=ids).exclude(**{name: None})
            touched |= set(above.values_list(f"{name}_id", flat=True))
    alive: set[UUID] = set()
    for ids in in_portions(touched, ASKED_AT_ONCE):
        for child, name in children:
            parts = _living(child).filter(**{f"{name}__in": ids})
            if not _children(child):
                parts = parts.exclude(key_id=None)
            dead = found.dead(child)
            alive |= {above for part, above in parts.values_list("pk", f"{name}_id") if part not in dead}
    keyless: set[UUID] = set()
    for ids in in_portions(touched - alive, ASKED_AT_ONCE):
        keyless |= set(_living(model).filter(pk__in=ids, key_id=None).values_list("pk", flat=True))
    return keyless


def _follow_down(model: Model, name: str, parent: Model, found: Found) -> None:
    stays = bool(data_map.entry(parent).row_stays_because)
    gone = found.forgotten.get(parent, set()) if stays else found.dead(parent)
    for ids in in_portions(gone, ASKED_AT_ONCE):
        rows = _living(model).filter(**{f"{name}__in": ids}, key_id=None)
        found.forgotten[model] |= set(rows.values_list("pk", flat=True))


def _resume(actor: Any) -> int:
    """Finish the erasures that the copy knows as decided and not done."""
    left = list(Condemnation.objects.filter(done_at=None).order_by("at"))
    for condemnation in left:
        erasure.finish(condemnation, actor=actor)
    return len(left)


def _portions(found: Found) -> Iterator[list[SealedModel]]:
    """Yield dead rows so that a record comes with its parts: a kill in between leaves none that nothing points to."""
    groups: dict[UUID, list[tuple[Model, UUID]]] = defaultdict(list)
    for model in {*found.forgotten, *found.replaced}:
        for ids in in_portions(found.dead(model), ASKED_AT_ONCE):
            rows = list(model._default_manager.filter(pk__in=ids, condemned_at=None))
            for target in lineage.targets(rows):
                groups[target.lineage[-1].id].append((model, target.record.id))
    portion: list[tuple[Model, UUID]] = []
    for _, group in sorted(groups.items()):
        portion += group
        if len(portion) >= AT_ONCE:
            yield _loaded(portion)
            portion = []
    if portion:
        yield _loaded(portion)


def _loaded(portion: list[tuple[Model, UUID]]) -> list[SealedModel]:
    by_model: dict[Model, list[UUID]] = defaultdict(list)
    for model, row_id in portion:
        by_model[model].append(row_id)
    return [row for model, ids in by_model.items() for row in model._default_manager.filter(pk__in=ids)]


def _ask(statement: str, ids: list[UUID]) -> set[tuple[Any, ...]]:
    if not ids:
        return set()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, [ids])
        return set(cursor.fetchall())
