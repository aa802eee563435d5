"""Make somebody a member of an account from the shell, by the same flow and with the same entries as in the portal."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import operator
from accounts.errors import AccountsError
from accounts.membership import Added, add_member
from accounts.models import Account, Team
from accounts.roles import ROLES
from trail.refusal import recording_refusals


class Command(BaseCommand):
    """`create_member EMAIL --account NAME --role supervisor [--agent-id 2046] [--team NAME] [--password-stdin]`."""

    help = "Make somebody a member of an account. Without --password-stdin a random password is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments. A password is never one: arguments are visible to every process."""
        parser.add_argument("email")
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--role", required=True, choices=list(ROLES))
        parser.add_argument("--agent-id", default="", help="extension of the agent this person is on the phone")
        parser.add_argument("--name", default="")
        parser.add_argument("--team", action="append", default=[], help="a team to supervise; without: everybody")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the member, or say what is there already."""
        try:
            with recording_refusals():
                added = _add(options)
        except AccountsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_sentence(added))
        if added.password:
            self.stdout.write(f"Password (shown once): {added.password}")


def _add(options: dict[str, Any]) -> Added:
    account = Account.objects.named(options["account"])
    return add_member(
        actor=operator(),
        account=account,
        email=options["email"],
        role=options["role"],
        name=options["name"],
        extension=options["agent_id"],
        teams=[_team(account, name) for name in options["team"]],
        password=_password() if options["password_stdin"] else None,
    )


def _team(account: Account, name: str) -> Team:
    team = Team.objects.filter(account=account, name=name).first()
    if team is None:
        raise CommandError("The account has no team of this name. Nothing was changed.")
    return team


def _password() -> str:
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise CommandError("No password came on standard input. Nothing was changed.")
    return password


def _sentence(added: Added) -> str:
    member = added.membership
    if not added.new:
        return f"Was a member of {member.account.name} already, as {member.get_role_display()}. Nothing was changed."
    return f"Added to {member.account.name} as {member.get_role_display()}."
