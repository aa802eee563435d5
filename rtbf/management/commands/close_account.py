"""Close an account from the shell, by the same flows and rights as in the portal, and fetch the certificate."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from rtbf.closing import asking
from rtbf.closing.carrying_out import what_stops
from rtbf.errors import RequestError
from rtbf.models.closures import Closing, Closure
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`close_account --account A [--ask NAME | --agree | --cancel] [--actor EMAIL] [--certificate FILE]`."""

    help = "Say where the closing of an account stands, ask for it, agree, call it off, or fetch its certificate."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--actor", help="e-mail address of the member who asks, agrees or calls it off")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--ask", metavar="NAME", help="ask; type the name of the account once more")
        what.add_argument("--agree", action="store_true", help="agree as the second person")
        what.add_argument("--cancel", action="store_true", help="call it off while it waits")
        what.add_argument("--certificate", type=Path, metavar="FILE", help="write the signed certificate to a file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked and say where it stands."""
        account = Account.objects.filter(name=options["account"].strip()).first()
        if account is None:
            raise CommandError("There is no account of this name. Nothing was done.")
        try:
            with recording_refusals():
                self._act(account, options)
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        found = _last(account)
        if found is None:
            self.stdout.write("Nobody has asked to close this account.")
            return
        self.stdout.write(f"{found.reference}: {found.get_state_display()}. {found.why or what_stops(account)}".strip())
        if options["certificate"]:
            self._write(found, options["certificate"])

    def _act(self, account: Account, options: dict[str, Any]) -> None:
        if not (options["ask"] or options["agree"] or options["cancel"]):
            return
        if not options["actor"]:
            raise CommandError("Say who does it: --actor EMAIL. Nothing was done.")
        actor = shell_actor(options["actor"], account)
        if options["ask"]:
            asking.ask_to_close(actor=actor, account=account, typed=options["ask"])
            return
        found = _last(account)
        if found is None:
            raise CommandError("Nobody has asked to close this account. Nothing was done.")
        act = asking.agree_to_close if options["agree"] else asking.cancel_closing
        act(actor=actor, closure=found)

    def _write(self, found: Closure, file: Path) -> None:
        if found.state != Closing.DONE:
            raise CommandError("The account is not closed yet, so there is no certificate. Nothing was written.")
        file.write_text(found.certificate, encoding="utf-8")
        self.stdout.write(f"Written to {file}. python -m rtbf.verify_certificate checks it.")


def _last(account: Account) -> Closure | None:
    rows = Closure.objects.filter(account=account).order_by("-asked_at")
    return rows.exclude(state=Closing.CANCELLED).first() or rows.first()
