"""Import a folder or file of exports from the shell."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from accounts.actors import operator, shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from interactions.imports import Report, import_folder
from interactions.sounds import StoreFailed
from privacy.ledger_gaps import LedgerInDoubt
from privacy.open import Forgotten
from trail.refusal import Refusal, recording_refusals

SHOWN = 50
KNOWN = (AccountsError, FileNotFoundError, Forgotten, LedgerInDoubt, Refusal, StoreFailed)
GOES_ON = "What was taken in until then stays; mend that and run the import again, it goes on where it stopped."


class Command(BaseCommand):
    """`import_interactions PATH --account NAME [--actor EMAIL] [--json]`."""

    help = "Import calls, recordings, voicemails and transcripts. Running it again takes in only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("path", type=Path, help="a folder, walked to its end, or one file")
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--actor", default="", help="e-mail of the member who imports; without: the operator")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say what came of it."""
        try:
            account = Account.objects.named(options["account"])
            actor = shell_actor(options["actor"], account) if options["actor"] else operator()
            with recording_refusals():
                report = import_folder(options["path"], account=account, actor=actor, progress=self._progress)
        except (*KNOWN, OperationalError) as error:
            raise CommandError(_sentence(error)) from error
        if sys.stderr.isatty():
            self.stderr.write("")
        self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False) if options["json"] else _as_text(report))

    def _progress(self, read: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{read:,} records read …", ending="")


def _sentence(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "There is no such file or folder. Nothing was imported."
    if isinstance(error, StoreFailed):
        return f"The store takes nothing more ({error}). {GOES_ON}"
    if isinstance(error, OperationalError):
        return f"A database does not answer. {GOES_ON}"
    return str(error)


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "counts": dict(report.counts),
        "rejected": [asdict(each) for each in report.rejected],
        "ignored": [asdict(each) for each in report.ignored],
        "notes": [asdict(each) for each in report.notes],
    }


def _as_text(report: Report) -> str:
    counts = [f"  {number:>9,}  {name}" for name, number in sorted(report.counts.items())]
    lines = ["Imported:" if counts else "There was nothing new.", *counts]
    lines += _listed("Not taken in:", [f"{_where(each.file, each.line)}: {each.reason}" for each in report.rejected])
    lines += _listed("Worth knowing:", [f"{_where(each.file, each.line)}: {each.remark}" for each in report.notes])
    lines += _listed("Left out on purpose:", [f"{each.file}: {each.reason}" for each in report.ignored])
    return "\n".join(lines)


def _where(file: str, line: int) -> str:
    return f"{file}, line {line}" if line else file


def _listed(title: str, lines: list[str]) -> list[str]:
    more = [f"  … and {len(lines) - SHOWN:,} more (--json lists all)"] if len(lines) > SHOWN else []
    return [title, *(f"  {line}" for line in lines[:SHOWN]), *more] if lines else []
