"""Say who shares an identifier of a request, and by what a person may tell them apart.

Nothing is opened for it: customers are numbered, and told by their calls' days, agents and lengths and by what kinds of
other identifiers they carry. Whoever needs more opens the customer's page or a call, on record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max, Min

from accounts.lengths import length
from accounts.models import Account
from customers.models import Identifier
from interactions.models import Interaction, Mention
from rtbf.discovery.people import People, find_people
from rtbf.discovery.reading import asked_of
from rtbf.discovery.staff import staff_digests
from rtbf.models import Request
from rtbf.times import in_zone

SAMPLES, MOST_CARRIERS = 3, 20


@dataclass(frozen=True)
class Carrier:
    """A customer who carries a shared identifier. `is_asked_for`: the other identifiers name this one."""

    customer_id: UUID
    is_asked_for: bool
    calls: int
    first: str
    last: str
    known_by: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Sharing:
    """An identifier that names nobody alone: who carries it, in how many texts it stands, whether an agent has it."""

    kind: str
    carriers: tuple[Carrier, ...]
    more_carriers: int
    texts: int
    is_staffs: bool

    @property
    def why(self) -> str:
        """Return in a sentence why a person must decide."""
        number = len(self.carriers) + self.more_carriers
        people = f"{number} customers carry it" if number > 1 else "one customer carries it"
        staff = ", and somebody who works here has it" if self.is_staffs else ""
        return (
            f"{people[0].upper()}{people[1:]}{staff}. It stands in {self.texts:,} text{'' if self.texts == 1 else 's'}."
        )


def sharing_of(request: Request) -> list[Sharing]:
    """Return the shared identifiers of a request; none when what was typed has been destroyed."""
    asked = asked_of(request)
    return sharing(request.account, find_people(request.account, asked)) if asked else []


def sharing(account: Account, people: People) -> list[Sharing]:
    """Return who carries each shared identifier of these people."""
    staff = staff_digests(account)
    return [_sharing(account, people, index, index in staff) for index in sorted(people.shared)]


def _sharing(account: Account, people: People, index: bytes, is_staffs: bool) -> Sharing:
    rows = Identifier.objects.indexed(account.pk, [index]).filter(customer__condemned_at=None)
    carriers = sorted(set(rows.values_list("customer_id", flat=True)))
    mentions = Mention.objects.filter(account_id=account.pk, digest=index, condemned_at=None)
    kinds = [*rows.values_list("kind", flat=True)[:1], *mentions.values_list("kind", flat=True)[:1], ""]
    shown = carriers[:MOST_CARRIERS]
    return Sharing(
        kind=kinds[0],
        carriers=tuple(_carrier(account, each, each in people.certain, index) for each in shown),
        more_carriers=len(carriers) - len(shown),
        texts=mentions.count(),
        is_staffs=is_staffs,
    )


def _carrier(account: Account, customer_id: UUID, is_asked_for: bool, index: bytes) -> Carrier:
    calls = Interaction.objects.filter(customer_id=customer_id, condemned_at=None)
    told = calls.aggregate(number=Count("pk"), first=Min("started_at"), last=Max("started_at"))
    others = Identifier.objects.filter(customer_id=customer_id, condemned_at=None).exclude(digest=index)
    return Carrier(
        customer_id=customer_id,
        is_asked_for=is_asked_for,
        calls=told["number"],
        first=in_zone(told["first"], account.zone) if told["first"] else "",
        last=in_zone(told["last"], account.zone) if told["last"] else "",
        known_by=tuple(sorted(set(others.values_list("kind", flat=True)))),
        samples=_samples(account, list(calls.select_related("agent").order_by("-started_at")[:SAMPLES])),
    )


def _samples(account: Account, calls: Sequence[Interaction]) -> tuple[str, ...]:
    return tuple(
        " · ".join(
            part for part in (in_zone(call.started_at, account.zone), _agent(call), length(call.duration_s)) if part
        )
        for call in calls
    )


def _agent(call: Interaction) -> str:
    return f"agent {call.agent}" if call.agent else ""


def in_sentences(found: Iterable[Sharing]) -> list[str]:
    """Return a sentence for each shared identifier, for the shell."""
    return [f"Shared {each.kind}: {each.why} A person decides." for each in found]
