"""Show from the shell what forgetting a customer would do, by the same search and rights as in the portal."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import operator, shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from rtbf.errors import RequestError
from rtbf.requests.previews import preview
from rtbf.words import because, named
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`find_customer --account A --identifier KIND:VALUE … [--actor EMAIL] [--json]`."""

    help = "Show each record about a customer, where it stood in its export, and what forgetting would do with it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--identifier", nargs="+", action="extend", required=True, metavar="KIND:VALUE")
        parser.add_argument("--actor", default="", help="e-mail address of the member who asks; without: the operator")
        parser.add_argument("--json", action="store_true", help="a JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each item."""
        try:
            with recording_refusals():
                account = Account.objects.named(options["account"])
                actor = shell_actor(options["actor"], account) if options["actor"] else operator()
                found = preview(actor=actor, account=account, identifiers=options["identifier"])
                lines = list(found.lines)
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        for line in lines:
            self.stdout.write(_as_json(line) if options["json"] else _sentence(line))
        for sentence in found.shared:
            self.stderr.write(sentence)


def _as_json(line: dict[str, Any]) -> str:
    """Return the line without what it does not say: a whole record has no field, a record of the house no file."""
    return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


def _sentence(line: dict[str, Any]) -> str:
    where = " ".join(str(line[name]) for name in ("file", "record", "field") if line[name])
    span = f" characters {line['start']}-{line['end']}" if line["start"] is not None else ""
    kind = named(line["kind"], 1)
    return f"{line['action']:<10} {kind}: {where or 'not from an export'}{span} ({because(line['because'])})"
