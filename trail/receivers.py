"""Witness what the layer below does: each opening and each erasure has its entry, in the same transaction."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

from privacy.witness import Receipt, RecordRef
from trail.actor import Actor
from trail.append import Draft, append, append_all
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
        by_account = groupby(sorted(refs, key=_account), key=_account)
        decided = [
            Draft(
                "erasure.decided",
                account_id=records[0].account_id,
                record=("privacy.Condemnation", str(condemnation_id)),
                purpose=ground,
                case=case,
                facts={"records": len(records)},
            )
            for records in (list(group) for _, group in by_account)
        ]
        removed = [
            Draft(REMOVED, account_id=ref.account_id, record=(ref.label, str(ref.id)), purpose=ground, case=case)
            for ref in refs
            if ref.label == Detail._meta.label
        ]
        append_all([*decided, *removed], actor=actor)

    def erased(
        self, receipts: Sequence[Receipt], *, condemnation_id: UUID, actor: Actor, ground: str, case: str
    ) -> None:
        """Append an entry for each record that is gone: which fields, never what stood in them."""
        append_all(
            [
                Draft(
                    "record.erased",
                    account_id=receipt.record.account_id,
                    record=(receipt.record.label, str(receipt.record.id)),
                    purpose=ground,
                    case=case,
                    facts={
                        "condemnation": str(condemnation_id),
                        "deleted": receipt.deleted,
                        "fields": " ".join(receipt.fields),
                    },
                )
                for receipt in receipts
            ],
            actor=actor,
        )


def _account(ref: RecordRef) -> str:
    return str(ref.account_id or "")
