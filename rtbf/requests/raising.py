"""Raise a request: save it for later, search at once where little is to be found, or as a job where it is much.

The clock runs from the day the request came in, so a draft is a request with a deadline like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from interactions.models import Interaction, Mention
from jobs import queue
from jobs.registry import Progress
from privacy.ids import new_id
from privacy.keyring.ring import create_keys
from rtbf.cases.intake import Intake, prove
from rtbf.discovery.people import find_people
from rtbf.discovery.reading import Asked, asked_of, read_all
from rtbf.discovery.records import discover
from rtbf.entries import note
from rtbf.errors import NothingFound, RequestError, TooLate
from rtbf.models import PlanItem, Request, State
from rtbf.planning.decisions import RAISE
from rtbf.planning.freezing import count, freeze
from rtbf.requests.lifecycle import new_request, plan_request, sent_before
from trail.actor import Actor, require_actor
from trail.append import append
from trail.refusal import Refusal

DISCOVER = "rtbf.discover"
THIN = 500
"""So many calls and mentions are searched while a page loads; more is a job."""
AT_ONCE = 1_000


@dataclass(frozen=True)
class Raised:
    """What became of asking in one account: the request, or the sentence that says why there is none."""

    account: Account
    request: Request | None
    problem: str = ""


def raise_request(
    *,
    actor: Actor,
    account: Account,
    identifiers: Sequence[str],
    request_id: UUID | None = None,
    intake: Intake | None = None,
    group_id: UUID | None = None,
    later: bool = False,
) -> Request:
    """Make a request: planned where the search is short, being searched where it is long, a draft with `later`.

    Raises what plan_request raises; a draft is made without a search, so it never raises NothingFound.
    """
    require(require_actor(actor), RAISE, account, action="request.drafted")

    known = sent_before(account, request_id)
    if known is not None:
        return known
    prove(intake or Intake(), account)
    read = read_all(account, identifiers)
    if not later and extent(account, [each.asked for each in read]) <= THIN:
        return plan_request(
            actor=actor, account=account, identifiers=identifiers, request_id=request_id, intake=intake,
            group_id=group_id,
        )  # fmt: skip
    keys = create_keys(account.pk, len(read) + 1)

    with transaction.atomic():
        request, new = new_request(actor, account, read, keys, intake or Intake(), request_id, group_id)
        if not new:
            return request
        note("request.drafted", request, actor, facts={"identifiers": len(read)})
        if not later:
            _start_search(request, actor=actor)
    return request


def raise_in_accounts(
    *,
    actor: Actor,
    account: Account,
    others: Sequence[tuple[Actor, Account]],
    identifiers: Sequence[str],
    request_id: UUID | None,
    intake: Intake,
    later: bool,
) -> list[Raised]:
    """Raise one request in the account and a linked one in each of `others`, each by the actor the person is there.

    What fails in the first account raises and nothing is made; what fails in another is told beside the rest.
    """
    group = (request_id or new_id()) if others else None
    first = raise_request(
        actor=actor, account=account, identifiers=identifiers, request_id=request_id, intake=intake, group_id=group,
        later=later,
    )  # fmt: skip
    raised = [Raised(account, first)]
    for there, other in others:
        try:
            linked = raise_request(
                actor=there, account=other, identifiers=identifiers, intake=intake, group_id=group, later=later
            )
        except (RequestError, Refusal) as problem:
            raised.append(Raised(other, None, str(problem)))
        else:
            raised.append(Raised(other, linked))
    return raised


def search_request(*, actor: Actor, request: Request) -> Request:
    """Search for whom a draft names, as a job where it is long. Raises Refused, NothingFound, TooLate."""
    require(require_actor(actor), RAISE, request, action="request.planned")

    long = extent(request.account, asked_of(request)) > THIN
    with transaction.atomic():
        held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
        if held.state in (State.DISCOVERING, State.PLANNED):
            return held
        if held.state != State.DRAFT:
            raise TooLate("The request was searched or ended meanwhile. Nothing was searched.")
        _start_search(held, actor=actor, queued=long)
    if not long:
        discover_request(held.pk, actor=actor)
        held.refresh_from_db()
        if held.state == State.DRAFT:
            raise NothingFound("Nobody and nothing here carries these identifiers. Nothing was planned.")
    return held


def discover_request(request_id: UUID, *, actor: Actor, progress: Progress | None = None) -> None:
    """Search and freeze the plan of a request being searched. Safe to run twice and to kill."""
    require_actor(actor)
    request = Request.objects.select_related("account").get(pk=request_id)
    if request.state != State.DISCOVERING:
        return
    # What an earlier attempt wrote before it was killed; nobody has seen it.
    PlanItem.objects.filter(request=request).delete()
    found = discover(request.account, asked_of(request), request=request)
    for start in range(0, len(found.items), AT_ONCE):
        freeze(request, found.items[start : start + AT_ONCE])
        if progress:
            progress(min(start + AT_ONCE, len(found.items)), len(found.items))

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if held.state != State.DISCOVERING:
            return
        held.state = State.PLANNED if found.items else State.DRAFT
        held.planned_at, held.counts = timezone.now(), count(found)
        held.save(update_fields=["state", "planned_at", "counts"])

        digests = [digest for each in asked_of(held) for digest in each.digests] if found.items else []
        facts = {"items": len(found.items), "customers": len(found.people.certain)}
        append("customer.searched", actor=actor, account_id=held.account_id, facts=facts, found_by=digests)
        note("request.planned", held, actor, facts={"items": len(found.items)})


def extent(account: Account, asked: Sequence[Asked]) -> int:
    """Return about how much a search will find: calls of whom it names and mentions; stops counting soon."""
    people = find_people(account, asked)
    calls = Interaction.objects.filter(customer_id__in=people.certain | people.open)[: THIN + 1]
    mentions = Mention.objects.filter(account_id=account.pk, digest__in=people.own | people.shared)[: THIN + 1]
    return calls.count() + mentions.count()


def _start_search(request: Request, *, actor: Actor, queued: bool = True) -> None:
    request.state, request.job_id = State.DISCOVERING, None
    if queued:
        request.job_id = queue.enqueue(DISCOVER, account_id=request.account_id, subject=request.pk, actor=actor).pk
    request.save(update_fields=["state", "job_id"])
