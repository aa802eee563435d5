"""Decide whom the identifiers name: certainly, or so that a person must decide.

An identifier one customer carries names that customer. One that several carry, or that somebody who works here has too,
names nobody alone; it names one of them only when the other identifiers leave exactly one. What stays open is shown and
not touched.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Account
from customers.models import Identifier
from rtbf.discovery.reading import WEAK, Asked
from rtbf.discovery.staff import staff_digests

Holders = dict[bytes, set[UUID]]


@dataclass(frozen=True)
class People:
    """Whom a request is about. `open`: customers among whom a person must decide.

    own: blind indexes that lead to nobody else. shared: those that other customers, or people who work here, carry as
    well; staffs: those of the latter. names: of the person, which count only beside one of their own identifiers.
    """

    certain: frozenset[UUID]
    open: frozenset[UUID]
    own: frozenset[bytes]
    shared: frozenset[bytes]
    names: frozenset[bytes] = frozenset()
    staffs: frozenset[bytes] = frozenset()


@dataclass(frozen=True)
class Settled:
    """What an earlier search settled. `among`: nobody else is named, where it is given; `apart`: they are not named.

    Once the person's own rows are gone, a number they shared is carried by the others alone, and would name one.
    """

    among: frozenset[UUID] | None = None
    apart: frozenset[UUID] = frozenset()


NOTHING_SETTLED = Settled()


def find_people(account: Account, asked: Sequence[Asked], *, settled: Settled = NOTHING_SETTLED) -> People:
    """Return whom identifiers name, with all other identifiers those customers are known to carry."""
    holders = _holders(account, {digest for each in asked for digest in each.digests})
    named = [_holders_of(each, holders) for each in asked]
    staff = staff_digests(account)
    alone = [
        not each.is_weak and len(who) == 1 and not staff & {*_matching(each, holders)}
        for each, who in zip(asked, named, strict=True)
    ]
    certain = {holder for is_named, who in zip(alone, named, strict=True) if is_named for holder in who}
    for place, each in enumerate(asked):
        if not each.is_weak and not alone[place] and not named[place] & certain:
            certain |= _left_by_others(place, named)
    certain -= settled.apart
    if settled.among is not None:
        certain &= settled.among
    open_ = {holder for each, who in zip(asked, named, strict=True) if not each.is_weak for holder in who} - certain

    wanted = {digest for each in asked if not each.is_weak for digest in _matching(each, holders)}
    wanted |= _carried_by(account, certain)
    carriers = _holders(account, wanted)
    shared = {digest for digest in wanted if carriers[digest] - certain or digest in staff}
    names = _names_of(account, certain) | {digest for each in asked if each.is_weak for digest in each.digests}
    return People(
        certain=frozenset(certain),
        open=frozenset(open_),
        own=frozenset(wanted - shared),
        shared=frozenset(shared),
        names=frozenset(names),
        staffs=frozenset(shared & staff),
    )


def _holders(account: Account, digests: Iterable[bytes]) -> Holders:
    found: Holders = defaultdict(set)
    rows = Identifier.objects.indexed(account.pk, digests).filter(customer__condemned_at=None)
    for index, customer_id in rows.values_list("digest", "customer_id"):
        found[bytes(index)].add(customer_id)
    return found


def _holders_of(asked: Asked, holders: Holders) -> set[UUID]:
    return {holder for digest in _matching(asked, holders) for holder in holders[digest]}


def _matching(asked: Asked, holders: Holders) -> list[bytes]:
    """Return the readings somebody carries; when nobody does, the likeliest: it may stand in a text."""
    return [digest for digest in asked.digests if holders.get(digest)] or [asked.digests[0]]


def _left_by_others(place: int, named: Sequence[set[UUID]]) -> set[UUID]:
    others = [who for index, who in enumerate(named) if index != place]
    left = {holder for holder in named[place] if any(holder in who for who in others)}
    return left if len(left) == 1 else set()


def _carried_by(account: Account, customers: set[UUID]) -> set[bytes]:
    rows = Identifier.objects.filter(account_id=account.pk, customer_id__in=customers, condemned_at=None)
    return {bytes(index) for index in rows.exclude(kind__in=WEAK).values_list("digest", flat=True)}


def _names_of(account: Account, customers: set[UUID]) -> set[bytes]:
    """Return what fits many people and so counts only beside another sign: names, addresses, dates of birth."""
    rows = Identifier.objects.filter(account_id=account.pk, customer_id__in=customers, condemned_at=None, kind__in=WEAK)
    return {bytes(index) for index in rows.values_list("digest", flat=True)}


def known_by_nothing_else(account: Account, customers: frozenset[UUID], shared: frozenset[bytes]) -> set[UUID]:
    """Return those of `customers` who carry no identifier but shared ones: their calls may be the person's."""
    rows = Identifier.objects.filter(account_id=account.pk, customer_id__in=customers, condemned_at=None)
    others = rows.exclude(digest__in=shared).exclude(kind__in=WEAK)
    return set(customers) - set(others.values_list("customer_id", flat=True))
