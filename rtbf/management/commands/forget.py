"""Forget a customer from the shell: the same flow, rights, clocks and entries as in the portal."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from jobs import runner
from rtbf.cases.intake import Intake
from rtbf.codes import Channel, Check
from rtbf.errors import RequestError
from rtbf.models import Request, State
from rtbf.requests.lifecycle import WORD, cancel_request, confirm_request, is_stopped, plan_request
from rtbf.times import in_zone
from trail.refusal import Refusal, recording_refusals

PAUSE_S = 1.0
WITH_EXCEPTIONS = 3
NEEDS_SECOND = 4


class Command(BaseCommand):
    """`forget --account A --identifier KIND:VALUE … --actor EMAIL --confirm FORGET [--wait]`."""

    help = (
        "Forget a customer. The account's grace period applies; until it ends the request can be cancelled."
        " With --wait, exit status 3 means completed with exceptions, 4 that a second person must approve first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--identifier", nargs="+", action="extend", required=True, metavar="KIND:VALUE")
        parser.add_argument("--actor", required=True, help="e-mail address of the supervisor who asks")
        parser.add_argument("--confirm", required=True, metavar=WORD, help=f"the word {WORD}, in capital letters")
        parser.add_argument("--received", metavar="YYYY-MM-DD", type=date.fromisoformat, help="the day it came in")
        parser.add_argument("--identity", choices=Check.values, default="", help="how the actor checked identity")
        parser.add_argument("--wait", action="store_true", help="return when it is done")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan and confirm, and wait if asked to."""
        try:
            with recording_refusals():
                request = _ask(options)
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_sentence(request))
        if options["wait"] and request.state == State.WAITING:
            raise CommandError("Nothing is erased until then, so this does not wait.", returncode=NEEDS_SECOND)
        if options["wait"]:
            self._wait(request)

    def _wait(self, request: Request) -> None:
        """Wait for a worker, and do the work here where none takes it up."""
        autodiscover_modules("tasks")
        while not request.is_finished:
            if request.is_ended or is_stopped(request):
                raise CommandError(f"{request.reference} was cancelled, refused or stopped. See it in the portal.")
            if request.job_id is None or not runner.run(request.job_id):
                time.sleep(PAUSE_S)
            request.refresh_from_db()
        self.stdout.write(f"{request.reference}: {request.get_state_display()}.")
        if request.state == State.EXCEPTIONS:
            raise CommandError(
                "Something stays: it is held, waits for a decision, or failed. See the request in the portal.",
                returncode=WITH_EXCEPTIONS,
            )


def _ask(options: dict[str, Any]) -> Request:
    if options["confirm"] != WORD:
        raise CommandError(f"Nothing was done. Confirm with --confirm {WORD}.")
    account = Account.objects.named(options["account"])
    actor = shell_actor(options["actor"], account)
    intake = Intake(
        channel=Channel.SHELL, received_on=options.get("received"), identity_by=options.get("identity") or ""
    )
    request = plan_request(actor=actor, account=account, identifiers=options["identifier"], intake=intake)
    try:
        return confirm_request(actor=actor, request=request, typed=options["confirm"])
    except RequestError:
        cancel_request(actor=actor, request=request)
        raise


def _sentence(request: Request) -> str:
    if request.state == State.WAITING:
        return (
            f"{request.reference} was confirmed and waits: {request.get_second_because_display()}. Another supervisor"
            " or the officer must approve it, in the portal or with approve_request."
        )
    if request.grace_ends_at is None or request.grace_ends_at <= timezone.now():
        return f"{request.reference} was confirmed and is carried out now."
    when = in_zone(request.grace_ends_at, request.account.zone)
    return f"{request.reference} was confirmed. It is carried out {when}; until then it can be cancelled in the portal."
