"""Compare data, keyring, keys and store with one another, and tell what does not fit."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from privacy import fsck


class Command(BaseCommand):
    """`fsck [--json] [--remove-stragglers]`: exit status 1 when something does not fit. Looking changes nothing."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--json", action="store_true", help="print each finding as a JSON object on its line")
        parser.add_argument(
            "--remove-stragglers",
            action="store_true",
            help="unlink files of erased records, and unfinished ones, first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and tell."""
        count = 0
        try:
            if options["remove_stragglers"]:
                removed = fsck.remove_stragglers()
                if not options["json"]:
                    self.stdout.write(f"{removed} files of erased records, or never finished, were removed.")
            for finding in fsck.check():
                count += 1
                self.stdout.write(
                    json.dumps(asdict(finding))
                    if options["json"]
                    else f"{finding.code} {finding.about}: {finding.says}"
                )
        except OperationalError as problem:
            raise CommandError("A database does not answer, so not everything was compared.") from problem
        except OSError as problem:
            raise CommandError(f"The store fails ({problem.strerror}); not everything was compared.") from None
        if count:
            raise CommandError(f"{count} things do not fit; docs/restore.md says what to do about each.")
        if not options["json"]:
            self.stdout.write("Everything fits.")


def _line(finding: fsck.Finding) -> str:
    return f"{finding.code} {finding.about}: {finding.says}"
