"""Give an account's blind indexes a new key and destroy the old one, so that an old backup's indexes say nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from accounts.actors import operator
from accounts.errors import AccountsError
from accounts.models import Account
from jobs import key_care
from privacy.blind_index import IndexKeyGone
from privacy.index_rotation import NotSettled
from privacy.keyring.ring import KeyLost
from vault.errors import VaultError


class Command(BaseCommand):
    """`rotate_index_key --account NAME [--rebuild]`: imports of that account wait meanwhile.

    Exit status 1 when it is not done.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument(
            "--rebuild", action="store_true", help="after a restore: compute the indexes anew from what the rows say"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and tell."""
        try:
            account = Account.objects.named(options["account"])
            if options["rebuild"]:
                self._rebuild(account)
                return
            rotated = key_care.rotate_index_key(account.pk, actor=operator())
        except (AccountsError, IndexKeyGone, KeyLost, NotSettled) as problem:
            raise CommandError(str(problem)) from problem
        except VaultError as problem:
            raise CommandError(f"The index key was not rotated: {problem}") from problem
        except OperationalError as problem:
            raise CommandError("A database does not answer. Run it again: it goes on where it stopped.") from problem
        self.stdout.write(f"{rotated.rows + rotated.late} indexes stand under a new key; the old key was destroyed.")
        if rotated.unreadable:
            self.stdout.write(
                f"{rotated.unreadable} indexes stand under a key that was destroyed before; they were left as they are."
            )

    def _rebuild(self, account: Account) -> None:
        rebuilt = key_care.rebuild_index(account.pk, actor=operator())
        self.stdout.write(f"{rebuilt.computed} indexes were computed anew.")
        if rebuilt.random:
            self.stdout.write(
                f"{rebuilt.random} could not be, and match nothing from now on: do not import again what was imported"
                " before the restore, it would be taken in twice."
            )
