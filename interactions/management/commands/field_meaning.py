"""Say from the shell what an account's columns and data-source keys hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import operator, shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from customers.models import FieldMeaning
from interactions.columns import remove_meaning, set_meaning
from interactions.sources.meanings import Meaning
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`field_meaning --account NAME [--field COLUMN (--means MEANING | --forget)] [--actor EMAIL]`."""

    help = "Say what an account's columns of CRM exports and data-source keys hold. Without --field: list what is said."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--field", default="", help="name of the column or key, in any spelling")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--means", default="", help=f"{', '.join(Meaning)}; or a common name to keep values under")
        what.add_argument("--forget", action="store_true", help="take back what was said of the field")
        parser.add_argument("--actor", default="", help="e-mail of the member who says so; without: the operator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or list."""
        try:
            account = Account.objects.named(options["account"])
            actor = shell_actor(options["actor"], account) if options["actor"] else operator()
            if not options["field"]:
                self._list(account)
                return
            if not (options["means"] or options["forget"]):
                raise CommandError("Say what the field holds with --means, or take it back with --forget.")
            with recording_refusals():
                if options["means"]:
                    set_meaning(actor=actor, account=account, field=options["field"], means=options["means"])
                    self.stdout.write("Said. It counts from the next import on.")
                elif remove_meaning(actor=actor, account=account, field=options["field"]):
                    self.stdout.write("Taken back. It counts from the next import on.")
                else:
                    self.stdout.write("Nothing was said of this field.")
        except (AccountsError, Refusal) as error:
            raise CommandError(str(error)) from error

    def _list(self, account: Account) -> None:
        for row in FieldMeaning.objects.filter(account=account).order_by("field"):
            self.stdout.write(f"{row.field}  {row.means}")
