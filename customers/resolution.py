"""Tie calls to customers by what their sources say about the caller.

An identifier that one customer carries decides; one that several people carry is shared and ties to none of them: such
calls get a customer of their own, and a person decides. A register's record is a person: two records that share a
telephone are one only where their names say so. A name alone never decides. Whoever can't be recognised is a customer
without identifiers, so that distinct callers are counted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Account
from customers.kinds import Identifier as Known
from customers.kinds import Kind
from customers.models import Customer, Identifier, RegisterEntry
from privacy import bulk, guards, lineage
from privacy.blind_index import digest

DECIDING = (Kind.CUSTOMER_ID, Kind.CRM_ID)
RECOGNISING = (*DECIDING, Kind.PHONE, Kind.EMAIL, Kind.SOCIAL)
OF_ONE_PERSON = (Kind.BIRTH_DATE, Kind.NATIONAL_ID)
"""Two records that differ in one of these are of two people, whatever else they share."""
OWN_ADDRESSES = (Kind.EMAIL, Kind.SOCIAL)


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
    _named: set[tuple[bytes, UUID, bool]] = field(default_factory=set)
    _said: dict[tuple[UUID, str], set[bytes]] = field(default_factory=lambda: defaultdict(set))
    _registered: set[UUID] = field(default_factory=set)
    _recorded: set[UUID] = field(default_factory=set)
    _contested: set[bytes] = field(default_factory=set)

    def learn(self, batch: Iterable[Sequence[Indexed]], current: Collection[UUID] = ()) -> None:
        """Read in a few queries who carries any of the identifiers of the batch, and what is known of them.

        `current`: customers that calls of the batch are tied to already. Who merely has the same name is not read: half
        of all callers may be called "WIRELESS CALLER".
        """
        everything = [each for about in batch for each in about]
        digests = {each.digest for each in everything if each.known.kind in RECOGNISING}
        living = Identifier.objects.filter(account=self.account, digest__any_of=digests, condemned_at=None)
        rows = living.values_list("digest", "customer_id")
        for index, customer_id in rows:
            self._holders[bytes(index)].add(customer_id)
        carriers = {*current, *(holder for holders in self._holders.values() for holder in holders)}
        self._learn_what_is_said(carriers, {each.digest for each in everything if each.known.kind not in RECOGNISING})
        entries = RegisterEntry.objects.filter(customer_id__any_of=carriers, condemned_at=None)
        self._recorded |= set(entries.values_list("customer_id", flat=True).distinct())
        # A customer under a hold is not taken in by another: the hold names that customer.
        loose = Customer.objects.filter(pk__any_of=carriers - self._registered)
        self._registered |= guards.ask(lineage.targets(loose), without=[guards.OPEN_REQUESTS]).keys()

    def _learn_what_is_said(self, carriers: set[UUID], names: set[bytes]) -> None:
        known = Identifier.objects.filter(customer_id__any_of=carriers, condemned_at=None)
        self._registered |= set(known.filter(kind__in=DECIDING).values_list("customer_id", flat=True))
        rows = known.exclude(kind__in=(*DECIDING, Kind.PHONE)).values_list(
            "digest", "customer_id", "kind", "by_register"
        )
        for index, holder, kind, by_register in rows:
            if kind not in RECOGNISING and bytes(index) in names:
                self._named.add((bytes(index), holder, by_register))
            if by_register or kind in OWN_ADDRESSES:
                self._said[holder, kind].add(bytes(index))

    def foresee(self, records: Iterable[Sequence[Indexed]]) -> None:
        """Look at all records of a register in the batch: what several people share takes no caller in."""
        people: dict[bytes, set[frozenset[bytes]]] = defaultdict(set)
        for about in records:
            who = frozenset(each.digest for each in about if each.known.kind in (*DECIDING, Kind.NAME))
            for each in about:
                if each.known.kind in RECOGNISING:
                    people[each.digest].add(who)
        self._contested = {index for index, who in people.items() if len(who) > 1}

    def gather(self) -> None:
        """After the records: callers known by what turned out to be one person's alone are that person."""
        for index in self._contested:
            people = self._people(self._holders[index])
            if len(people) == 1:
                self._absorb_all(self._holders[index] - people, people.pop())
        self._contested = set()

    def resolve(self, about: Sequence[Indexed], current: UUID | None = None) -> UUID:
        """Return the customer these identifiers tell of: a known one, or a new one where nobody alone carries them.

        `current` is the customer the call is tied to already, who learns from another source of the same call.
        """
        current = self.final(current) if current else None
        if current in self._registered or current in self._recorded:
            customer_id = current
        else:
            customer_id = self._recognise(about, {current} if current else set())
        self._give(customer_id, about)
        return customer_id

    def resolve_record(self, about: Sequence[Indexed]) -> UUID:
        """Return the person a register's own record is about. Sharing a number makes two records no one person."""
        holders = self._carriers(about, RECOGNISING)
        if any(each.known.kind in DECIDING for each in about):
            customer_id = self._recognise(about, set())
        else:
            same = {each for each in self._people(holders) if self._may_be(each, about)}
            customer_id = self._take_in(about, same.pop() if len(same) == 1 else None)
        self._recorded.add(customer_id)
        self._give(customer_id, about, by_register=True)
        return customer_id

    def _recognise(self, about: Sequence[Indexed], current: set[UUID]) -> UUID:
        holders = self._carriers(about, RECOGNISING) | current
        decided = self._carriers(about, DECIDING)
        if not any(each.known.kind in DECIDING for each in about) or len(decided) > 1:
            return self._choose(holders)
        # A register's number nobody has yet is somebody new, whoever else shares the telephone.
        same = {each for each in holders & self._recorded - self._registered if self._may_be(each, about)}
        person = decided or (same if len(same) == 1 else set())
        for each in same if decided else ():
            self._absorb(each, min(decided))
        return self._take_in(about, min(person) if person else None, current)

    def _take_in(self, about: Sequence[Indexed], person: UUID | None, current: Collection[UUID] = ()) -> UUID:
        """Return the person, or a new one, with the callers met by what is carried by nobody else."""
        loose = set(current) - self._people(current)
        for each in about:
            if each.known.kind in RECOGNISING and each.digest not in self._contested:
                holders = self._holders[each.digest]
                if not self._people(holders) - {person}:
                    loose |= holders - {person}
        if person is None:
            return self._choose(loose)
        self._absorb_all(loose, person)
        return person

    def _may_be(self, customer_id: UUID, about: Sequence[Indexed]) -> bool:
        """Say whether a register's record may be of this person: the names say so, or nothing tells the two apart."""
        if any(self._differ(customer_id, about, kind) for kind in OF_ONE_PERSON):
            return False
        named = {each.digest for each in about if each.known.kind == Kind.NAME}
        names = self._said[customer_id, Kind.NAME]
        if named and names:
            return bool(named & names)
        return not any(self._differ(customer_id, about, kind) for kind in OWN_ADDRESSES)

    def _differ(self, customer_id: UUID, about: Sequence[Indexed], kind: Kind) -> bool:
        mine, theirs = {each.digest for each in about if each.known.kind == kind}, self._said[customer_id, kind]
        return bool(mine and theirs and not mine & theirs)

    def _people(self, customers: Iterable[UUID]) -> set[UUID]:
        """Return those whom a register knows, or a hold names."""
        return {each for each in customers if each in self._registered or each in self._recorded}

    def final(self, customer_id: UUID) -> UUID:
        """Return who a customer turned out to be in this batch."""
        while customer_id in self.absorbed:
            customer_id = self.absorbed[customer_id]
        return customer_id

    def _carriers(self, about: Sequence[Indexed], kinds: Collection[Kind]) -> set[UUID]:
        return {holder for each in about if each.known.kind in kinds for holder in self._holders[each.digest]}

    def _choose(self, holders: set[UUID]) -> UUID:
        """Choose among carriers no register decides between; several registered people are nobody's to guess from."""
        people = self._people(holders)
        loose = sorted(holders - people)
        if len(people) == 1:
            return people.pop()
        if not loose:
            return self._new_customer()
        self._absorb_all(loose[1:], loose[0])
        return loose[0]

    def _absorb_all(self, others: Iterable[UUID], person: UUID) -> None:
        """Let `person` take in callers met by number alone, before their record."""
        for other in set(others) - {person}:
            self._absorb(other, person)

    def _has(self, customer_id: UUID, each: Indexed, by_register: bool) -> bool:
        """Say whether the customer has the identifier already; from now on it does."""
        if each.known.kind in RECOGNISING:
            holders = self._holders[each.digest]
            there = customer_id in holders
            holders.add(customer_id)
        else:
            there = (each.digest, customer_id, by_register) in self._named
            self._named.add((each.digest, customer_id, by_register))
        return there

    def _absorb(self, other: UUID, person: UUID) -> None:
        self.absorbed[other] = person
        self._recorded.discard(other)
        for carriers in self._holders.values():
            if other in carriers:
                carriers.discard(other)
                carriers.add(person)

    def _new_customer(self) -> UUID:
        customer = bulk.new(Customer, account_id=self.account.pk)
        self.new_customers.append(customer)
        return customer.pk

    def _give(self, customer_id: UUID, about: Sequence[Indexed], *, by_register: bool = False) -> None:
        for each in about:
            kind = each.known.kind
            if kind in DECIDING:
                self._registered.add(customer_id)
            if by_register or kind in OWN_ADDRESSES:
                self._said[customer_id, kind].add(each.digest)
            if not self._has(customer_id, each, by_register):
                row = bulk.new(
                    Identifier,
                    account_id=self.account.pk,
                    customer_id=customer_id,
                    kind=kind,
                    digest=each.digest,
                    by_register=by_register,
                )
                self.new_identifiers.append((row, each.known))
