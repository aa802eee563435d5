"""After a restore: erase again what was forgotten since the copy was made, and shred again what was sentenced."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from jobs import restores
from privacy import replay
from privacy.ledger_gaps import gaps
from privacy.replay import LostKeys
from trail.actor import Actor
from vault.errors import VaultError


class Command(BaseCommand):
    """`replay_erasures [--look]`: exit status 1, and no record erased, when a key is lost. Safe to repeat."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to look only."""
        parser.add_argument("--look", action="store_true", help="say what would be erased and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, and tell."""
        try:
            if options["look"]:
                self._look()
                return
            done = restores.replay_erasures(actor=Actor.shell(getpass.getuser()))
        except LostKeys as problem:
            raise CommandError(str(problem)) from None
        except (OperationalError, VaultError) as problem:
            raise CommandError(f"It stopped ({type(problem).__name__}). Run it again: it goes on there.") from problem
        self.stdout.write(
            f"{done.shredded} keys shredded again, {done.resumed} erasures finished that had been cut off,"
            f" {done.erased} records erased again."
        )
        if done.unplayable:
            self.stdout.write(f"{done.unplayable} sounds were changed after the copy; their old files do not open.")

        self._tell_gaps()

    def _tell_gaps(self) -> None:
        """Name what the ledger does not know any more, to whoever must look at it."""
        for gap in gaps():
            self.stderr.write(
                f"Missing from the erasure ledger: {gap.case} of account {gap.account_id},"
                f" {gap.at:%Y-%m-%d %H:%M} UTC. An import of an old export could bring it back (docs/restore.md)."
            )

    def _look(self) -> None:
        self._tell_gaps()
        found = replay.look()
        if found.lost:
            raise LostKeys(found.lost)
        self.stdout.write(f"{found.count} records are to be erased again. Nothing was changed.")
