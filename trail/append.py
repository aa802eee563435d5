"""Append an entry, in the transaction of the act it tells of.

Writers hash their own leaf and serialise nobody: the sequencer orders the entries afterwards. If the entry can't be
written, the act does not happen either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from privacy import bulk
from privacy.ids import new_id
from privacy.lookups import array_of
from trail.actor import Actor, require_actor
from trail.canonical import Fact
from trail.details import NO_ACCOUNT, Envelope, envelope, workstation_index
from trail.entry import entry_text, fill_columns, wording
from trail.merkle import leaf_hash
from trail.models import Event

_FIELDS = Event._meta.concrete_fields
_COLUMNS = ", ".join(f'"{field.column}"' for field in _FIELDS)
_VALUES = ", ".join(["%s"] * len(_FIELDS))
INSERT = f"INSERT INTO {Event._meta.db_table} ({_COLUMNS}) VALUES ({_VALUES})"  # noqa: S608 - names of our own model
_OF_EACH = {
    "id": "each.entry",
    "record_id": "each.record::text",
    "text": "worded.text",
    "leaf_hash": r"sha256('\x00'::bytea || convert_to(worded.text, 'UTF8'))",
}
"""What entries that otherwise say the same differ in. The leaf hash is that of `merkle.leaf_hash`."""
_EACH_VALUES = ", ".join([_OF_EACH.get(field.attname, "%s") for field in _FIELDS])
INSERT_EACH = f"""
    INSERT INTO {Event._meta.db_table} ({_COLUMNS}) SELECT {_EACH_VALUES}
    FROM unnest(%s::uuid[], %s::uuid[]) AS each (entry, record),
        LATERAL (SELECT %s::text || each.entry || %s::text || each.record || %s::text AS text) AS worded
"""  # noqa: S608 - names of our own model


@dataclass(frozen=True, slots=True)
class Draft:
    """What an entry is to say; the parameters of `append`."""

    action: str
    account_id: UUID | None = None
    record: tuple[str, str] | None = None
    outcome: str = "done"
    purpose: str = ""
    case: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    detail: Mapping[str, str] = field(default_factory=dict)
    found_by: Sequence[bytes] = ()


def append(  # noqa: PLR0913 - each is a part of the entry
    action: str,
    *,
    actor: Actor,
    account_id: UUID | None = None,
    record: tuple[str, str] | None = None,
    outcome: str = "done",
    purpose: str = "",
    case: str = "",
    facts: Mapping[str, Fact] | None = None,
    detail: Mapping[str, str] | None = None,
    found_by: Sequence[bytes] = (),
) -> Event:
    """Write one entry into the caller's transaction and return it.

    `account_id` is the actor's account unless given. `record`: model label and id. `facts` are never personal; `detail`
    is, and is sealed together with the actor's address and device under a key of its own. `found_by`: blind indexes of
    the identifiers in `detail`, by which forgetting that person finds it. Raises NoActor, ValueError for anything that
    is not a code, and what the keyring raises when it does not answer.
    """
    draft = Draft(action, account_id, record, outcome, purpose, case, facts or {}, detail or {}, found_by)
    event, sealed = _compose(draft, require_actor(actor))
    if sealed is None:
        _insert(event)
        return event
    with transaction.atomic():
        _insert(event)
        sealed.detail.save(force_insert=True)
    return event


def append_all(drafts: Sequence[Draft], *, actor: Actor) -> list[Event]:
    """Write many entries of one actor into the caller's transaction: a few statements, however many they are."""
    require_actor(actor)
    composed = [_compose(draft, actor) for draft in drafts]
    events = [event for event, _ in composed]
    with transaction.atomic():
        bulk.insert(events)
        bulk.insert([sealed.detail for _, sealed in composed if sealed])
    return events


def append_each(draft: Draft, records: Sequence[UUID], *, actor: Actor) -> None:
    """Write what `draft` says about each of many records of one model into the caller's transaction, at one moment.

    `draft.record` names the model alone. Ten thousand entries of an erasure differ in two ids: what they share is
    proved and put into words once, and the database fills in the ids and hashes the leaves.
    """
    label, _ = draft.record or ("", "")
    if require_actor(actor).as_detail() or draft.detail:
        append_all([replace(draft, record=(label, str(each))) for each in records], actor=actor)
        return
    if not records:
        return
    like = _event(draft, actor)
    shared = [getattr(like, field.attname) for field in _FIELDS if field.attname not in _OF_EACH]
    entries = array_of([new_id() for _ in records])
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EACH, [*shared, entries, array_of(records), *wording(like, actor, draft.facts)])


def _event(draft: Draft, actor: Actor) -> Event:
    account_id = draft.account_id or actor.account_id
    event = bulk.new(Event, id=new_id(), at=timezone.now(), action=draft.action, account_id=account_id)
    fill_columns(event, actor, record=draft.record, outcome=draft.outcome, purpose=draft.purpose, case=draft.case)
    return event


def _compose(draft: Draft, actor: Actor) -> tuple[Event, Envelope | None]:
    event = _event(draft, actor)
    personal = {**actor.as_detail(), **draft.detail}
    owner = event.account_id or NO_ACCOUNT
    found_by = [*draft.found_by, *([workstation_index(owner, actor.address)] if actor.address else [])]
    sealed = envelope(event.pk, owner, event.at, personal, found_by) if personal else None
    event.detail_commitment = sealed.commitment if sealed else None
    text = entry_text(event, actor, draft.facts)
    event.text, event.leaf_hash = text.decode(), leaf_hash(text)
    return event, sealed


def _insert(event: Event) -> None:
    """Write the row: `save` takes twice as long, and every act pays for its entry."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [getattr(event, field.attname) for field in _FIELDS])
    event._state.adding, event._state.db = False, connection.alias
