"""Confirm after a restore that an account's legal holds were looked at, so that disposal by age goes on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from retention.errors import HoldError
from retention.reviewing import confirm_holds
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`confirm_holds --account NAME --actor EMAIL`: the actor is an officer of the account."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--actor", required=True, help="e-mail address of the officer who has looked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Confirm, and tell."""
        try:
            account = Account.objects.named(options["account"])
            with recording_refusals():
                confirm_holds(actor=shell_actor(options["actor"], account), account=account)
        except (AccountsError, HoldError, Refusal) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("Noted. Disposal by age goes on in this account.")
