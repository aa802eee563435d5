"""What a run may take, under random policies, holds, requests and times at once, against a plain reference model.

The model below is written from docs/retention.md and docs/requests.md and asks nothing of the program.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.handling import Facts, Handling
from accounts.models import Account
from interactions.models import Interaction, Recording, Transcription
from privacy import guards, lineage
from retention.conditions import Condition
from retention.decision import Rule
from retention.due import Schedule
from retention.errors import Incomplete
from retention.holds import Covered, place_hold, release_hold
from retention.models import Policy
from rtbf.models import PlanItem, Request, State
from tests.conftest import Person
from tests.makers import make_customer, make_interaction
from tests.retention.test_decision import DEFAULT, Call, plainly, policies

pytestmark = pytest.mark.django_db

FIRST = date(2024, 2, 28)
MODELS: dict[str, Any] = {"recording": Recording, "transcript": Transcription}
ENDED = {"completed", "completed_with_exceptions", "cancelled", "withdrawn", "refused"}
"""The states in which docs/requests.md says that a request has ended."""
CALLS = [
    Call(purposes=purposes, direction=direction, line="+15305550100", queue=queue, campaign=campaign)
    for purposes, direction, queue, campaign in [
        (("quality",), "inbound", "sales", ""), (("evidence", "quality"), "outbound", "sales", "spring"),
        (("training",), "inbound", "", ""), (("evidence",), "internal", "support", ""),
        (("quality", "training"), "outbound", "", "autumn"),
        (("evidence", "quality", "training"), "inbound", "support", "spring"),
    ]
]  # fmt: skip
NUMBERS = st.sets(st.integers(0, len(CALLS) - 1), max_size=2)
IN_FORCE = st.lists(st.tuples(st.integers(-400, 400), st.none() | st.integers(1, 800)), min_size=7, max_size=7)
HOLDS = st.lists(
    st.tuples(NUMBERS, st.sampled_from(["", "sales", "support"]), st.none() | st.integers(0, 900), st.booleans()),
    min_size=1,
    max_size=2,
)
REQUESTS = st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(State.values)), min_size=1, max_size=2)


@pytest.fixture
def calls(account: Account) -> list[tuple[Interaction, Call, date]]:
    """One call of each sort, of people of their own, with a sound and a transcript; ended at odd hours of odd days."""
    rows = []
    for number, facts in enumerate(CALLS):
        ended_on = FIRST + timedelta(days=170 * number)
        late = datetime.combine(ended_on, time(23, 50), ZoneInfo(account.zone)).astimezone(UTC)
        row = make_interaction(
            account, make_customer(account), queue=facts.queue, started_at=late, recording=b"r",
            transcript=[("agent", "hello")], duration_s=60,
        )  # fmt: skip
        handled = Facts(facts.direction, facts.line, facts.queue, facts.campaign)
        circumstances = Handling(account).under(facts.purposes, handled)
        Interaction.objects.filter(pk=row.pk).update(direction=facts.direction, circumstances=circumstances)
        rows.append((row, facts, ended_on))
    return rows


def write(account: Account, rule: Rule, begins: datetime, ends: datetime | None) -> None:
    """Put a policy into the books as a proposal would have, conflicts included."""
    Policy.objects.create(
        account=account, name=rule.name, kinds=sorted(rule.kinds), keep=str(rule.keep),
        minimum=str(rule.minimum or ""), maximum=str(rule.maximum or ""), purposes=sorted(rule.purposes),
        directions=sorted(rule.directions), queues=sorted(rule.queues), campaigns=sorted(rule.campaigns),
        effective_at=begins, ends_at=ends,
    )  # fmt: skip


def taken(account: Account, now: datetime, on: date) -> set[tuple[str, UUID]]:
    """Return which recordings and transcripts, of which calls, a run on that day would erase."""
    gone = set()
    for portion in Schedule.at(account, now).portions(on):
        if portion.kind in MODELS:
            rows: list[Any] = list(portion.rows())
            stays = guards.ask(lineage.targets(rows))
            gone |= {(portion.kind, row.interaction_id) for row in rows if row.pk not in stays}
    return gone


def test_a_run_takes_what_the_documents_say_and_nothing_else(
    account: Account, officer: Person, calls: list[tuple[Interaction, Call, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    Policy.objects.filter(account=account).update(effective_at=datetime(2020, 1, 1, tzinfo=UTC))
    seen: set[tuple[bool, ...]] = set()

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(policies(), IN_FORCE, HOLDS, REQUESTS, st.integers(0, 1_500))
    def compare(rules: list[Rule], spans: Any, holds: Any, requests: Any, days: int) -> None:
        on = FIRST + timedelta(days=days)
        now = datetime.combine(on, time(3), ZoneInfo(account.zone)).astimezone(UTC)
        with transaction.atomic(), monkeypatch.context() as then:
            then.setattr("django.utils.timezone.now", lambda: now)
            deciding, kept = [DEFAULT], set()
            for rule, (begins, lasts) in zip((each for each in rules if not each.is_default), spans, strict=False):
                ends = begins + lasts if lasts else None
                write(account, rule, now + timedelta(days=begins), now + timedelta(days=ends) if ends else None)
                deciding += [rule] if begins <= 0 and (ends is None or ends > 0) else []
            for named, queue, since, is_released in holds:
                covers: list[Any] = [Covered("interactions.Interaction", calls[number][0].pk) for number in named]
                first = FIRST + timedelta(days=since) if since is not None else None
                covers += [Condition(queue=queue, since=first)] if queue or first else []
                try:
                    hold = place_hold(actor=officer.actor, account=account, covers=covers, matter="M", reason="R")
                except Incomplete:
                    continue
                if is_released:
                    release_hold(actor=officer.actor, hold=hold, reason="Over")
                    continue
                fits = (queue or first) and True
                kept |= {calls[number][0].pk for number in named}
                kept |= {
                    row.pk
                    for row, facts, ended_on in calls
                    if fits and queue in ("", facts.queue) and (first is None or ended_on >= first)
                }
            for number, (own, mentioned, state) in enumerate(requests):
                request = Request.objects.create(
                    account=account, reference=f"RTBF-{number}", state=state, raised_by=officer.user
                )
                for each in own | mentioned:
                    row = calls[each][0]
                    PlanItem.objects.create(
                        request=request, label="interactions.Interaction", record_id=row.pk, unit=row.pk, kind="call",
                        action="delete", because="own", customer_id=row.customer_id if each in own else None,
                    )  # fmt: skip
                kept |= {calls[each][0].pk for each in own} if state not in ENDED else set()
            plain = {
                (kind, row.pk)
                for row, facts, ended_on in calls
                for kind in MODELS
                if row.pk not in kept and plainly(deciding, kind, facts, ended_on) < on
            }
            assert taken(account, now, on) == plain
            seen.add((len(deciding) > 1, bool(kept), bool(plain)))
            transaction.set_rollback(True)

    compare()
    assert [any(each) for each in zip(*seen, strict=True)] == [True, True, True]
