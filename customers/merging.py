"""Say that two customers are one person, or that one is two: only links move, every record keeps its key.

Nothing is guessed and nothing opened, but the identifiers that two people go on sharing. Account, import and both
customers are locked, top down as the eraser does: whoever is forgotten first can't be merged, and an erasure that comes
later finds the records where they are then. A legal hold on either goes on to cover both; only an officer narrows it.
An open request to forget either stops the act, since its plan was frozen for the customers as they were.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from customers import belongings
from customers.errors import Forgotten, InTheWay, NotThese
from customers.following import follow, objections
from customers.models import Customer, Identifier, Merge
from customers.querysets import MERGE
from customers.turns import take_turn
from privacy.ids import new_id
from privacy.keyring.ring import NewKey, create_keys
from privacy.open import open_rows, warrant
from privacy.sealing import seal
from privacy.witness import RecordRef
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

PURPOSE = "recognition"
IDENTIFIER = Identifier._meta.label
Choice = Mapping[str, Collection[UUID]]


def merge_customers(*, actor: Actor, customer: Customer, other: Customer) -> Merge:
    """Let `customer` take in `other`, with everything that is tied to it. Sent twice, it is done once.

    Raises Refused, NotThese, Forgotten, InTheWay; then nothing has moved.
    """
    require(require_actor(actor), MERGE, customer, action="customer.merged")
    require(actor, MERGE, other, action="customer.merged")

    if actor.user_id is None:
        raise NotThese("A merge names the person who says so. Nothing was merged.")
    if customer.pk == other.pk:
        raise NotThese("Choose two different customers. Nothing was merged.")
    with transaction.atomic():
        _take_turn(customer.account_id)
        known = Merge.objects.filter(customer=customer, taken_in=other.pk, undone_at=None).first()
        if known is not None and not Customer.objects.filter(pk=other.pk).exists():
            return known
        _lock(customer.account_id, (customer.pk, other.pk))
        moved = belongings.move(other.pk, customer.pk, belongings.ids_of(other.pk))
        merge = Merge.objects.create(
            account_id=customer.account_id,
            customer=customer,
            taken_in=other.pk,
            moved={label: [str(each) for each in ids] for label, ids in moved.items()},
            merged_by_id=actor.user_id,
        )
        follow(other.pk, customer.pk)
        Customer.objects.filter(pk=other.pk).delete()

        append(
            "customer.merged", actor=actor, account_id=customer.account_id, record=_name(customer), facts=_facts(moved)
        )
    return merge


def split_customer(
    *,
    actor: Actor,
    customer: Customer,
    moving: Choice,
    shared: Collection[UUID] = (),
    new_customer_id: UUID | None = None,
) -> Customer:
    """Make the chosen records another customer's. `shared`: identifiers both of them carry from now on.

    moving: ids of records by their model's label. new_customer_id: chosen by a form, so that sent twice it splits once.
    Raises Refused, NotThese, Forgotten, InTheWay; then nothing has moved.
    """
    require(require_actor(actor), MERGE, customer, action="customer.split")

    if new_customer_id is not None:
        known = Customer.objects.filter(pk=new_customer_id, account_id=customer.account_id).first()
        if known is not None:
            return known
    copies = _copies(actor, customer, shared)

    with transaction.atomic():
        _take_turn(customer.account_id)
        _lock(customer.account_id, (customer.pk,))
        person, moved = _part(customer, new_customer_id or new_id(), moving)
        _insert(copies, customer, person)
        facts = {**_facts(moved), "shared": len(copies)}
        append("customer.split", actor=actor, account_id=customer.account_id, record=_name(customer), facts=facts)
    return person


def undo_merge(*, actor: Actor, merge: Merge) -> Customer:
    """Give a customer back, with its own id, what had come along when it was taken in; what was erased is gone.

    Raises Refused, NotThese, Forgotten, InTheWay; then nothing has moved.
    """
    require(require_actor(actor), MERGE, merge, action="customer.split")

    with transaction.atomic():
        _take_turn(merge.account_id)
        held = Merge.objects.select_for_update().select_related("customer").get(pk=merge.pk)
        if held.undone_at is not None:
            return Customer.objects.get(pk=held.taken_in)
        _lock(held.account_id, (held.customer_id,))
        moving = {label: [UUID(each) for each in ids] for label, ids in held.moved.items()}
        person, moved = _part(held.customer, held.taken_in, moving, is_undone=True)
        held.undone_at = timezone.now()
        held.save(update_fields=["undone_at"])

        facts = {**_facts(moved), "undone": True}
        append("customer.split", actor=actor, account_id=held.account_id, record=_name(held.customer), facts=facts)
    return person


def _take_turn(account_id: UUID) -> None:
    """Wait for imports, and for a request that is just being planned: both look first and write later."""
    take_turn(account_id)
    Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _lock(account_id: UUID, customers: Iterable[UUID]) -> None:
    """Lock living customers and ask whoever needs them as they are."""
    wanted = frozenset(customers)
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=wanted, account_id=account_id)
    living = {row.pk for row in rows.order_by("pk") if row.is_living}
    if living != wanted:
        raise Forgotten("One of these customers is being forgotten or is not there any more. Nothing has moved.")
    found = objections(account_id, wanted)
    if found:
        raise InTheWay(" ".join([*found, "Nothing has moved."]))


def _part(
    customer: Customer, person_id: UUID, moving: Choice, *, is_undone: bool = False
) -> tuple[Customer, belongings.Ids]:
    if Customer.objects.filter(pk=person_id).exists():
        raise NotThese("This form was used before. Nothing was split. Open the page again.")
    person = Customer.objects.create(pk=person_id, account_id=customer.account_id)
    moved = belongings.move(customer.pk, person.pk, moving)
    if not moved or (not is_undone and sum(map(len, moved.values())) < sum(len(ids) for ids in moving.values())):
        raise NotThese("What was chosen is not this customer's any more. Nothing was split. Open the page again.")
    if not belongings.ids_of(customer.pk):
        raise NotThese("Leave something with the customer: all of it together is no split. Nothing was split.")
    follow(customer.pk, person.pk)
    return person, moved


def _insert(copies: Mapping[UUID, Identifier], customer: Customer, person: Customer) -> None:
    """Insert second rows of identifiers, with the blind indexes as they are now: they may have been rotated."""
    living = Identifier.objects.filter(pk__in=list(copies), customer=customer, condemned_at=None)
    digests = dict(living.values_list("pk", "digest"))
    if len(digests) != len(copies):
        raise NotThese("An identifier went elsewhere meanwhile. Nothing was split. Open the page again.")
    for pk, row in copies.items():
        row.customer, row.digest = person, bytes(digests[pk])
        row.save(force_insert=True)


def _copies(actor: Actor, customer: Customer, shared: Collection[UUID]) -> dict[UUID, Identifier]:
    """Return, by the first, second rows of identifiers that two people share, each under a key of its own."""
    rows = list(Identifier.objects.filter(pk__in=list(shared), customer=customer, condemned_at=None).order_by("pk"))
    if not rows:
        return {}
    record = RecordRef(customer._meta.label, customer.pk, customer.account_id)
    opening = warrant(
        actor=actor, action="customer.opened", account_id=customer.account_id, purpose=PURPOSE, record=record
    )
    opened = open_rows(rows, "value", warrant=opening)
    return _sealed_again(rows, {pk: each["value"] for pk, each in opened.items()})


def _sealed_again(rows: Sequence[Identifier], values: Mapping[UUID, str]) -> dict[UUID, Identifier]:
    living = [row for row in rows if row.pk in values]
    keys: list[NewKey] = create_keys(living[0].account_id, len(living)) if living else []
    copies = {}
    for row, key in zip(living, keys, strict=True):
        copies[row.pk] = Identifier(account_id=row.account_id, kind=row.kind, by_register=row.by_register)
        seal(copies[row.pk], key, {"value": values[row.pk]})
    return copies


def _name(customer: Customer) -> tuple[str, str]:
    return customer._meta.label, str(customer.pk)


def _facts(moved: belongings.Ids) -> dict[str, Fact]:
    return {name.replace(" ", "_"): number for name, number in belongings.numbers_of(moved).items()}
