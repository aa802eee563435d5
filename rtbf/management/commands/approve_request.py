"""Approve a confirmed request from the shell as the second person, by the same flow and rights as in the portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from rtbf.management import acting
from rtbf.models import Request
from rtbf.requests.approval import approve_request
from rtbf.times import in_zone


class Command(BaseCommand):
    """`approve_request RTBF-2026-000001 --account A --actor EMAIL`."""

    help = "Approve a request to forget a customer as the second person. Whoever raised or confirmed it can't."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        acting.add_arguments(parser, thing="request", who="the supervisor or officer who approves")

    def handle(self, *args: Any, **options: Any) -> None:
        """Approve it and say when it is carried out."""
        none = "This account has no such request, or you may not see it. Nothing was approved."
        with acting.acting(options) as (account, actor):
            found = acting.named(Request.objects.visible_to(actor), options, otherwise=none)
            approved = approve_request(actor=actor, request=found)
        when = in_zone(approved.grace_ends_at, account.zone) if approved.grace_ends_at else "now"
        self.stdout.write(
            f"{approved.reference} was approved. It is carried out {when}; until then it can be cancelled."
        )
