"""Open one record of a plan to look at it before FORGET: on record, and no more of it than the decision needs.

Of a text in another person's call only the passages are shown with a few words around them; a sound is heard on the
page of its call, behind its own door.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps

from accounts.rights import require
from customers.restricting import GROUND as GROUND_RESTRICTED
from customers.restricting import restrictions
from privacy import lineage
from privacy.models import SealedField
from privacy.open import open_rows, warrant
from privacy.witness import RecordRef
from rtbf import words
from rtbf.entries import GROUND
from rtbf.models import PlanItem
from rtbf.planning.decisions import RAISE
from trail.actor import Actor, require_actor
from trail.refusal import Refused

AROUND: Final = 40
LONGEST: Final = 4_000
NOT_SHOWN: Final = frozenset({"place", "peaks", "content"})


@dataclass(frozen=True)
class Sample:
    """What a record says: (field, text). Its values stay out of `repr`."""

    kind: str
    lines: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        """Tell the kind alone."""
        return f"Sample({self.kind})"


def open_sample(*, actor: Actor, item: PlanItem) -> Sample:
    """Return what a record of a plan says, with an entry that names it. Raises Refused."""
    request = item.request
    require(require_actor(actor), RAISE, request, action="plan_row.opened")

    model: Any = apps.get_model(item.label)
    rows = list(model._default_manager.filter(pk=item.record_id, account_id=request.account_id))
    _refuse_restricted(actor, item, rows)
    opening = warrant(
        actor=actor, action="plan_row.opened", account_id=request.account_id, purpose=GROUND, case=request.reference,
        record=RecordRef(item.label, item.record_id, request.account_id), facts={"kind": item.kind},
    )  # fmt: skip
    names = [each.name for each in model._meta.concrete_fields if isinstance(each, SealedField)]
    shown = [name for name in names if name not in NOT_SHOWN]
    opened = open_rows(rows, *shown, warrant=opening).get(item.record_id, {}) if rows and shown else {}
    lines = _passages(item, opened) if item.spans else [(_label(name), _text(value)) for name, value in opened.items()]
    return Sample(words.named(item.kind, 1), tuple((name, text[:LONGEST]) for name, text in lines if text))


def _refuse_restricted(actor: Actor, item: PlanItem, rows: Sequence[Any]) -> None:
    """Raise Refused when the record belongs to a customer whose data is restricted."""
    if restrictions(lineage.targets(rows)):
        raise Refused(
            "This record belongs to a customer whose data is restricted (Art. 18 GDPR). Nothing was opened.",
            actor=actor, action="plan_row.opened", code=GROUND_RESTRICTED, record=(item.label, str(item.record_id)),
        )  # fmt: skip


def _passages(item: PlanItem, opened: dict[str, Any]) -> list[tuple[str, str]]:
    parts = next((value for value in opened.values() if isinstance(value, list)), None)
    whole = next((value for value in opened.values() if isinstance(value, str)), "")
    found = []
    for number, start, end in item.spans or ():
        part = parts[number] if parts and number < len(parts) else whole
        text = part.get("text", "") if isinstance(part, dict) else str(part)
        before, after = max(0, start - AROUND), end + AROUND
        dots = "…" if before else "", "…" if after < len(text) else ""
        found.append(("passage", f"{dots[0]}{text[before:after]}{dots[1]}"))
    return found


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(part, dict) and "text" in part for part in value):
        return "\n".join(": ".join(filter(None, (str(part.get("speaker", "")), part["text"]))) for part in value)
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, indent=1)


def _label(name: str) -> str:
    return name.replace("_", " ")
