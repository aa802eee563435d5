"""Restrict a customer's data on request, and lift that again when the customer was told (GDPR Art. 18).

Restricting locks the customer's row as the eraser does: what is restricted is not erased a moment later by age or hand.
"""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.rights import require
from customers.models import Customer, Ground, Lifting, Restriction
from customers.restricting import LIFT, restricted
from rtbf.codes import Asks, LetterKind
from rtbf.errors import NotPossible, TooLate
from rtbf.external.tasking import Asking, ask_others
from rtbf.models import Letter, Request, Sending, State, TaskKind
from rtbf.rights.raising import DECIDE, customers_of, locked_for_decision
from rtbf.rights.recipients import prepare_notices
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

TOLD: Final = (Sending.SENT, Sending.PRINTED)


def restrict_customers(*, actor: Actor, request: Request) -> Request:
    """Restrict the data of whom the request names. Done twice, it stands once. Raises Refused, TooLate, NotPossible."""
    require(require_actor(actor), DECIDE, request, action="restriction.placed")

    asked = Request.objects.select_related("account").get(pk=request.pk)
    if asked.state == State.COMPLETED and asked.asks == Asks.RESTRICTION:
        return asked
    notices = notices_of_restriction(asked, actor=actor)

    with transaction.atomic():
        held, customers = locked_for_decision(request)
        if held.asks != Asks.RESTRICTION:
            raise TooLate("The customer did not ask for this. Nothing was restricted.")
        place(held, customers, Ground(held.ground), actor)
        ask_others(held, notices, actor=actor)
        held.state, held.finished_at = State.COMPLETED, timezone.now()
        held.save(update_fields=["state", "finished_at"])
    return held


def notices_of_restriction(request: Request, *, actor: Actor) -> Asking:
    """Return whom to tell of a restriction that a request waiting for its decision will place."""
    customers = customers_of(request) if request.state == State.DECIDING else ()
    return prepare_notices(request, customers, TaskKind.RESTRICT, actor=actor)


def place(request: Request, customers: frozenset[UUID], ground: Ground, actor: Actor) -> None:
    """Restrict customers for a request, in the caller's transaction. Raises NotPossible where one is restricted."""
    living = Customer.objects.select_for_update(no_key=True).filter(pk__in=customers, condemned_at=None).order_by("pk")
    ids = list(living.values_list("pk", flat=True))
    before = sorted(set(restricted(ids).values()))
    if before or not ids:
        raise NotPossible(f"It is restricted already ({', '.join(before)}). Nothing was done.")
    for customer_id in ids:
        row = Restriction(
            account_id=request.account_id, customer_id=customer_id, request_id=request.pk,
            reference=request.reference, ground=ground,
        )  # fmt: skip
        row.placed_by_id = actor.user_id or request.raised_by_id
        row.save(force_insert=True)
        _note("restriction.placed", row, actor, {"code": str(ground)})


def lift_restriction(*, actor: Actor, restriction: Restriction, because: str) -> Restriction:
    """Lift a restriction after the customer was told; `because`: a Lifting. Lifted twice, it stays lifted.

    Raises Refused, NotPossible while no letter has gone out that says so (Art. 18(3)).
    """
    require(require_actor(actor), LIFT, restriction, action="restriction.lifted")

    if because not in Lifting.values:
        raise NotPossible("Choose from the list why the restriction ends. Nothing was lifted.")

    request = Request.objects.select_related("account").get(pk=restriction.request_id)
    of_request = Restriction.objects.filter(request_id=request.pk)
    theirs = of_request.values_list("customer_id", flat=True)
    notices = prepare_notices(request, theirs, TaskKind.LIFT, actor=actor)

    with transaction.atomic():
        # Of several customers the last one's lifting tells others; so one is lifted at a time.
        Request.objects.select_for_update().get(pk=request.pk)
        held = Restriction.objects.select_for_update().get(pk=restriction.pk)
        if held.lifted_at is not None:
            return held
        if not was_told(held):
            raise NotPossible(
                f"The customer must be told first (Art. 18(3)). Nothing was lifted. Write the letter “Restriction to be"
                f" lifted” on {held.reference} and send or print it."
            )
        held.lifted_at, held.lifted_by_id, held.lifted_because = timezone.now(), actor.user_id, because
        held.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])

        _note("restriction.lifted", held, actor, {"code": because})
        if not of_request.filter(lifted_at=None).exists():
            ask_others(request, notices, actor=actor)
    return held


def was_told(restriction: Restriction) -> bool:
    """Say whether a letter has gone out that the restriction ends."""
    letters = Letter.objects.filter(case__request_id=restriction.request_id, kind=LetterKind.LIFTED)
    return letters.filter(state__in=TOLD, sent_at__gt=restriction.placed_at).exists()


def _note(action: str, row: Restriction, actor: Actor, facts: dict[str, Fact]) -> None:
    append(
        action, actor=actor, account_id=row.account_id, record=(Customer._meta.label, str(row.customer_id)),
        purpose="right_to_restriction", case=row.reference, facts=facts,
    )  # fmt: skip
