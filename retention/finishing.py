"""Finish what one chunk condemned while the next is decided: two connections at work instead of one.

What was condemned goes whatever comes after: no hold brings it back, and a later chunk is decided under its own locks
and guards. One chunk is finished at a time, so memory stays flat; a run that is killed finishes both when it goes on.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from django.db import DataError, Error, IntegrityError, connections

from privacy import erasure
from privacy.keyring.ring import KeyLost
from privacy.models import Condemnation
from trail.actor import Actor
from vault.errors import VaultError

BROKEN: Final = (IntegrityError, DataError, KeyLost, VaultError)
"""What one record can fail with; a database that does not answer is not among them: then the run waits."""

logger = logging.getLogger(__name__)


class Finisher:
    """Finishes one condemnation at a time, on connections of its own."""

    def __init__(self, pool: ThreadPoolExecutor, actor: Actor) -> None:
        """Take who works, and who acts."""
        self._pool = pool
        self._actor = actor
        self._under_way: Future[Any] | None = None

    def begin(self, condemnation: Condemnation) -> None:
        """Wait until the one before is finished, and begin to finish this one. Raises what `settle` raises."""
        self.settle()
        self._under_way = self._pool.submit(erasure.finish, condemnation, actor=self._actor)

    def settle(self) -> None:
        """Wait until nothing is under way. Raises django.db.OperationalError when a database does not answer.

        What can't be finished for another reason stays condemned, and its own job goes on trying.
        """
        under_way, self._under_way = self._under_way, None
        try:
            if under_way is not None:
                under_way.result()
        except BROKEN as problem:
            logger.error("What a chunk condemned could not be finished yet (%s).", type(problem).__name__)
        except Error:
            # What ended those connections may have ended these: whoever uses them next is to look first.
            for connection in connections.all(initialized_only=True):
                connection.errors_occurred = True
            raise


@contextmanager
def finisher(actor: Actor) -> Iterator[Finisher]:
    """Yield a finisher; whatever happens, what it has begun has ended afterwards, and its connections are closed."""
    with ThreadPoolExecutor(1, thread_name_prefix="finisher") as pool:
        try:
            yield Finisher(pool, actor)
        finally:
            pool.submit(connections.close_all).result()
