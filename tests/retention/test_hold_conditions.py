"""Holds on what calls are: what they catch, now and later, and who wins against an erasure."""

import threading
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.range import Range as NumericRange

from accounts.days import today_in
from customers.kinds import Kind
from interactions import listing
from interactions.models import Comment, Interaction, Mention, Voicemail
from privacy import erasure, guards, lineage
from retention import conditions
from retention.catching import calls_of, holds_catching
from retention.conditions import Condition, in_words
from retention.errors import HoldError, Incomplete
from retention.guard import legal_holds
from retention.holds import Covered, place_hold, release_hold
from retention.models import HoldCondition, HoldScope, LegalHold
from retention.models.scopes import CONTENTS
from retention.recognition import customers_by
from retention.turns import keep_holds_still
from tests.makers import give_identifier, make_agent, make_customer, make_interaction

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 2)
TABLE = HoldCondition._meta.db_table
NOON = datetime(2026, 6, 2, 19, 0, tzinfo=UTC)


def place(officer, account, *covers, **more):
    given = {"matter": "Order of May", "reason": "The authority asks", **more}
    return place_hold(actor=officer.actor, account=account, covers=covers, **given)


def held(*rows):
    return set(legal_holds(lineage.targets(rows)))


def test_what_comes_after_the_hold_is_held_with_every_part(account, officer):
    linda = make_agent(account)
    place(officer, account, Condition(agent=linda.pk, since=JUNE, until=JUNE))
    call = make_interaction(
        account, agent=linda, recording=b"r", voicemail=b"v", comment="call 202 555 0148", started_at=NOON,
        transcript=[("customer", "202 555 0148")], analysis={"a": 1},
    )  # fmt: skip
    parts = [call.recordings.get(), Voicemail.objects.get(), call.transcriptions.get(), Comment.objects.get()]
    everything = [call, *parts, *call.analysiss.all(), *Mention.objects.all()]
    assert len(everything) >= 7
    assert held(*everything) == {row.pk for row in everything}
    others = [
        make_interaction(account, agent=linda, started_at=NOON + timedelta(days=1)),
        make_interaction(account, agent=make_agent(account, "1", "Tom"), started_at=NOON),
    ]
    assert held(*others) == set()


def test_a_released_hold_catches_nothing(account, officer):
    call = make_interaction(account, queue="Service")
    placed = place(officer, account, Condition(queue="Service"))
    assert held(call)
    release_hold(actor=officer.actor, hold=placed, reason="Over")
    assert not held(call)
    assert not HoldCondition.objects.filter(is_live=True).exists()


def test_another_account_is_not_held(account, other_account, officer):
    place(officer, account, Condition(queue="Service"), Condition(since=date(2020, 1, 1)))
    assert not held(make_interaction(other_account, queue="Service"))


def test_whoever_carries_a_held_number_later_is_held(account, officer):
    bob = make_customer(account, phone="+12025550148")
    place(officer, account, *customers_by(account, "(202) 555-0148"))
    later = make_customer(account, phone="+1 202 555 0148", name="Bella")
    stranger = make_customer(account, phone="+12025550149")
    calls = [make_interaction(account, each) for each in (bob, later, stranger)]
    assert held(*calls) == {calls[0].pk, calls[1].pk}


def test_a_name_holds_only_whom_it_meant(account, officer):
    bob = make_customer(account, name="Bob Brown")
    place(officer, account, *customers_by(account, "name:Bob Brown"))
    namesake = make_customer(account)
    give_identifier(namesake, Kind.NAME, "Bob Brown")
    assert held(make_interaction(account, bob))
    assert not held(make_interaction(account, namesake))


@pytest.mark.parametrize(
    "wrong",
    [
        Condition(),
        Condition(since=JUNE, until=date(2026, 6, 1)),
        Condition(agent=uuid4()),
        Condition(queue="x" * 65),
        Condition(queue="a\0b"),
        Condition(direction="sideways"),
        Condition(queue="x", kind="metadata"),
        Condition(queue="x", length="7"),
    ],
)
def test_what_makes_no_sense_is_refused(account, officer, wrong):
    with pytest.raises(HoldError, match="Nothing is held yet"):
        place(officer, account, wrong)
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize("field", ["since", "until", "agent"])
def test_a_form_is_read_strictly(field):
    with pytest.raises(Incomplete):
        Condition.read({field: "<script>"})
    assert Condition.read({"queue": " "}) is None


def test_the_database_refuses_a_condition_without_any_limit(account, officer):
    placed = place(officer, account, Condition(queue="x"))
    with pytest.raises(IntegrityError), transaction.atomic():
        placed.conditions.update(queue="")


def test_the_filters_are_those_of_the_list_of_calls():
    assert {code: limits[1:] for code, limits in conditions.LENGTHS.items()} == {
        code: limits[1:] for code, limits in listing.LENGTHS.items()
    }
    assert set(CONTENTS) == set(listing.KINDS)
    assert set(conditions.FIELDS) == set(listing.Filters.__slots__)


def test_a_condition_is_said_in_words(account):
    linda = make_agent(account)
    row = Condition(JUNE, date(2026, 6, 30), linda.pk, "Service", "inbound", "voicemail", "short").as_row(account)
    assert in_words(row) == (
        "inbound calls under 1 minute with voicemail of Linda (2046), queue Service, 2 Jun 2026 to 30 Jun 2026"
    )
    assert in_words(Condition(until=date.max).as_row(account)) == "calls"


AGENTS, QUEUES = ("2046", "2047"), ("Service", "Sales")
DAYS = st.integers(0, 4).map(lambda number: JUNE + timedelta(days=number))
SCOPES = st.fixed_dictionaries(
    {
        "agent": st.sampled_from(["", *AGENTS]),
        "queue": st.sampled_from(["", *QUEUES]),
        "direction": st.sampled_from(["", "inbound", "outbound"]),
        "kind": st.sampled_from(["", "", "voicemail", "comment"]),
        "length": st.sampled_from(["", "", *conditions.LENGTHS]),
        "since": st.none() | DAYS,
        "until": st.none() | DAYS,
    }
)
HOLDS = st.tuples(st.lists(SCOPES, max_size=3), st.sets(st.integers(0, 11), max_size=2), st.booleans(), st.booleans())


def fits(scope, call, zone_day):
    """Say what the page of holds says: everything that is named must fit, what is empty fits every call."""
    low, high = {"short": (0, 60), "middle": (60, 300), "long": (300, 900)}.get(scope["length"], (900, 10**9))
    return (
        scope["agent"] in ("", call["agent"])
        and scope["queue"] in ("", call["queue"])
        and scope["direction"] in ("", call["direction"])
        and (not scope["kind"] or scope["kind"] in call["contents"])
        and (not scope["length"] or low <= call["seconds"] < high)
        and (scope["since"] is None or zone_day >= scope["since"])
        and (scope["until"] is None or zone_day <= scope["until"])
    )


@pytest.fixture
def population(account):
    """Twelve calls of every sort, told apart by number; some late in the evening, when it is the next day in UTC."""
    calls = []
    people = [make_customer(account, phone=f"+1202555014{number}") for number in range(3)]
    for number in range(12):
        facts = {
            "agent": ("", *AGENTS)[number % 3],
            "queue": ("", *QUEUES)[number // 2 % 3],
            "direction": ("inbound", "outbound")[number % 2],
            "seconds": (30, 60, 299, 300, 900)[number % 5],
            "contents": [["voicemail"], ["comment"], []][number % 3],
            "day": JUNE + timedelta(days=number % 5),
            "customer": number % 3,
        }
        row = make_interaction(
            account, people[number % 3], agent=make_agent(account, facts["agent"]) if facts["agent"] else None,
            queue=facts["queue"], duration_s=facts["seconds"], comment="c" if "comment" in facts["contents"] else "",
            voicemail=b"v" if "voicemail" in facts["contents"] else b"",
            started_at=datetime(2026, 6, 3, 6, 59, 59, tzinfo=UTC) + timedelta(days=number % 5),
        )  # fmt: skip
        Interaction.objects.filter(pk=row.pk).update(direction=facts["direction"])
        calls.append((row, facts))
    return calls


def test_random_holds_of_every_scope_hold_what_the_plain_words_say(account, officer, population):
    agents = {extension: make_agent(account, extension).pk for extension in AGENTS}
    rows = [row for row, _ in population]
    parts = [part for row in rows for part in (*row.voicemails.all(), *row.comments.all())]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(HOLDS, min_size=1, max_size=3))
    def compare(holds):
        with transaction.atomic():
            plainly = set()
            for scopes, named, by_customer, is_released in holds:
                covers = [Condition(**{**scope, "agent": agents.get(scope["agent"])}) for scope in scopes]
                covers += [Covered("interactions.Interaction", rows[number].pk) for number in named]
                covers += customers_by(account, "+12025550140") if by_customer else []
                try:
                    placed = place(officer, account, *covers)
                except Incomplete:
                    continue
                if is_released:
                    release_hold(actor=officer.actor, hold=placed, reason="over")
                    continue
                plainly |= {
                    row.pk
                    for number, (row, call) in enumerate(population)
                    if number in named
                    or (by_customer and call["customer"] == 0)
                    or any(fits(scope, call, call["day"]) for scope in scopes)
                }
            assert held(*rows) == plainly
            assert held(*parts) == {part.pk for part in parts if part.interaction_id in plainly}
            live = HoldCondition.objects.filter(is_live=True)
            previewed = {pk for each in live for pk in calls_of(each).values_list("pk", flat=True)}
            caught = holds_catching([row.pk for row in rows], [account.pk], most=50)
            assert previewed == set(caught)
            transaction.set_rollback(True)

    compare()


def elsewhere(act):
    """Run `act` in a thread, so on a connection of its own; its outcome or problem is the last of the list."""
    outcome: list[object] = []

    def run():
        try:
            outcome.append(act())
        except HoldError as problem:
            outcome.append(problem)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def wait_until_it_waits():
    """Return once another connection waits for the turn of holds."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("Nobody waits.")


@pytest.mark.django_db(transaction=True)
def test_a_hold_placed_while_its_chunk_is_being_decided_waits_and_says_what_it_was_too_late_for(
    account, officer, eraser, monkeypatch
):
    """The hold is asked for after the guards let the chunk go and before that commits: the erasure was first."""
    calls = [make_interaction(account, queue="Service") for _ in range(3)]
    reached, thread = threading.Event(), []

    def late(targets):
        # The last guard of the chunk: by now the legal holds have let it go.
        thread.append(elsewhere(lambda: place(officer, account, Condition(queue="Service"))))
        wait_until_it_waits()
        reached.set()
        return {}

    monkeypatch.setitem(guards._guards, "late", late)
    condemnation, kept = erasure.condemn(calls[:2], actor=eraser, ground="retention")
    assert reached.is_set()
    assert condemnation is not None
    assert not kept
    thread[0][0].join(timeout=10)
    (placed,) = thread[0][1]
    assert placed.too_late == 2
    monkeypatch.delitem(guards._guards, "late")
    erasure.finish(condemnation, actor=eraser)
    # What was not in that chunk is held; what was is gone whole, not half.
    assert [ref.id for ref in erasure.erase([calls[2]], actor=eraser, ground="retention").kept] == [calls[2].pk]
    assert set(Interaction.objects.exclude(erased_at=None)) == set(calls[:2])


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_comes_while_a_hold_is_placed_waits_and_sees_it(account, officer, eraser):
    call = make_interaction(account, queue="Service", recording=b"r")
    with transaction.atomic():
        place(officer, account, Condition(queue="Service"))
        thread, outcome = elsewhere(
            lambda: erasure.erase([call.recordings.get(), call], actor=eraser, ground="by_hand")
        )
        wait_until_it_waits()
    thread.join(timeout=10)
    assert {refusal.ground for refusal in outcome[0].kept.values()} == {"legal_hold"}
    assert not outcome[0].receipts
    assert Interaction.objects.get().is_living


@pytest.mark.django_db(transaction=True)
def test_two_erasures_do_not_wait_for_each_other(account, eraser):
    first, second = make_interaction(account), make_interaction(account)
    with transaction.atomic():
        keep_holds_still(account.pk)
        erasure_of = elsewhere(lambda: erasure.erase([second], actor=eraser, ground="by_hand"))
        erasure_of[0].join(timeout=10)
        assert not erasure_of[0].is_alive()
    assert Interaction.objects.get(pk=first.pk).is_living
    assert not Interaction.objects.get(pk=second.pk).is_living


def test_a_scope_by_identifier_is_kept_beside_the_customer(account, officer):
    bob = make_customer(account, phone="+12025550148")
    placed = place(officer, account, *customers_by(account, "+12025550148"), review_on=today_in(account))
    assert set(HoldScope.objects.values_list("label", "record_id")) == {
        ("customers.Customer", bob.pk),
        ("customers.Identifier", bob.identifiers.get().pk),
    }
    assert placed.owner_id == officer.user.pk


def test_many_holds_that_fit_in_all_but_one_thing_are_not_read_for_each_call(account, officer):
    for _ in range(20):
        make_interaction(account, started_at=NOON, duration_s=247)
    placed = place(officer, account, Condition(since=JUNE, direction="outbound"))
    row = placed.conditions.get()
    HoldCondition.objects.bulk_create(
        [
            HoldCondition(
                hold=placed, account=account, direction="" if number % 2 else "outbound", period=row.period,
                seconds=NumericRange(900, None) if number % 2 else row.seconds, key=row.key,
            )
            for number in range(300)
        ]
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE retention_holdcondition")
    calls = [row.pk for row in Interaction.objects.filter(direction="inbound")]
    assert len(calls) == 20
    with CaptureQueriesContext(connection) as queries:
        assert holds_catching(calls, [account.pk]) == {}
    (asked,) = [each["sql"] for each in queries if "string_to_array" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}")
        plan = cursor.fetchone()[0]
    assert rows_read(plan[0]["Plan"]) < 3 * 301


def rows_read(plan):
    """Return how many conditions all scans of a plan have read, those thrown away included."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if plan.get("Relation Name") == TABLE else 0
    return own * plan["Actual Loops"] + sum(rows_read(each) for each in plan.get("Plans", []))
