"""Approve a confirmed request from the shell as the second person, by the same flow and rights as in the portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from rtbf.approval import approve_request
from rtbf.errors import RequestError
from rtbf.models import Request
from rtbf.times import in_zone
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`approve_request RTBF-2026-000001 --account A --actor EMAIL`."""

    help = "Approve a request to forget a customer as the second person. Whoever raised or confirmed it can't."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("reference", help="the reference of the request")
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--actor", required=True, help="e-mail address of the supervisor or officer who approves")

    def handle(self, *args: Any, **options: Any) -> None:
        """Approve it and say when it is carried out."""
        try:
            with recording_refusals():
                account = Account.objects.named(options["account"])
                actor = shell_actor(options["actor"], account)
                found = Request.objects.visible_to(actor).filter(reference=options["reference"]).first()
                if found is None:
                    raise CommandError("This account has no such request, or you may not see it. Nothing was approved.")
                approved = approve_request(actor=actor, request=found)
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        when = in_zone(approved.grace_ends_at, account.zone) if approved.grace_ends_at else "now"
        self.stdout.write(
            f"{approved.reference} was approved. It is carried out {when}; until then it can be cancelled."
        )
