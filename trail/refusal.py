"""Refuse, and see to it that the refusal is on record.

An entry written inside the refused transaction would vanish with its rollback. So a refusal travels up as an exception
that carries everything the entry needs, and is written at the face, after the rollback, in a transaction of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from trail.actor import Actor, require_actor
from trail.append import append

RecordName = tuple[str, str]


class Refusal(Exception):
    """What a refusal carries: who was refused what, on which record, for which coded reason.

    `code` goes into the log; `sentence` is for the person refused. Neither may hold anything personal.
    """

    def __init__(
        self,
        sentence: str,
        *,
        actor: Actor,
        action: str,
        code: str,
        record: RecordName | None = None,
        account_id: UUID | None = None,
        purpose: str = "",
        case: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.actor = require_actor(actor)
        self.action = action
        self.code = code
        self.record = record
        self.account_id = account_id or actor.account_id
        self.purpose = purpose
        self.case = case
        self.recorded = False


class Refused(Refusal, PermissionDenied):
    """The person may not do this; the answer is 403."""


class NotVisible(Refusal, Http404):
    """The row is there, but not for this person; the answer is that of a row that is not there."""


def record_refusal(refusal: Refusal) -> None:
    """Write the refusal's entry, once, in a transaction of its own.

    Raises RuntimeError inside an open transaction, whose rollback would take the entry with it.
    """
    if refusal.recorded:
        return
    with transaction.atomic(durable=True):
        append(
            refusal.action,
            actor=refusal.actor,
            account_id=refusal.account_id,
            record=refusal.record,
            outcome="refused",
            purpose=refusal.purpose,
            case=refusal.case,
            facts={"code": refusal.code},
        )
    refusal.recorded = True


@contextmanager
def recording_refusals() -> Iterator[None]:
    """Write down a refusal that passes through, and let it pass; for commands and jobs."""
    try:
        yield
    except Refusal as refusal:
        record_refusal(refusal)
        raise
