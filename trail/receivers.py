"""Witness what the layer below does: each opening and each erasure has its entry, in the same transaction."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from privacy.witness import Receipt, RecordRef
from trail.actor import Actor
from trail.append import Draft, append, append_all, append_each
from trail.canonical import Fact
from trail.models import Detail

REMOVED = "detail.removed"
"""The entry that the verifier demands for every detail that is gone."""


class LogWitness:
    """The log, as `privacy` knows it."""

    def opened(
        self,
        *,
        actor: Actor,
        action: str,
        account_id: UUID | None,
        record: RecordRef | None,
        purpose: str,
        case: str,
        facts: Mapping[str, Fact],
    ) -> UUID:
        """Append the entry of an opening and return its id."""
        name = (record.label, str(record.id)) if record else None
        event = append(action, actor=actor, account_id=account_id, record=name, purpose=purpose, case=case, facts=facts)
        return event.pk

    def condemned(
        self, refs: Sequence[RecordRef], *, condemnation_id: UUID, actor: Actor, ground: str, case: str
    ) -> None:
        """Append one entry for the decision in each account, and one for each detail of the log that goes."""
        decided = [
            Draft(
                "erasure.decided",
                account_id=account_id,
                record=("privacy.Condemnation", str(condemnation_id)),
                purpose=ground,
                case=case,
                facts={"records": number},
            )
            for account_id, number in Counter(ref.account_id for ref in refs).items()
        ]
        append_all(decided, actor=actor)
        removed = defaultdict(list)
        for ref in refs:
            if ref.label == Detail._meta.label:
                removed[ref.account_id].append(ref.id)
        for account_id, ids in removed.items():
            draft = Draft(REMOVED, account_id=account_id, record=(Detail._meta.label, ""), purpose=ground, case=case)
            append_each(draft, ids, actor=actor)

    def erased(
        self, receipts: Sequence[Receipt], *, condemnation_id: UUID, actor: Actor, ground: str, case: str
    ) -> None:
        """Append an entry for each record that is gone: which fields, never what stood in them."""
        alike = defaultdict(list)
        for receipt in receipts:
            record = receipt.record
            alike[record.label, record.account_id, receipt.fields, receipt.deleted].append(record.id)
        for (label, account_id, fields, deleted), ids in alike.items():
            draft = Draft(
                "record.erased",
                account_id=account_id,
                record=(label, ""),
                purpose=ground,
                case=case,
                facts={"condemnation": str(condemnation_id), "deleted": deleted, "fields": " ".join(fields)},
            )
            append_each(draft, ids, actor=actor)
