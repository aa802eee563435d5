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
from vault.errors import VaultError


class Command(BaseCommand):
    """`rotate_index_key --account NAME`: imports of that account wait meanwhile. Exit status 1 when it is not done."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account."""
        parser.add_argument("--account", required=True, help="name of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and tell."""
        try:
            account = Account.objects.named(options["account"])
            rotated = key_care.rotate_index_key(account.pk, actor=operator())
        except (AccountsError, IndexKeyGone, NotSettled) as problem:
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
