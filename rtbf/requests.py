"""Ask to forget a customer: plan, confirm, cancel. What is carried out later is exactly what was confirmed here.

Each flow locks the request's row, so that two clicks, two supervisors, or a cancellation and the start of the work
never both win. Sent twice, an act is done once.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from jobs import queue
from jobs.models import Job, Status
from privacy.ids import new_id
from privacy.keyring.ring import create_keys
from privacy.sealing import seal
from retention.numbering import next_reference
from rtbf.discovery import Discovery, discover
from rtbf.entries import note
from rtbf.errors import NotConfirmed, NothingFound, OwnNumber, RequestError, TooLate
from rtbf.models import Request, RequestedIdentifier, State
from rtbf.planning import GOING, count, freeze
from rtbf.reading import Read, read_all
from trail.actor import Actor, require_actor
from trail.append import append

RAISE, CANCEL = "rtbf.raise_request", "rtbf.cancel_request"
WORD = "FORGET"
EXECUTE = "rtbf.execute"


def plan_request(
    *, actor: Actor, account: Account, identifiers: Sequence[str], request_id: UUID | None = None
) -> Request:
    """Search everything about the person these identifiers name and freeze the plan; nothing is erased.

    `identifiers`: each `KIND:VALUE`, or a bare number or address. `request_id`: chosen by a form when it was shown, so
    that sent twice it plans once. Raises Refused, Unreadable, OwnNumber, IdentifiesNobody, NothingFound.
    """
    require(require_actor(actor), RAISE, account, action="request.planned")

    known = _sent_before(account, request_id)
    if known is not None:
        return known
    read, found = search(actor, account, identifiers, action="request.planned")
    keys = create_keys(account.pk, len(read))

    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        known = _sent_before(account, request_id)
        if known is not None:
            return known
        request = Request.objects.create(
            id=request_id or new_id(),
            account=account,
            reference=next_reference(Request, account, "RTBF"),
            raised_by_id=_person(actor),
            counts=count(found),
        )
        rows = [RequestedIdentifier(account=account, request=request, kind=each.asked.kind.value) for each in read]
        for row, each, key in zip(rows, read, keys, strict=True):
            row.digests = list(each.asked.digests)
            seal(row, key, {"typed": each.typed, "shown": each.shown})
        RequestedIdentifier.objects.bulk_create(rows)
        freeze(request, found.items)

        note("request.planned", request, actor, facts={"identifiers": len(read), "items": len(found.items)})
    return request


def search(
    actor: Actor, account: Account, identifiers: Sequence[str], *, action: str = "customer.searched"
) -> tuple[list[Read], Discovery]:
    """Read and look for a person, and put the search on record. Raises what plan_request raises.

    What was typed goes, sealed, into the entry only when it names somebody the house knows: forgetting that person
    takes it along. Otherwise the entry itself would bring back whoever was forgotten.
    """
    try:
        read = read_all(account, identifiers)
    except OwnNumber:
        append(action, actor=actor, account_id=account.pk, outcome="refused", facts={"code": "own_number"})
        raise
    found = discover(account, [each.asked for each in read])
    facts = {"identifiers": len(read), "items": len(found.items), "customers": len(found.people.certain)}
    detail = {"identifiers": "\n".join(each.typed for each in read)} if found.items else {}
    digests = [digest for each in read for digest in each.asked.digests] if found.items else []
    append("customer.searched", actor=actor, account_id=account.pk, facts=facts, detail=detail, found_by=digests)
    if not found.items:
        raise NothingFound(
            "Nobody and nothing here carries these identifiers. Nothing was planned. Check the spelling, or add another"
            " identifier."
        )
    return read, found


def confirm_request(*, actor: Actor, request: Request, typed: str) -> Request:
    """Let the plan be carried out when the account's grace period is over. Confirmed twice, it runs once.

    Raises Refused, NotConfirmed when `typed` is not FORGET, TooLate, RequestError when the plan would erase nothing.
    """
    require(require_actor(actor), RAISE, request, action="request.confirmed")

    if typed.strip() != WORD:
        raise NotConfirmed(f"Type {WORD} in capital letters to confirm. Nothing was confirmed.")

    with transaction.atomic():
        held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
        if held.state not in (State.PLANNED, State.CANCELLED):
            return held
        _refuse_unconfirmable(held)
        held.state, held.confirmed_at, held.confirmed_by_id = State.PENDING, timezone.now(), actor.user_id
        held.grace_ends_at = held.confirmed_at + timedelta(hours=held.account.grace_hours)
        job = queue.enqueue(
            EXECUTE, account_id=held.account_id, subject=held.pk, actor=actor, not_before=held.grace_ends_at
        )
        held.job_id = job.pk
        held.save(update_fields=["state", "confirmed_at", "confirmed_by", "grace_ends_at", "job_id"])

        note("request.confirmed", held, actor, facts={"grace_hours": held.account.grace_hours})
    return held


def cancel_request(*, actor: Actor, request: Request) -> Request:
    """Cancel a request before it is carried out. Cancelled twice, it stays as it is. Raises Refused, TooLate."""
    require(require_actor(actor), CANCEL, request, action="request.cancelled")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state == State.CANCELLED:
            return held
        if not held.is_open:
            raise TooLate("The request is being carried out or has been; it can't be cancelled any more.")
        if held.job_id is not None:
            queue.cancel(Job.objects.get(pk=held.job_id), actor=actor)
        held.state, held.cancelled_at, held.cancelled_by_id = State.CANCELLED, timezone.now(), actor.user_id
        held.save(update_fields=["state", "cancelled_at", "cancelled_by"])

        note("request.cancelled", held, actor)
    return held


def resume_request(*, actor: Actor, request: Request) -> Request:
    """Go on with a request whose work was given up after too many attempts. Raises Refused."""
    require(require_actor(actor), RAISE, request, action="request.resumed")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if not is_stopped(held):
            return held
        held.job_id = queue.enqueue(EXECUTE, account_id=held.account_id, subject=held.pk, actor=actor).pk
        held.save(update_fields=["job_id"])

        note("request.resumed", held, actor)
    return held


def is_stopped(request: Request) -> bool:
    """Say whether the work was begun, or was due, and nobody is at it any more."""
    if request.state not in (State.PENDING, State.EXECUTING):
        return False
    return not Job.objects.filter(subject=request.pk, kind=EXECUTE, status__in=(Status.QUEUED, Status.RUNNING)).exists()


def _person(actor: Actor) -> UUID:
    """Return the member who asks; nobody without a membership has the right, so this never fails after `require`."""
    if actor.user_id is None:
        raise RequestError("A request names the person who raises it. Nothing was planned.")
    return actor.user_id


def _refuse_unconfirmable(request: Request) -> None:
    if request.state == State.CANCELLED:
        raise TooLate("The request was cancelled. Nothing was confirmed. Start a new one.")
    if not request.identifiers.filter(condemned_at=None).exists():
        raise TooLate("Another request has forgotten this person meanwhile. Nothing was confirmed. Discard this one.")
    if not request.items.filter(action__in=GOING).exists():
        raise RequestError(
            "This plan would erase nothing: all of it is kept, or a person has to decide. Nothing was confirmed."
        )


def _sent_before(account: Account, request_id: UUID | None) -> Request | None:
    known = Request.objects.filter(pk=request_id).first() if request_id else None
    if known is not None and known.account_id != account.pk:
        raise RequestError("This form belongs to another account. Nothing was planned. Open the page again.")
    return known
