"""Tie calls to customers by what their sources say about the caller.

An identifier that one customer carries decides; one that several registered people carry is shared and ties to none of
them: such calls get a customer of their own, and a person decides. A name alone never decides. Whoever can't be
recognised is a customer without identifiers, so that distinct callers are counted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Account
from customers.kinds import Identifier as Known
from customers.kinds import Kind
from customers.models import Customer, Identifier
from privacy import guards, lineage
from privacy.blind_index import digest

DECIDING = (Kind.CUSTOMER_ID, Kind.CRM_ID)
RECOGNISING = (*DECIDING, Kind.PHONE, Kind.EMAIL, Kind.SOCIAL)


@dataclass(frozen=True, slots=True)
class Indexed:
    """An identifier in its normal form with its blind index."""

    known: Known
    digest: bytes


def indexed(account_id: UUID, known: Iterable[Known]) -> tuple[Indexed, ...]:
    """Return identifiers with their blind indexes, each once."""
    by_digest = {digest(account_id, each.kind, each.value): each for each in known}
    return tuple(Indexed(each, index) for index, each in by_digest.items())


@dataclass
class Resolver:
    """Resolves a batch: asks the database once, then goes on in memory, and holds what must be inserted.

    `new_customers` and `new_identifiers` (unsealed) come out for the caller to seal and insert; `absorbed` maps a
    customer known by number alone to the one who turned out to be the same person.
    """

    account: Account
    new_customers: list[Customer] = field(default_factory=list)
    new_identifiers: list[tuple[Identifier, Known]] = field(default_factory=list)
    absorbed: dict[UUID, UUID] = field(default_factory=dict)
    _holders: dict[bytes, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _named: set[tuple[bytes, UUID]] = field(default_factory=set)
    _registered: set[UUID] = field(default_factory=set)

    def learn(self, batch: Iterable[Sequence[Indexed]], current: Collection[UUID] = ()) -> None:
        """Read in a few queries who carries any of the identifiers of the batch, and who of them is registered.

        `current`: customers that calls of the batch are tied to already. Who merely has the same name is not read: half
        of all callers may be called "WIRELESS CALLER".
        """
        everything = [each for about in batch for each in about]
        digests = {each.digest for each in everything if each.known.kind in RECOGNISING}
        rows = Identifier.objects.indexed(self.account.pk, digests).values_list("digest", "customer_id")
        for index, customer_id in rows:
            self._holders[bytes(index)].add(customer_id)
        carriers = {*current, *(holder for holders in self._holders.values() for holder in holders)}
        known = Identifier.objects.filter(customer_id__in=carriers, condemned_at=None)
        names = {each.digest for each in everything if each.known.kind not in RECOGNISING}
        pairs = known.exclude(kind__in=RECOGNISING).values_list("digest", "customer_id")
        self._named = {(bytes(index), holder) for index, holder in pairs if bytes(index) in names}
        registered = known.filter(kind__in=DECIDING)
        self._registered |= set(registered.values_list("customer_id", flat=True))
        # A customer under a hold is not taken in by another: the hold names that customer.
        loose = Customer.objects.filter(pk__in=carriers - self._registered)
        self._registered |= guards.ask(lineage.targets(loose)).keys()

    def resolve(self, about: Sequence[Indexed], current: UUID | None = None) -> UUID:
        """Return the customer these identifiers tell of: a known one, or a new one where nobody alone carries them.

        `current` is the customer the call is tied to already, who learns from another source of the same call.
        """
        current = self.final(current) if current else None
        if current in self._registered:
            customer_id = current
        else:
            customer_id = self._recognise(about, {current} if current else set())
        self._give(customer_id, about)
        return customer_id

    def _recognise(self, about: Sequence[Indexed], current: set[UUID]) -> UUID:
        holders = self._carriers(about, RECOGNISING) | current
        decided = self._carriers(about, DECIDING)
        if not decided and any(each.known.kind in DECIDING for each in about):
            # A register's number nobody has yet is somebody new, whoever else shares the telephone.
            return self._choose(holders - self._registered)
        if len(decided) != 1:
            return self._choose(holders)
        (customer_id,) = decided
        self._absorb_all(holders - self._registered, customer_id)
        return customer_id

    def final(self, customer_id: UUID) -> UUID:
        """Return who a customer turned out to be in this batch."""
        while customer_id in self.absorbed:
            customer_id = self.absorbed[customer_id]
        return customer_id

    def _carriers(self, about: Sequence[Indexed], kinds: Collection[Kind]) -> set[UUID]:
        return {holder for each in about if each.known.kind in kinds for holder in self._holders[each.digest]}

    def _choose(self, holders: set[UUID]) -> UUID:
        """Choose among carriers no register decides between; several registered people are nobody's to guess from."""
        registered, loose = holders & self._registered, sorted(holders - self._registered)
        if len(registered) == 1:
            return registered.pop()
        if not loose:
            return self._new_customer()
        self._absorb_all(loose[1:], loose[0])
        return loose[0]

    def _absorb_all(self, others: Iterable[UUID], person: UUID) -> None:
        """Let `person` take in callers met by number alone, before their record."""
        for other in set(others) - {person}:
            self._absorb(other, person)

    def _has(self, customer_id: UUID, each: Indexed) -> bool:
        """Say whether the customer has the identifier already; from now on it does."""
        if each.known.kind in RECOGNISING:
            holders = self._holders[each.digest]
            there = customer_id in holders
            holders.add(customer_id)
        else:
            there = (each.digest, customer_id) in self._named
            self._named.add((each.digest, customer_id))
        return there

    def _absorb(self, other: UUID, person: UUID) -> None:
        self.absorbed[other] = person
        for carriers in self._holders.values():
            if other in carriers:
                carriers.discard(other)
                carriers.add(person)

    def _new_customer(self) -> UUID:
        customer = Customer(account_id=self.account.pk)
        self.new_customers.append(customer)
        return customer.pk

    def _give(self, customer_id: UUID, about: Sequence[Indexed]) -> None:
        for each in about:
            if each.known.kind in DECIDING:
                self._registered.add(customer_id)
            if not self._has(customer_id, each):
                row = Identifier(
                    account_id=self.account.pk, customer_id=customer_id, kind=each.known.kind, digest=each.digest
                )
                self.new_identifiers.append((row, each.known))
