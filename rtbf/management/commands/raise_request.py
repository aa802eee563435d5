"""Take in from the shell what a customer asks for besides being forgotten, by the same flows as in the portal.

To be forgotten is `forget`. A copy (access, portability) is put together by a worker; the other rights wait for a
decision, here as there (`decide_request`).
"""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from customers.models import Ground
from rtbf.cases.intake import Intake
from rtbf.codes import Asks, Channel, Check, Objection
from rtbf.dossier.handing_out import raise_dossier
from rtbf.errors import RequestError
from rtbf.models import Right
from rtbf.rights.raising import Wish, raise_right
from trail.actor import Actor
from trail.refusal import Refusal, recording_refusals

RIGHTS = (Asks.RECTIFICATION, Asks.RESTRICTION, Asks.OBJECTION)
COPIES = (Right.ACCESS, Right.PORTABILITY)
GROUNDS = [*(each for each in Ground.values if each != Ground.OBJECTED), *Objection.values]


class Command(BaseCommand):
    """`raise_request RIGHT --account A --identifier KIND:VALUE … --actor EMAIL [--ground CODE] [--correct OLD NEW]`."""

    help = (
        "Take in a request to correct or restrict data, an objection, or a request for a copy. Nothing is changed by"
        " it; decide_request carries it out, fetch_dossier fetches a copy. To forget a customer: forget."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("right", choices=[str(each) for each in (*RIGHTS, *COPIES)], help="what is asked for")
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--identifier", nargs="+", action="extend", required=True, metavar="KIND:VALUE")
        parser.add_argument("--actor", required=True, help="e-mail address of the member who takes it in")
        parser.add_argument("--received", metavar="YYYY-MM-DD", type=date.fromisoformat, help="the day it came in")
        parser.add_argument("--identity", choices=Check.values, default="", help="how the actor checked identity")
        parser.add_argument("--ground", choices=GROUNDS, default="", help="of a restriction or an objection")
        parser.add_argument("--correct", nargs=2, action="append", default=[], metavar=("KIND:WRONG", "RIGHT"))
        parser.add_argument("--for", dest="for_email", default="", help="who alone may fetch the copy; without: actor")
        parser.add_argument("--silence-others", action="store_true", help="silence the agent's side of recordings")
        parser.add_argument("--name-agents", action="store_true", help="name agents instead of pseudonyms")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it in and say under which reference."""
        try:
            with recording_refusals():
                account = Account.objects.named(options["account"])
                actor = shell_actor(options["actor"], account)
                ask = _ask_for_copy if options["right"] in COPIES else _ask
                said = ask(actor, account, options)
        except (AccountsError, RequestError, Refusal) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(said)


def _ask(actor: Actor, account: Account, options: dict[str, Any]) -> str:
    wish = Wish(Asks(options["right"]), options["ground"], [(old, new) for old, new in options["correct"]])
    intake = Intake(channel=Channel.SHELL, received_on=options["received"], identity_by=options["identity"])
    request = raise_right(actor=actor, account=account, wish=wish, identifiers=options["identifier"], intake=intake)
    return f"{request.reference} was taken in and is due on {request.due_on:%-d %B %Y}. Nothing was changed yet."


def _ask_for_copy(actor: Actor, account: Account, options: dict[str, Any]) -> str:
    dossier = raise_dossier(
        actor=actor, account=account, identifiers=options["identifier"], right=Right(options["right"]),
        for_email=options["for_email"], silence_others=options["silence_others"], name_agents=options["name_agents"],
    )  # fmt: skip
    return f"{dossier.reference} is being put together by a worker. fetch_dossier fetches it, once."
