"""Keep an import as a row while it runs: how far it is, what came of it, and what it left out.

Names of files may hold numbers, so they go to whoever began the import and into sealed rows; the log of the program
carries ordinals. What was erased, on request, by age or by hand, and came again is counted and never named.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from interactions.drafts import Rejected
from interactions.models import DropFolder, ImportReject, ImportRun, RunState
from interactions.models.imports import LONGEST_REASON
from privacy.keyring.ring import create_keys
from privacy.sealing import seal
from trail.actor import Actor

MOST_REJECTED: Final = 10_000
KEEP_REJECTS: Final = timedelta(days=30)
FORGOTTEN: Final = "forgotten"
LOGGED = 100

logger = logging.getLogger(__name__)


class RunRecord:
    """The row of one import under way."""

    def __init__(self, account: Account, actor: Actor, folder: DropFolder | None = None) -> None:
        """Begin a run."""
        self.row = ImportRun.objects.create(account=account, folder=folder, user_id=actor.user_id)
        self._written = 0

    def advance(self, read: int, rejected: Sequence[Rejected]) -> None:
        """Note how many records were read, and write down what was left out since the last time."""
        fresh = rejected[self._written : MOST_REJECTED]
        if fresh:
            self._write(fresh)
        ImportRun.objects.filter(pk=self.row.pk).update(read=read, beat_at=timezone.now())

    def end(self, state: RunState, counts: dict[str, int], problem: str = "") -> None:
        """Note how the run ended."""
        rejected = counts.get("rejected", 0)
        ImportRun.objects.filter(pk=self.row.pk).update(
            state=state, problem=problem[:80], counts=counts, rejected=rejected, ended_at=timezone.now()
        )
        logger.info("Import %s: %s, %d left out.", self.row.pk, state, rejected)

    def _write(self, fresh: Sequence[Rejected]) -> None:
        keys = iter(create_keys(self.row.account_id, len(fresh)))
        rows = []
        for ordinal, each in enumerate(fresh, start=self._written + 1):
            row = ImportReject(
                account_id=self.row.account_id,
                run=self.row,
                ordinal=ordinal,
                line=max(each.line, 0),
                reason=each.reason[:LONGEST_REASON],
            )
            seal(row, next(keys), {"file": "" if each.code == FORGOTTEN else each.file})
            rows.append(row)
            if ordinal <= LOGGED:
                logger.info("Import %s: %d. was left out, line %d: %s", self.row.pk, ordinal, row.line, row.reason)
        with transaction.atomic():
            ImportReject.objects.bulk_create(rows, batch_size=1_000)
        self._written += len(fresh)
