"""Fetch a customer's copy from the shell, once, by the same flow, right and entries as in the portal.

It goes to the standard output: nothing writes it to a disk in plaintext unless whoever runs this says so.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from rtbf.dossier import fetch
from rtbf.errors import RequestError
from rtbf.models import Dossier
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`fetch_dossier REFERENCE --account A --actor EMAIL > copy.zip`."""

    help = "Hand out a copy for a customer, once, to the member it is for, as a ZIP archive on the standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("reference", help="the reference of the copy")
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--actor", required=True, help="e-mail address of the member it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the archive, piece by piece."""
        if sys.stdout.isatty():
            raise CommandError("Nothing was handed out. Send the archive somewhere: … > copy.zip")
        try:
            with recording_refusals():
                account = Account.objects.named(options["account"])
                actor = shell_actor(options["actor"], account)
                found = Dossier.objects.visible_to(actor).filter(reference=options["reference"]).first()
                if found is None:
                    raise CommandError("This account has no such copy, or you may not see it. Nothing was handed out.")
                pieces = fetch(actor=actor, dossier=found)
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
