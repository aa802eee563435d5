"""Put an entry into words: one canonical JSON text that says who, what, on which record, why, how and when.

Codes only: a free-text reason could never be taken back. What is personal stays out and is committed to by a hash.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from privacy.ids import new_id
from trail.actor import Actor
from trail.canonical import Fact, canonical, prove_facts
from trail.models import Event, Outcome

_ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_CODE = re.compile(r"[\w.:/@#+ -]{0,80}")
_FOREIGN = re.compile(r"[^\w.:/@#+ -]")
VERSION = 1


def written_at(moment: datetime) -> str:
    """Return a moment as entries write it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def prove_codes(action: str, **codes: str) -> None:
    """Raise ValueError, without repeating the value, for an action or a code that is not one."""
    if not _ACTION.fullmatch(action):
        raise ValueError("an action is noun.past_participle in a-z, 0-9 and _; the entry was not written")
    for name, value in codes.items():
        if not _CODE.fullmatch(value):
            raise ValueError(
                f"{name} takes a code of at most 80 letters, digits and .:/@#+-; the entry was not written"
            )


def foreign(value: str) -> str:
    """Return a value from outside (request id, OS user) with what could disturb the text replaced by `?`."""
    return _FOREIGN.sub("?", value)[:100]


def commitment(salt: bytes, detail: Mapping[str, str]) -> bytes:
    """Return SHA-256(salt ‖ canonical detail)."""
    return hashlib.sha256(salt + canonical(detail)).digest()


def fill_columns(
    event: Event, actor: Actor, *, record: tuple[str, str] | None, outcome: str, purpose: str, case: str
) -> None:
    """Set the columns that say who, on what, why and how; ValueError for a value that is not a code."""
    label, record_id = record or ("", "")
    prove_codes(event.action, record_label=label, record_id=record_id, purpose=purpose, case=case, role=actor.role)
    event.record_label, event.record_id = label, record_id
    event.outcome, event.purpose, event.case = Outcome(outcome).value, purpose, case
    event.user_id = actor.user_id


def entry_text(event: Event, actor: Actor, facts: Mapping[str, Fact]) -> bytes:
    """Return the canonical text of an entry whose columns are set; ValueError for a fact that does not fit."""
    prove_facts(facts)
    return canonical(
        {
            "account": _id(event.account_id),
            "action": event.action,
            "at": written_at(event.at),
            "case": event.case,
            "detail": event.detail_commitment.hex() if event.detail_commitment else None,
            "facts": facts,
            "how": {
                "on_behalf_of": _id(actor.on_behalf_of),
                "os_user": foreign(actor.os_user),
                "request": foreign(actor.request_id),
                "role": actor.role,
                "via": actor.via,
            },
            "id": str(event.pk),
            "outcome": event.outcome,
            "purpose": event.purpose,
            "record": {"id": event.record_id, "label": event.record_label},
            "user": _id(event.user_id),
            "v": VERSION,
        }
    )


def wording(event: Event, actor: Actor, facts: Mapping[str, Fact]) -> tuple[str, str, str]:
    """Return the three parts of the text of entries that say the same as `event`, each of a record of its own.

    Between them stand the id of the entry and that of its record. The text is made once and cut at two ids that were
    made for this, so that nothing else in it can equal them.
    """
    own, record = new_id(), new_id()
    event.pk, event.record_id = own, str(record)
    before, rest = entry_text(event, actor, facts).decode().split(str(own))
    between, after = rest.split(str(record))
    return before, between, after


def _id(value: UUID | None) -> str | None:
    return str(value) if value else None
