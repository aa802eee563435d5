"""Take in what customers ask for besides being forgotten: to have data corrected or restricted, or to object.

The same case as a request to be forgotten: a reference, a clock, a check of identity, letters. Nothing is changed until
a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from accounts.models import Account
from accounts.rights import require
from customers.identifiers import Kind, NotAnIdentifier, candidates, parse
from customers.models import Corrected, Ground
from interactions.batch import numbering_of
from privacy.keyring.ring import create_keys
from privacy.sealing import seal
from rtbf.cases.intake import Intake, prove
from rtbf.cases.rules import rules_of
from rtbf.codes import Asks, Objection
from rtbf.discovery.people import find_people
from rtbf.discovery.reading import Read, asked_of, read_all
from rtbf.entries import note
from rtbf.errors import NothingFound, NotPossible, RequestError, TooLate
from rtbf.models import Correction, Request, State
from rtbf.planning.decisions import RAISE
from rtbf.requests.lifecycle import new_request, sent_before
from rtbf.requests.linking import open_erasures_of
from trail.actor import Actor, require_actor
from trail.append import append

DECIDE = "rtbf.decide_right"
GROUNDS = {Asks.RESTRICTION: Ground, Asks.OBJECTION: Objection}
MOST_CORRECTIONS, LONGEST_VALUE = 20, 500
CORRECTABLE = (Kind.NAME, Kind.PHONE, Kind.EMAIL, Kind.ADDRESS, Kind.BIRTH_DATE, Kind.SOCIAL, Kind.CUSTOMER_ID,
               Kind.CRM_ID, Kind.NATIONAL_ID)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a customer asks for. corrections: (old, new), the old one as `KIND:VALUE` or a bare number or address.

    ground: a code, for a restriction or an objection.
    """

    asks: Asks
    ground: str = ""
    corrections: Sequence[tuple[str, str]] = field(default=(), repr=False)


def raise_right(
    *,
    actor: Actor,
    account: Account,
    wish: Wish,
    identifiers: Sequence[str],
    request_id: UUID | None = None,
    intake: Intake | None = None,
) -> Request:
    """Take a request in; nothing is changed yet. Sent twice, it is made once.

    Raises Refused, RequestError (NotPossible, NothingFound, Unreadable, …).
    """
    require(require_actor(actor), RAISE, account, action="request.drafted")

    known = sent_before(account, request_id)
    if known is not None:
        return known
    prove(intake or Intake(), account)
    wanted = _read(account, wish)
    read = read_all(account, identifiers)
    _find(actor, account, read)
    keys = create_keys(account.pk, len(read) + len(wanted) + 1)

    with transaction.atomic():
        own, rest = keys[: len(wanted)], keys[len(wanted) :]
        request, new = new_request(actor, account, read, rest, intake or Intake(), request_id, None, wish.asks)
        if not new:
            return request
        request.state, request.ground = State.DECIDING, wish.ground
        request.save(update_fields=["state", "ground"])
        for (kind, old, fresh), key in zip(wanted, own, strict=True):
            row = Correction(account=account, request=request, kind=kind.value)
            seal(row, key, {"old": old, "new": fresh})
            row.save(force_insert=True)

        note("request.drafted", request, actor, facts={"identifiers": len(read), "asks": request.asks})
    return request


def _read(account: Account, wish: Wish) -> list[tuple[Kind, str, str]]:
    """Return the corrections as (kind, old, new). Raises NotPossible for what can't be read or decided."""
    if wish.asks not in (Asks.RECTIFICATION, *GROUNDS):
        raise NotPossible("Choose from the list what the customer asks for. Nothing was saved.")
    if wish.asks in GROUNDS and wish.ground not in GROUNDS[wish.asks].values:
        raise NotPossible("Choose the ground from the list. Nothing was saved.")
    if wish.asks != Asks.RECTIFICATION:
        return []
    if not 1 <= len(wish.corrections) <= MOST_CORRECTIONS:
        raise NotPossible(
            f"Write one to {MOST_CORRECTIONS} corrections, what is wrong and what is right. Nothing was saved."
        )
    return [_correction(account, place, old, new) for place, (old, new) in enumerate(wish.corrections, start=1)]


def _correction(account: Account, place: int, old: str, new: str) -> tuple[Kind, str, str]:
    numbering = numbering_of(account)
    if len(old) > LONGEST_VALUE or len(new) > LONGEST_VALUE:
        raise NotPossible(f"Correction {place} is too long. Nothing was saved.")
    try:
        kind, value = parse(old)
        was, fresh = (candidates(kind, text, regions=numbering.regions)[0] for text in (value, new))
    except NotAnIdentifier as problem:
        raise NotPossible(f"Correction {place}: {problem.reason} Nothing was saved.") from None
    if kind not in CORRECTABLE or {was.value, fresh.value} & numbering.own_numbers:
        raise NotPossible(f"Correction {place} is of nothing that is a customer's. Nothing was saved.")
    if was.value == fresh.value:
        raise NotPossible(f"Correction {place} changes nothing: it is the same in another spelling. Nothing was saved.")
    return kind, value, new.strip()


def _find(actor: Actor, account: Account, read: Sequence[Read]) -> frozenset[UUID]:
    """Return whom the identifiers name for certain, with the search on record. Raises NothingFound, RequestError."""
    people = find_people(account, [each.asked for each in read])
    found = people.certain | people.open
    digests = [digest for each in read for digest in each.asked.digests] if found else []
    detail = {"identifiers": "\n".join(each.typed for each in read)} if found else {}
    facts = {"identifiers": len(read), "customers": len(people.certain)}
    append("customer.searched", actor=actor, account_id=account.pk, facts=facts, detail=detail, found_by=digests)
    if not found:
        raise NothingFound("No customer of this account carries these identifiers. Nothing was saved.")
    if not people.certain:
        raise RequestError(
            "These identifiers name nobody for certain: several share them. Nothing was saved. Add another identifier."
        )
    return people.certain


def customers_of(request: Request) -> frozenset[UUID]:
    """Return the living customers a request is about: as its identifiers name them now, or a correction begun knows."""
    begun = Corrected.objects.filter(account_id=request.account_id, reference=request.reference, condemned_at=None)
    known = frozenset(begun.values_list("customer_id", flat=True))
    return known or find_people(request.account, asked_of(request)).certain


def locked_for_decision(request: Request) -> tuple[Request, frozenset[UUID]]:
    """Lock a request that waits to be decided and return it with its customers, in the caller's transaction.

    Raises TooLate when it was decided or ended, NotPossible while identity is open, nobody is left, or a request to
    forget one of them is open.
    """
    held = Request.objects.select_for_update().select_related("account").get(pk=request.pk)
    if held.asks == Asks.ERASURE or held.state != State.DECIDING:
        raise TooLate("The request was decided or has ended. Nothing was done.")
    if rules_of(held.account).identity_first and not held.identity_checked_at:
        raise NotPossible(
            "This account asks that identity is checked first. Nothing was done. Note how it was checked."
        )
    customers = customers_of(held)
    if not customers:
        raise NotPossible(
            "The customer was forgotten, or is named by nothing any more. Nothing was done. End the request."
        )
    references = open_erasures_of(held.account_id, customers)
    if references:
        raise NotPossible(f"{references} asks to forget this customer: finish or cancel it first. Nothing was done.")
    return held, customers
