"""The decision against a slow, plain model written from docs/retention.md."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.decision import Decision, Rule, Why, at_least, contenders, decide
from retention.errors import PolicyError
from retention.terms import Term, Unit

KINDS = ("recording", "transcript")
PURPOSES = ("evidence", "quality", "training")
QUEUES = ("sales", "support")
CAMPAIGNS = ("autumn", "spring")


@dataclass(frozen=True)
class Call:
    purposes: tuple[str, ...] = ("quality",)
    direction: str = "inbound"
    line: str = ""
    queue: str = ""
    campaign: str = ""
    team: str = ""


def rule(name: str, keep: str, *, minimum: str = "", maximum: str = "", **conditions: str) -> Rule:
    return Rule(
        id=name,
        name=name,
        kinds=frozenset(KINDS),
        keep=Term.parse(keep),
        minimum=Term.parse(minimum) if minimum else None,
        maximum=Term.parse(maximum) if maximum else None,
        **dict[str, Any]({each: frozenset(value.split()) for each, value in conditions.items()}),
    )


DEFAULT = replace(rule("default", "1 year"), is_default=True)
JUNE = date(2026, 6, 2)


def outcome(*rules: Rule, kind: str = "recording", **call: Any) -> tuple[date, str, Why]:
    found = decide([DEFAULT, *rules], kind=kind, call=Call(**call), ended_on=JUNE)
    return found.last_day, found.rule.name, found.why


def test_the_default_decides_what_no_other_speaks_of() -> None:
    assert outcome() == (date(2027, 6, 2), "default", Why.TERM)
    assert outcome(rule("sales", "30 days", queues="sales"), queue="support")[1] == "default"


def test_the_more_specific_policy_decides_even_if_it_keeps_shorter() -> None:
    assert outcome(rule("sales", "30 days", queues="sales"), queue="sales") == (date(2026, 7, 2), "sales", Why.TERM)


def test_among_equals_the_longest_decides() -> None:
    short, long = rule("b", "30 days", queues="sales"), rule("a", "60 days", directions="inbound")
    assert outcome(short, long, queue="sales")[1] == "a"


def test_what_any_purpose_needs_is_kept() -> None:
    quality, evidence = rule("q", "30 days", purposes="quality"), rule("e", "3 years", purposes="evidence")
    assert outcome(quality, evidence, purposes=("quality",))[1] == "q"
    assert outcome(quality, evidence, purposes=("evidence", "quality")) == (date(2029, 6, 2), "e", Why.TERM)


def test_a_maximum_cuts_and_a_minimum_prolongs() -> None:
    cnil = rule("cnil", "6 months", maximum="6 months", directions="inbound")
    assert outcome(cnil, rule("sales", "2 years", queues="sales"), queue="sales") == (
        date(2026, 12, 2),
        "cnil",
        Why.MAXIMUM,
    )
    mifid = rule("mifid", "5 years", minimum="5 years", queues="sales")
    short = rule("short", "30 days", queues="sales", directions="inbound")
    assert outcome(mifid, short, queue="sales") == (date(2031, 6, 2), "mifid", Why.MINIMUM)


def test_without_the_default_nothing_is_decided() -> None:
    with pytest.raises(PolicyError, match="default policy is missing"):
        decide([], kind="recording", call=Call(), ended_on=JUNE)


TERMS = st.builds(Term, st.integers(1, 60), st.sampled_from(list(Unit)))
SOME = {"purposes": PURPOSES, "directions": ("inbound", "outbound"), "queues": QUEUES, "campaigns": CAMPAIGNS}
CALLS = st.builds(
    Call,
    purposes=st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True).map(tuple),
    direction=st.sampled_from(("inbound", "outbound", "internal")),
    queue=st.sampled_from(("", *QUEUES)),
    campaign=st.sampled_from(("", *CAMPAIGNS)),
)


@st.composite
def policies(draw: st.DrawFn) -> list[Rule]:
    rules = [DEFAULT]
    for number in range(draw(st.integers(0, 6))):
        conditions: dict[str, Any] = {
            name: frozenset(draw(st.lists(st.sampled_from(values), unique=True))) for name, values in SOME.items()
        }
        rules.append(
            Rule(
                id=f"{draw(st.integers(0, 99)):02}-{number}",
                name=f"policy {number}",
                kinds=frozenset(draw(st.lists(st.sampled_from(KINDS), min_size=1, unique=True))),
                keep=draw(TERMS),
                minimum=draw(st.none() | TERMS),
                maximum=draw(st.none() | TERMS),
                **conditions,
            )
        )
    return draw(st.permutations(rules))


def speaks_of(policy: Rule, kind: str, call: Call) -> bool:
    named = [
        (policy.directions, call.direction),
        (policy.lines, call.line),
        (policy.queues, call.queue),
        (policy.campaigns, call.campaign),
        (policy.teams, call.team),
    ]
    if kind not in policy.kinds or any(values and value not in values for values, value in named):
        return False
    return not policy.purposes or any(purpose in policy.purposes for purpose in call.purposes)


def conditions_of(policy: Rule) -> int:
    named = (policy.purposes, policy.directions, policy.lines, policy.queues, policy.campaigns, policy.teams)
    return len([each for each in named if each])


def plainly(rules: list[Rule], kind: str, call: Call, ended_on: date) -> date:
    """Say until when a record is kept, sentence by sentence as the documentation has it."""
    speaking = [policy for policy in rules if speaks_of(policy, kind, call)]
    until = date.min
    for purpose in call.purposes:
        for_it = [policy for policy in speaking if not policy.purposes or purpose in policy.purposes]
        for_it = [policy for policy in for_it if not policy.is_default] or for_it
        most = max(conditions_of(policy) for policy in for_it)
        until = max(until, *(each.keep.last_day(ended_on) for each in for_it if conditions_of(each) == most))
    limits = [policy.maximum.last_day(ended_on) for policy in speaking if policy.maximum]
    duties = [policy.minimum.last_day(ended_on) for policy in speaking if policy.minimum]
    return max(min(until, *limits, date.max), *duties, date.min)


@settings(max_examples=400)
@given(policies(), st.sampled_from(KINDS), CALLS, st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_the_decision_is_what_the_documentation_says(rules: list[Rule], kind: str, call: Call, day: date) -> None:
    assert decide(rules, kind=kind, call=call, ended_on=day).last_day == plainly(rules, kind, call, day)


@given(policies(), st.sampled_from(KINDS), CALLS, st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_the_order_of_policies_changes_nothing(rules: list[Rule], kind: str, call: Call, day: date) -> None:
    def decided(order: list[Rule]) -> Decision:
        return decide(order, kind=kind, call=call, ended_on=day)

    assert decided(rules) == decided(rules[::-1])


@given(policies(), st.sampled_from(KINDS), CALLS, st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_the_few_that_can_decide_decide_as_all_do(rules: list[Rule], kind: str, call: Call, day: date) -> None:
    few = contenders(rules, kind=kind, call=call)
    assert decide(few, kind=kind, call=call, ended_on=day) == decide(rules, kind=kind, call=call, ended_on=day)
    duty = at_least(rules, kind=kind, call=call, ended_on=day)
    assert at_least(few, kind=kind, call=call, ended_on=day) == duty
    assert len(few) <= 2 * (len(call.purposes) or 1) + 4


@given(policies(), st.sampled_from(KINDS), CALLS, st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_what_ended_later_is_never_kept_shorter(rules: list[Rule], kind: str, call: Call, day: date) -> None:
    later = decide(rules, kind=kind, call=call, ended_on=day + timedelta(days=1))
    assert decide(rules, kind=kind, call=call, ended_on=day).last_day <= later.last_day
