"""Decide from the shell a request to correct or restrict, or an objection, by the same flows as in the portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from customers.models import Lifting, Restriction
from rtbf.codes import Asks, RefusalGround, Upheld
from rtbf.errors import NotPossible
from rtbf.management import acting
from rtbf.models import Request
from rtbf.requests.refusing import refuse_request
from rtbf.rights.correcting import correct_customer
from rtbf.rights.objecting import uphold_objection
from rtbf.rights.restricting import lift_restriction, restrict_customers
from trail.actor import Actor


class Command(BaseCommand):
    """`decide_request REFERENCE --account A --actor EMAIL [--uphold … | --lift CODE | --refuse GROUND]`."""

    help = (
        "Correct or restrict what a request asks for, uphold an objection, lift a restriction, or refuse the request."
        " Requests to forget are confirmed with forget and approved with approve_request."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        acting.add_arguments(parser, thing="request", who="the member who decides")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--uphold", choices=Upheld.values, default="", help="what an upheld objection leads to")
        how.add_argument("--lift", choices=Lifting.values, default="", help="why the restriction of the request ends")
        how.add_argument("--refuse", choices=RefusalGround.values, default="", help="the ground of a refusal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide it and say where it stands."""
        none = "This account has no such request, or you may not see it. Nothing was decided."
        with acting.acting(options) as (_, actor):
            found = acting.named(Request.objects.visible_to(actor), options, otherwise=none)
            said = _decide(found, actor, options)
        self.stdout.write(f"{found.reference}: {said}")


def _decide(request: Request, actor: Actor, options: dict[str, Any]) -> str:
    if request.asks == Asks.ERASURE:
        raise NotPossible("This is a request to forget: forget and approve_request decide it. Nothing was decided.")
    if options["refuse"]:
        return str(refuse_request(actor=actor, request=request, ground=options["refuse"]).get_state_display()) + "."
    if options["lift"]:
        return _lift(request, actor, options["lift"])
    if request.asks == Asks.OBJECTION:
        done = uphold_objection(actor=actor, request=request, decision=options["uphold"])
        return f"{Upheld(done.decision).label}."
    if options["uphold"]:
        raise NotPossible("Only an objection is upheld. Nothing was decided.")
    act = correct_customer if request.asks == Asks.RECTIFICATION else restrict_customers
    return f"{act(actor=actor, request=request).get_state_display()}."


def _lift(request: Request, actor: Actor, because: str) -> str:
    placed = Restriction.objects.in_force().filter(request_id=request.pk, account_id=request.account_id)
    rows = list(placed.order_by("pk"))
    if not rows:
        raise NotPossible("No restriction of this request is in force. Nothing was lifted.")
    for each in rows:
        lift_restriction(actor=actor, restriction=each, because=because)
    return "the restriction was lifted."
