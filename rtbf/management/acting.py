"""What commands share that act on one thing of an account: who acts, on what, and how a refusal is told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.management.base import CommandError, CommandParser
from django.db.models import Model, QuerySet

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from rtbf.errors import RequestError
from trail.actor import Actor
from trail.refusal import Refusal, recording_refusals

Row = TypeVar("Row", bound=Model)


def add_arguments(parser: CommandParser, *, thing: str, who: str) -> None:
    """Declare the reference of what is acted on, the account, and who acts."""
    parser.add_argument("reference", help=f"the reference of the {thing}")
    parser.add_argument("--account", required=True, help="name of the account")
    parser.add_argument("--actor", required=True, help=f"e-mail address of {who}")


@contextmanager
def acting(options: Mapping[str, Any]) -> Iterator[tuple[Account, Actor]]:
    """Give the account and who acts. What is refused inside is on record, and becomes a CommandError."""
    try:
        with recording_refusals():
            account = Account.objects.named(options["account"])
            yield account, shell_actor(options["actor"], account)
    except (AccountsError, RequestError, Refusal) as error:
        raise CommandError(str(error)) from None


def named(visible: "QuerySet[Row]", options: Mapping[str, Any], *, otherwise: str) -> Row:
    """Return the row of that reference among those the actor sees; CommandError, `otherwise`, without one."""
    found = visible.filter(reference=options["reference"]).first()
    if found is None:
        raise CommandError(otherwise)
    return found
