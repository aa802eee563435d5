"""Back up data, keyring and keys, each to a place of its own; or check a backup."""

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from jobs.backup import NotBackedUp, back_up
from jobs.manifest import MANIFEST, NotABackup, check
from privacy.dumping import hash_file
from trail.actor import Actor


class Command(BaseCommand):
    """`backup --to FOLDER [--copy-store] [--keyring-to FOLDER] [--keys-to FOLDER]`, or `backup --check FOLDER`.

    Exit status 1 when anything was not backed up, or is not as it was written.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--to", type=Path, help="where a folder with the data database is made")
        parser.add_argument("--copy-store", action="store_true", help="copy the sealed files too, instead of a list")
        parser.add_argument("--keyring-to", type=Path, help="where a folder with the keyring is made; another place")
        parser.add_argument("--keys-to", type=Path, help="where the wrapped keys go, without the root; a third place")
        parser.add_argument("--check", type=Path, help="a backup's folder, to be compared with its manifest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up or check, and tell."""
        if options["check"]:
            self._check(options["check"])
            return
        try:
            made = back_up(
                actor=Actor.shell(getpass.getuser()),
                data=options["to"],
                keyring=options["keyring_to"],
                key_files=options["keys_to"],
                store=options["copy_store"],
            )
        except NotBackedUp as problem:
            raise CommandError(str(problem)) from problem
        except OperationalError as problem:
            raise CommandError("A database does not answer. The backup is not complete; make it again.") from problem
        for kind, folder in made.items():
            self.stdout.write(f"{kind}: {folder}, SHA-256 of its manifest {hash_file(folder / MANIFEST)[1]}")

    def _check(self, folder: Path) -> None:
        try:
            problems = check(folder)
        except NotABackup as problem:
            raise CommandError(str(problem)) from None
        if problems:
            raise CommandError("\n".join(["The backup is not as it was written.", *problems]))
        self.stdout.write("The backup is as it was written.")
