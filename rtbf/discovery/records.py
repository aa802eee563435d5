"""Find everything about a person, and say for each record what is to become of it and why.

The map leads from the customer to all that is theirs; the index of mentions leads into other people's calls. Guards are
asked as the eraser will ask them, so that a plan shows what will stay. Nothing is changed here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Account
from customers.models import Customer, Identifier, Note
from interactions.models import TEXTS, Mention, Original
from privacy import guards, lineage
from privacy import map as data_map
from privacy.descendants import below
from privacy.models import SealedModel
from retention.models import HoldScope, LegalHold
from rtbf import words
from rtbf.discovery.kept_files import files_of
from rtbf.discovery.papers import cases_about, papers_of
from rtbf.discovery.people import NOTHING_SETTLED, People, Settled, find_people, known_by_nothing_else
from rtbf.discovery.reading import Asked
from rtbf.models import Action, Dossier, Request, RequestedIdentifier
from trail.details import details_about

AT_ONCE = 500
OWN_GUARDS = (guards.OPEN_REQUESTS, guards.RESTRICTIONS)
"""What stops no request: it is open itself, and what is restricted may be forgotten. Plan and work ask all others."""
BESIDE = 20
"""How many characters may lie between a name and the number it goes with, where two people share the name."""

TEXT_OF: dict[str, type[SealedModel]] = {
    "transcription": TEXTS[0],
    "comment": TEXTS[1],
    "value": TEXTS[2],
    "note": Note,
}
Span = tuple[int, int, int]
Row = tuple[UUID, list[Any]]


@dataclass(frozen=True, slots=True)
class Item:
    """What is to become of one record."""

    model: type[SealedModel]
    id: UUID
    unit: UUID
    action: Action
    because: str
    customer_id: UUID | None = None
    held_by: UUID | None = None
    spans: tuple[Span, ...] = ()

    @property
    def label(self) -> str:
        """The model's label."""
        return self.model._meta.label


@dataclass(frozen=True)
class Discovery:
    """Whom the identifiers name and all that was found, each record once."""

    people: People
    items: tuple[Item, ...]


def discover(
    account: Account,
    asked: Sequence[Asked],
    *,
    request: Request | None = None,
    settled: Settled = NOTHING_SETTLED,
) -> Discovery:
    """Return the plan for the person these identifiers name; `request`, which asks, is left out of its own plan."""
    people = find_people(account, asked, settled=settled)
    found: dict[tuple[str, UUID], Item] = {}
    for item in _everything(account, people, request):
        found.setdefault((item.label, item.id), item)
    kept = _keep_whole(_asked_of_guards(list(found.values())))
    return Discovery(people, (*kept, *_files(account, kept)))


def _files(account: Account, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the files in drop folders from which any of these records was read, where anything becomes of it."""
    going = [each for each in items if each.action not in (Action.KEEP, Action.DECIDE)]
    records = {each.unit for each in going} | {each.id for each in going if each.model is Note}
    for pk in files_of(account, records, [each.id for each in going if each.spans]):
        yield Item(Original, pk, pk, Action.DELETE, words.IN_A_FILE)


def _everything(account: Account, people: People, request: Request | None) -> Iterator[Item]:
    yield from of_customers(people.certain)
    yield from _undecided(account, people)
    yield from _passages(account, people)
    yield from _of_the_house(account, people, request)


def of_customers(customers: frozenset[UUID]) -> Iterator[Item]:
    """Yield the customers' rows and everything living that belongs to them."""
    for each in below(Customer, customers):
        action, because = _fate(each.model)
        yield Item(each.model, each.id, each.unit, action, because, each.root)
    action, because = _fate(Customer)
    yield from (Item(Customer, customer, customer, action, because, customer) for customer in sorted(customers))


def _fate(model: type[SealedModel]) -> tuple[Action, str]:
    if data_map.entry(model).row_stays_because:
        return Action.ANONYMISE, words.STATISTICS
    return Action.DELETE, words.THEIR_OWN


def _undecided(account: Account, people: People) -> Iterator[Item]:
    """Yield what may or may not be the person's: shared identifiers, and calls known by nothing else."""
    maybe = known_by_nothing_else(account, people.open, people.shared) if people.certain else people.open
    for each in below(Customer, maybe):
        because = words.SHARED if people.shared - people.staffs else words.STAFFS_OWN
        yield Item(each.model, each.id, each.unit, Action.DECIDE, because, each.root)
    rows = Identifier.objects.indexed(account.pk, people.shared).exclude(customer_id__in=people.certain)
    for pk, customer_id, index in rows.values_list("pk", "customer_id", "digest"):
        yield Item(Identifier, pk, pk, Action.DECIDE, _why(people, bytes(index)), customer_id)


def _why(people: People, index: bytes) -> str:
    return words.STAFFS_OWN if index in people.staffs else words.SHARED


def _passages(account: Account, people: People) -> Iterator[Item]:
    """Yield the texts of other people's calls in which the person is mentioned, with the passages."""
    for name, text in TEXT_OF.items():
        for digests, action, because in (
            (people.own, Action.REDACT, words.MENTIONED),
            (people.shared - people.staffs, Action.DECIDE, words.SHARED),
            (people.staffs, Action.DECIDE, words.STAFFS_OWN),
        ):
            mentions = Mention.objects.filter(account_id=account.pk, digest__in=digests, condemned_at=None)
            whose = "customer_id" if text is Note else "interaction__customer_id"
            own = Q(**{f"{name}__{whose}__in": people.certain})
            rows = list(mentions.exclude(**{name: None}).exclude(own).order_by("pk").values_list(f"{name}_id", "parts"))
            rows += _names_beside(account, people, name, rows)
            if action == Action.REDACT and text is not Note:
                rows += _names_in_calls(account, people, name)
            yield from _one_a_text(text, rows, action, because)


def _names_beside(account: Account, people: People, name: str, signs: Sequence[Row]) -> list[Row]:
    """Return where the person's name stands in texts that hold an identifier of theirs: there it is no other's.

    Where the text's own customer is called the same, it is theirs unless it stands right beside the identifier.
    """
    places: dict[UUID, list[Span]] = defaultdict(list)
    for text_id, parts in signs:
        places[text_id] += [(part[0], part[1], part[2]) for part in parts]
    found = _named(account, people, name, f"{name}_id", set(places))
    return [
        (text_id, parts)
        for text_id, parts, is_namesakes in found
        if not is_namesakes or any(_beside(part, place) for part in parts for place in places[text_id])
    ]


def _beside(one: Sequence[int], other: Sequence[int]) -> bool:
    return one[0] == other[0] and one[1] - other[2] <= BESIDE and other[1] - one[2] <= BESIDE


def _names_in_calls(account: Account, people: People, name: str) -> list[Row]:
    """Return where the person's name stands in calls of others of which another text holds an identifier of theirs."""
    calls = _calls_with(account, people) if people.names else set()
    found = _named(account, people, name, f"{name}__interaction_id", calls)
    return [(text_id, parts) for text_id, parts, is_namesakes in found if not is_namesakes]


def _calls_with(account: Account, people: People) -> set[UUID]:
    """Return the calls of others in which an identifier of the person stands."""
    own = Mention.objects.filter(account_id=account.pk, digest__in=people.own, condemned_at=None)
    calls: set[UUID] = set()
    for name in (each for each, text in TEXT_OF.items() if text is not Note):
        theirs = Q(**{f"{name}__interaction__customer_id__in": people.certain})
        rows = own.exclude(**{name: None}).exclude(theirs)
        calls |= set(rows.values_list(f"{name}__interaction_id", flat=True))
    return calls


def _named(
    account: Account, people: People, name: str, path: str, ids: set[UUID]
) -> list[tuple[UUID, list[Any], bool]]:
    """Return mentions of the person's name there, and whether the text's own customer is called the same."""
    whose = f"{name}__customer_id" if TEXT_OF[name] is Note else f"{name}__interaction__customer_id"
    carried = Identifier.objects.indexed(account.pk, people.names).values_list("customer_id", "digest")
    namesakes = {(customer_id, bytes(index)) for customer_id, index in carried}
    found: list[tuple[UUID, list[Any], bool]] = []
    for portion in _portions(sorted(ids)) if people.names else ():
        mentions = Mention.objects.filter(account_id=account.pk, digest__in=people.names, condemned_at=None)
        rows = mentions.filter(**{f"{path}__in": portion}).values_list(f"{name}_id", "parts", whose, "digest")
        found += [(text_id, parts, (own, bytes(index)) in namesakes) for text_id, parts, own, index in rows]
    return found


def _portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _one_a_text(
    text: type[SealedModel], rows: Iterable[tuple[UUID, list[Sequence[int]]]], action: Action, because: str
) -> Iterator[Item]:
    spans: dict[UUID, set[Span]] = defaultdict(set)
    for text_id, parts in rows:
        spans[text_id] |= {(part[0], part[1], part[2]) for part in parts}
    for text_id, places in spans.items():
        yield Item(text, text_id, text_id, action, because, spans=tuple(sorted(places)))


def _of_the_house(account: Account, people: People, request: Request | None) -> Iterator[Item]:
    """Yield what the house itself wrote about the person: searches in the log, earlier requests, ended holds."""
    digests = list(people.own)
    if digests:
        for detail in details_about(account.pk, digests).only("pk"):
            yield Item(type(detail), detail.pk, detail.pk, Action.ANONYMISE, words.SEARCHED_FOR)
    earlier = RequestedIdentifier.objects.filter(account=account, condemned_at=None, digests__overlap=digests)
    for pk in earlier.exclude(request=request).values_list("pk", flat=True):
        yield Item(RequestedIdentifier, pk, pk, Action.DELETE, words.ASKED_FOR)
    for model, pk in papers_of(account, people.certain, earlier.exclude(request=request)):
        yield Item(model, pk, pk, Action.DELETE, words.ASKED_FOR)
    copies = Dossier.objects.filter(account=account, condemned_at=None, digests__overlap=digests)
    for pk in copies.values_list("pk", flat=True):
        yield Item(Dossier, pk, pk, Action.ANONYMISE, words.ASKED_FOR)
    cases = cases_about(account, people.certain, earlier) | set(copies.values_list("pk", flat=True))
    for pk in _ended_holds(people.certain, cases):
        yield Item(LegalHold, pk, pk, Action.ANONYMISE, words.WAS_HELD)


def _ended_holds(customers: frozenset[UUID], cases: Collection[UUID]) -> set[UUID]:
    """Return released holds that covered these customers, one of their calls or one of these cases."""
    ended = HoldScope.objects.exclude(hold__released_at=None).filter(hold__condemned_at=None)
    known = {*customers, *cases} | {each.id for each in below(Customer, customers) if each.id == each.unit}
    return set(ended.filter(record_id__in=known).values_list("hold_id", flat=True))


def _asked_of_guards(items: list[Item]) -> Iterator[Item]:
    """Yield the items as they came, and those a guard keeps as kept."""
    refused: dict[UUID, guards.Refusal] = {}
    for model, ids in _going_by_model(items).items():
        for start in range(0, len(ids), AT_ONCE):
            refused |= guards.ask(
                lineage.targets(_rows(model, ids[start : start + AT_ONCE])),
                without=OWN_GUARDS,
            )
    for item in items:
        refusal = refused.get(item.id)
        if refusal is None or item.action == Action.DECIDE:
            yield item
        else:
            because, held_by = kept_by(refusal)
            yield replace(item, action=Action.KEEP, because=because, held_by=held_by)


def kept_by(refusal: guards.Refusal) -> tuple[str, UUID | None]:
    """Return why a guard keeps a record, and the hold if it is one, as a row of a plan says it."""
    return refusal.ground[:40], UUID(refusal.by) if refusal.by else None


def _going_by_model(items: Iterable[Item]) -> dict[type[SealedModel], list[UUID]]:
    ids: dict[type[SealedModel], list[UUID]] = defaultdict(list)
    for item in items:
        if item.action != Action.DECIDE:
            ids[item.model].append(item.id)
    return ids


def _rows(model: type[SealedModel], ids: Sequence[UUID]) -> list[Any]:
    """Return rows with no more of them than a guard is asked about."""
    fields: list[Any] = ["pk", "account_id", *data_map.parents(model)]
    return list(model._default_manager.filter(pk__in=ids).only(*fields))


def _keep_whole(items: Iterable[Item]) -> list[Item]:
    """Keep a customer's row and identifiers when anything of the customer stays: it must still be known whose it is."""
    items = list(items)
    staying = {item.customer_id for item in items if item.action == Action.KEEP and item.customer_id}
    return [
        replace(item, action=Action.KEEP, because=words.CUSTOMER_KEPT)
        if item.customer_id in staying and item.model in (Customer, Identifier) and item.action != Action.KEEP
        else item
        for item in items
    ]
