"""Create an account from the shell, by the same flow and with the same entries as anywhere else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import operator
from accounts.errors import AccountsError
from accounts.models import Account
from accounts.tenants import create_account
from trail.refusal import recording_refusals


class Command(BaseCommand):
    """`create_account NAME --region US --zone America/Los_Angeles --own-number +15305550100 --grace-hours 180`."""

    help = "Create an account with its region, time zone, own telephone numbers and hours of grace."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name")
        parser.add_argument("--region", required=True, help="two letters: where national numbers belong")
        parser.add_argument("--zone", required=True, help="time zone, e.g. America/Los_Angeles")
        parser.add_argument("--own-number", action="append", default=[], help="an own number; may be given often")
        parser.add_argument("--grace-hours", type=int, default=180, help="hours in which forgetting can be cancelled")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it, or say what is there already."""
        try:
            with recording_refusals():
                opened = create_account(
                    actor=operator(),
                    name=options["name"],
                    region=options["region"],
                    zone=options["zone"],
                    own_numbers=options["own_number"],
                    grace_hours=options["grace_hours"],
                )
        except AccountsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_sentence(opened.account, new=opened.new))


def _sentence(account: Account, *, new: bool) -> str:
    numbers = ", ".join(account.lines.values_list("number", flat=True)) or "none"
    state = "created" if new else "was there already"
    return f"Account {account.name} {state}. Own numbers: {numbers}. Hours of grace: {account.grace_hours}."
