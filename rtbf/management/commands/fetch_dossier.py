"""Fetch a customer's copy from the shell, once, by the same flow, right and entries as in the portal.

It goes to the standard output: nothing writes it to a disk in plaintext unless whoever runs this says so.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rtbf.dossier.handing_out import fetch
from rtbf.management import acting
from rtbf.models import Dossier


class Command(BaseCommand):
    """`fetch_dossier REFERENCE --account A --actor EMAIL > copy.zip`."""

    help = "Hand out a copy for a customer, once, to the member it is for, as a ZIP archive on the standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        acting.add_arguments(parser, thing="copy", who="the member it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the archive, piece by piece."""
        if sys.stdout.isatty():
            raise CommandError("Nothing was handed out. Send the archive somewhere: … > copy.zip")
        none = "This account has no such copy, or you may not see it. Nothing was handed out."
        with acting.acting(options) as (_, actor):
            found = acting.named(Dossier.objects.visible_to(actor), options, otherwise=none)
            pieces = fetch(actor=actor, dossier=found)
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
