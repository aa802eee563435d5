"""Ask to forget a customer: plan, confirm, cancel. What is carried out later is exactly what was confirmed here.

Each flow locks the request's row, so that two clicks, two supervisors, or a cancellation and the start of the work
never both win. Sent twice, an act is done once.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account, User
from accounts.rights import require
from jobs import queue
from jobs.models import Job, Status
from privacy.ids import new_id
from privacy.keyring.ring import NewKey, create_keys
from privacy.sealing import seal
from retention.numbering import next_reference
from rtbf.cases.intake import Intake, open_case, prove, take_in
from rtbf.cases.rules import rules_of
from rtbf.codes import Asks, Ending
from rtbf.discovery.reading import Read, read_all
from rtbf.discovery.records import Discovery, discover
from rtbf.entries import note
from rtbf.errors import NotConfirmed, NothingFound, NotPossible, OwnNumber, RequestError, TooLate
from rtbf.models import OPEN, Request, RequestedIdentifier, State
from rtbf.planning.changes import refuse_changed
from rtbf.planning.decisions import RAISE
from rtbf.planning.freezing import GOING, count, freeze
from rtbf.proof.proving import SEARCH
from rtbf.queueing import EXECUTE, queue_work
from rtbf.requests.approval import second_person_for
from rtbf.requests.starting import start_grace
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

CANCEL = "rtbf.cancel_request"
WORD = "FORGET"
PREFIXES = {Asks.ERASURE: "RTBF", Asks.RECTIFICATION: "RECT", Asks.RESTRICTION: "REST", Asks.OBJECTION: "OBJ"}
"""How the reference of a request begins."""


def plan_request(
    *,
    actor: Actor,
    account: Account,
    identifiers: Sequence[str],
    request_id: UUID | None = None,
    intake: Intake | None = None,
    group_id: UUID | None = None,
) -> Request:
    """Search everything about the person these identifiers name and freeze the plan; nothing is erased.

    `identifiers`: each `KIND:VALUE`, or a bare number or address. `request_id`: chosen by a form when it was shown, so
    that sent twice it plans once. `group_id`: shared with requests for the same person in other accounts. Raises
    Refused, Unreadable, OwnNumber, IdentifiesNobody, NothingFound, NotPossible.
    """
    require(require_actor(actor), RAISE, account, action="request.planned")

    known = sent_before(account, request_id)
    if known is not None:
        return known
    prove(intake or Intake(), account)
    read, found = search(actor, account, identifiers, action="request.planned")
    keys = create_keys(account.pk, len(read) + 1)

    with transaction.atomic():
        request, new = new_request(actor, account, read, keys, intake or Intake(), request_id, group_id)
        if not new:
            return request
        request.state, request.planned_at, request.counts = State.PLANNED, timezone.now(), count(found)
        request.save(update_fields=["state", "planned_at", "counts"])
        freeze(request, found.items)

        note("request.planned", request, actor, facts={"identifiers": len(read), "items": len(found.items)})
    return request


def new_request(
    actor: Actor,
    account: Account,
    read: Sequence[Read],
    keys: Sequence[NewKey],
    intake: Intake,
    request_id: UUID | None,
    group_id: UUID | None,
    asks: Asks = Asks.ERASURE,
) -> tuple[Request, bool]:
    """Insert a draft with what was typed and its case file, in the caller's transaction; says whether it is new.

    `keys`: one for each identifier and one for the case file.
    """
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    known = sent_before(account, request_id)
    if known is not None:
        return known, False
    request = Request(
        id=request_id or new_id(),
        account=account,
        state=State.DRAFT,
        asks=asks,
        reference=next_reference(Request, account, PREFIXES[asks]),
        raised_by_id=_person(actor),
        group_id=group_id,
    )
    take_in(request, intake, actor=actor)
    request.save(force_insert=True)
    _name(request, read, keys)
    if intake.is_written or intake.relation:
        open_case(request, keys[-1], intake)
    return request, True


def _name(request: Request, read: Sequence[Read], keys: Sequence[NewKey]) -> None:
    """Insert by what the person is named, each sealed under the key in its place."""
    rows = [RequestedIdentifier(account=request.account, request=request, kind=each.asked.kind.value) for each in read]
    for row, each, key in zip(rows, read, keys, strict=False):
        row.digests = list(each.asked.digests)
        seal(row, key, {"typed": each.typed, "shown": each.shown})
    RequestedIdentifier.objects.bulk_create(rows)


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

    Where a second person must approve, it waits for them instead. Raises Refused, NotConfirmed when `typed` is not
    FORGET, TooLate, PlanChanged, RequestError when the plan would erase nothing.
    """
    require(require_actor(actor), RAISE, request, action="request.confirmed")

    if typed.strip() != WORD:
        raise NotConfirmed(f"Type {WORD} in capital letters to confirm. Nothing was confirmed.")
    if request.state == State.PLANNED:
        refuse_changed(actor=actor, request=request)

    with transaction.atomic():
        # The person's row too, so that many confirmations at once are counted one after another.
        User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
        held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
        if held.state in (State.WAITING, State.PENDING, State.EXECUTING) or held.is_finished:
            return held
        _refuse_unconfirmable(held)
        held.confirmed_at, held.confirmed_by_id = timezone.now(), actor.user_id
        held.second_because = second_person_for(held, confirmer=actor.user_id)
        facts: dict[str, Fact] = {"grace_hours": held.account.grace_hours}
        if held.second_because:
            facts["code"] = held.second_because
            held.state = State.WAITING
            held.save(update_fields=["state", "confirmed_at", "confirmed_by", "second_because"])
        else:
            start_grace(held, actor=actor)

        note("request.confirmed", held, actor, facts=facts)
    return held


def cancel_request(*, actor: Actor, request: Request, because: str = "") -> Request:
    """End a request before it is carried out; `because`: an Ending. Cancelled twice, it stays as it is.

    Raises Refused, TooLate, NotPossible.
    """
    require(require_actor(actor), CANCEL, request, action="request.cancelled")

    if because and because not in Ending.values:
        raise NotPossible("Choose from the list why the request ends. Nothing was cancelled.")

    with transaction.atomic():
        held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
        if held.state in (State.CANCELLED, State.WITHDRAWN):
            return held
        if held.state not in OPEN:
            raise TooLate("The request is being carried out or has ended; it can't be cancelled any more.")
        stop_job(held, actor=actor)
        held.state = State.WITHDRAWN if because == Ending.WITHDRAWN else State.CANCELLED
        held.cancelled_at, held.cancelled_by_id, held.cancelled_because = timezone.now(), actor.user_id, because
        held.save(update_fields=["state", "cancelled_at", "cancelled_by", "cancelled_because"])

        note("request.cancelled", held, actor, facts={"code": because} if because else None)
    return held


def stop_job(request: Request, *, actor: Actor) -> None:
    """Cancel the search or the work that waits for this request, in the caller's transaction."""
    job = Job.objects.filter(pk=request.job_id).first() if request.job_id else None
    if job is not None:
        queue.cancel(job, actor=actor)


def resume_request(*, actor: Actor, request: Request) -> Request:
    """Go on with a request whose work was given up after too many attempts. Raises Refused."""
    require(require_actor(actor), RAISE, request, action="request.resumed")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if not is_stopped(held):
            return held
        queue_work(held, actor=actor)
        held.save(update_fields=["job_id"])

        note("request.resumed", held, actor)
    return held


def is_stopped(request: Request) -> bool:
    """Say whether the work was begun, or was due, and nobody is at it any more."""
    if request.state not in (State.PENDING, State.EXECUTING):
        return False
    at_it = Job.objects.filter(subject=request.pk, kind__in=(EXECUTE, SEARCH))
    return not at_it.filter(status__in=(Status.QUEUED, Status.RUNNING)).exists()


def _person(actor: Actor) -> UUID:
    """Return the member who asks; nobody without a membership has the right, so this never fails after `require`."""
    if actor.user_id is None:
        raise RequestError("A request names the person who raises it. Nothing was planned.")
    return actor.user_id


def _refuse_unconfirmable(request: Request) -> None:
    if request.is_ended:
        raise TooLate("The request was cancelled or refused. Nothing was confirmed. Start a new one.")
    if request.state != State.PLANNED:
        raise TooLate("The request has no plan yet. Nothing was confirmed. Let it be searched first.")
    if rules_of(request.account).identity_first and not request.identity_checked_at:
        raise NotPossible(
            "This account asks that identity is checked first. Nothing was confirmed. Note on the request how it was"
            " checked."
        )
    if not request.identifiers.filter(condemned_at=None).exists():
        raise TooLate("Another request has forgotten this person meanwhile. Nothing was confirmed. Discard this one.")
    if not request.items.filter(action__in=GOING).exists():
        raise RequestError(
            "This plan would erase nothing: all of it is kept, or a person has to decide. Nothing was confirmed."
        )


def sent_before(account: Account, request_id: UUID | None) -> Request | None:
    """Return the request a form with this id has already made, if it did. Raises RequestError for another account's."""
    known = Request.objects.filter(pk=request_id).first() if request_id else None
    if known is not None and known.account_id != account.pk:
        raise RequestError("This form belongs to another account. Nothing was planned. Open the page again.")
    return known
