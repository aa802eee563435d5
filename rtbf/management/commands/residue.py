"""Search from the shell for what is still there of a person, by map and by brute force."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import operator, shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from rtbf.errors import RequestError
from rtbf.models import ResidueFinding, ResidueScan, Weight
from rtbf.residue.scanning import search_for_residue
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`residue --account A --identifier KIND:VALUE … [--actor EMAIL] [--json]`."""

    help = (
        "Search both databases raw, every sealed value that still opens, the files, the queue, the cache and the"
        " sessions for a person. Names places, never values. Exit status 1 if anything was found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--identifier", nargs="+", action="extend", required=True, metavar="KIND:VALUE")
        parser.add_argument("--actor", default="", help="e-mail address of the member who asks; without: the operator")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found; what only looks alike is told and does not count."""
        try:
            with recording_refusals():
                account = Account.objects.named(options["account"])
                actor = shell_actor(options["actor"], account) if options["actor"] else operator()
                found = search_for_residue(actor=actor, account=account, identifiers=options["identifier"])
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        findings = list(found.findings.order_by("weight", "kind", "place", "record"))
        self.stdout.write(json.dumps(_as_json(found, findings)) if options["json"] else _in_words(found, findings))
        if any(each.weight != Weight.ALIKE for each in findings):
            sys.exit(1)


def _as_json(found: ResidueScan, findings: list[ResidueFinding]) -> dict[str, Any]:
    return {
        "searched": found.searched,
        "not_searched": found.not_searched,
        "findings": [
            {name: getattr(each, name) for name in ("kind", "place", "record", "what", "weight", "number")}
            for each in findings
        ],
    }


def _in_words(found: ResidueScan, findings: list[ResidueFinding]) -> str:
    lines = [
        f"{each.get_weight_display()}: {each.what} in {each.kind} {each.place} {each.record} ({each.number})"
        for each in findings
    ]
    searched = ", ".join(f"{number:,} {kind}" for kind, number in sorted(found.searched.items()))
    lines += [f"Searched pieces: {searched}."]
    lines += [f"Not searched: {', '.join(found.not_searched)}."] if found.not_searched else []
    return "\n".join([*lines, "Something was found." if findings else "Nothing was found."])
