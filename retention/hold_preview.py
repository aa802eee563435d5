"""What a hold would cover, before it is placed: a number and a few calls, counted for as long as a person waits.

A condition that no index answers (a queue over all years) is counted for three seconds; then the planner's estimate is
shown, and said to be one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from psycopg.errors import QueryCanceled

from accounts.lengths import length
from accounts.models import Account
from accounts.rights import require
from retention.case_files import NAMED, REQUEST, left_of, references
from retention.catching import CALL, calls_of
from retention.conditions import Condition, in_words
from retention.guard import CUSTOMER
from retention.holds import Covered
from trail.actor import Actor, require_actor
from trail.append import append

COUNTED: Final = 10_000
SAMPLES: Final = 5
PATIENCE_MS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Caught:
    """What one scope covers today. number: calls whose content may still be there; exact up to COUNTED.

    others: what it covers where that is no call, in words.
    """

    says: str
    number: int = 0
    is_estimate: bool = False
    samples: list[Any] = field(default_factory=list)
    others: str = ""

    @property
    def in_words(self) -> str:
        """Return how many calls, as far as it is known, or what else."""
        if self.others:
            return self.others
        if self.is_estimate:
            return f"about {self.number:,} calls (estimated)"
        if self.number > COUNTED:
            return f"more than {COUNTED:,} calls"
        return "1 call" if self.number == 1 else f"{self.number:,} calls"

    @property
    def lines(self) -> list[tuple[Any, str]]:
        """Return the calls that are shown, each with its length."""
        now = timezone.now()
        return [(each, "still running" if each.is_under_way(now) else length(each.duration_s)) for each in self.samples]


def preview_hold(*, actor: Actor, account: Account, covers: Sequence[Covered | Condition]) -> list[Caught]:
    """Return what a hold of these scopes would cover today; what comes later is not foreseen.

    Raises Refused, Incomplete, NotCoverable.
    """
    require(require_actor(actor), "retention.place_hold", account, action="hold.previewed")

    rows = [each.checked(account).as_row(account) for each in covers if isinstance(each, Condition)]
    named = [each for each in covers if not isinstance(each, Condition)]
    found = [caught(in_words(row), calls_of(row)) for row in rows]
    found += _named(account, named) if named else []
    found += [_of_case(each) for each in named if each.label in NAMED]

    facts = {"conditions": len(rows), "records": len(named), "calls": sum(each.number for each in found)}
    append("hold.previewed", actor=actor, account_id=account.pk, facts=facts)
    return found


def _named(account: Account, covers: Sequence[Covered]) -> list[Caught]:
    calls = apps.get_model(CALL)._default_manager.filter(account_id=account.pk)
    ids = [each.id for each in covers if each.label == CALL]
    people = [each.id for each in covers if each.label == CUSTOMER]
    found = [caught("the call itself", calls.filter(pk__in=ids))] if ids else []
    says = "calls of the customer" if len(people) == 1 else f"calls of {len(people):,} customers who share it"
    return [*found, caught(says, calls.filter(customer_id__in=people))] if people else found


def _of_case(covered: Covered) -> Caught:
    (called,) = references([covered]).values()
    left = left_of(covered.id) if covered.label == REQUEST else ["the archive"]
    return Caught(called, others=", ".join(left) or "nothing is left")


def caught(says: str, calls: "QuerySet[Any]") -> Caught:
    """Count calls and take a few, the latest first; an estimate without samples when that takes too long."""
    living = calls.filter(condemned_at=None)
    try:
        with transaction.atomic():
            _be_patient(f"{PATIENCE_MS}ms")
            number = living.order_by()[: COUNTED + 1].count()
            samples = list(living.select_related("agent").order_by("-started_at", "-pk")[:SAMPLES]) if number else []
            _be_patient("0")
    except OperationalError as problem:
        if not isinstance(problem.__cause__, QueryCanceled):
            raise
        return Caught(says, _estimated(living), is_estimate=True)
    return Caught(says, number, samples=samples)


def _be_patient(limit: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])


def _estimated(calls: "QuerySet[Any]") -> int:
    return int(json.loads(calls.explain(format="json"))[0]["Plan"]["Plan Rows"])
