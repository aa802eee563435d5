"""Which policy decides over a record, until when it is kept, and why. Pure: no database, no clock.

The rule, in this order (docs/retention.md says it at length):
1. A policy applies when it names the record's kind and everything else it names fits the call.
2. For each purpose the most specific policy decides; among equals the one that keeps longest. The default policy only
   decides where no other does.
3. A record is kept for as long as any of its purposes needs it,
4. never beyond the shortest maximum of all policies that apply,
5. never less than the longest minimum of all of them: a duty to keep comes first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from retention.errors import PolicyError
from retention.terms import Term


class Why(StrEnum):
    """What about the deciding policy decided."""

    TERM = "term"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


class Handled(Protocol):
    """What a policy asks about a call: see accounts.models.Circumstances."""

    @property
    def purposes(self) -> Sequence[str]:
        """What it is kept for; several at once, or none that was said."""

    @property
    def direction(self) -> str:
        """Who called whom."""

    @property
    def line(self) -> str:
        """The own number it came in on."""

    @property
    def queue(self) -> str:
        """Where it waited for an agent."""

    @property
    def campaign(self) -> str:
        """What it was made for, as the dialer or the account names that."""

    @property
    def team(self) -> str:
        """The id of the agent's team at that time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy as the decision sees it. Empty conditions fit everything."""

    id: str
    name: str
    kinds: frozenset[str]
    keep: Term
    minimum: Term | None = None
    maximum: Term | None = None
    purposes: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    is_default: bool = False

    @property
    def specificity(self) -> int:
        """Return how many conditions the policy names; the default policy gives way to every other."""
        named = (self.purposes, self.directions, self.lines, self.queues, self.campaigns, self.teams)
        return -1 if self.is_default else sum(bool(each) for each in named)

    def fits(self, call: Handled) -> bool:
        """Say whether a call is one the policy speaks of, for any purpose."""
        return (
            (not self.purposes or not self.purposes.isdisjoint(call.purposes))
            and _names(self.directions, call.direction)
            and _names(self.lines, call.line)
            and _names(self.queues, call.queue)
            and _names(self.campaigns, call.campaign)
            and _names(self.teams, call.team)
        )

    def overlaps(self, other: "Rule") -> bool:
        """Say whether some record could be under both policies; calls may have several purposes."""
        pairs = ((self.directions, other.directions), (self.lines, other.lines), (self.queues, other.queues),
                 (self.campaigns, other.campaigns), (self.teams, other.teams))  # fmt: skip
        return bool(self.kinds & other.kinds) and all(not a or not b or a & b for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Decision:
    """Until which day (in the account's zone, this day included) a record is kept, by which policy, and why."""

    last_day: date
    rule: Rule
    why: Why


def decide(rules: Iterable[Rule], *, kind: str, call: Handled, ended_on: date) -> Decision:
    """Return what becomes of a record. Raises PolicyError when no policy applies: the default one always does."""
    applying = [rule for rule in rules if kind in rule.kinds and rule.fits(call)]
    if not applying:
        raise PolicyError("No policy speaks of this record, and the default policy is missing. Nothing was decided.")
    chosen = (
        _most_specific([rule for rule in applying if not rule.purposes or purpose in rule.purposes], ended_on)
        for purpose in call.purposes or [""]
    )
    by_term = max(chosen, key=lambda rule: _order(rule.keep.last_day(ended_on), rule))
    decision = Decision(by_term.keep.last_day(ended_on), by_term, Why.TERM)
    return _at_least(_at_most(decision, applying, ended_on), applying, ended_on)


def contenders(rules: Iterable[Rule], *, kind: str, call: Handled) -> list[Rule]:
    """Return those of the rules that can decide over such a record, whenever the call ended: a handful of thousands.

    Among rules of one rank the longest in days and the longest in months outlast all others.
    """
    applying = [rule for rule in rules if kind in rule.kinds and rule.fits(call)]
    found: dict[str, Rule] = {}
    for purpose in call.purposes or [""]:
        fitting = [rule for rule in applying if not rule.purposes or purpose in rule.purposes]
        rank = max((rule.specificity for rule in fitting), default=0)
        _keep_last(found, [(rule.keep, rule) for rule in fitting if rule.specificity == rank])
    _keep_last(found, [(rule.minimum, rule) for rule in applying if rule.minimum])
    _keep_last(found, [(rule.maximum, rule) for rule in applying if rule.maximum], first=True)
    return list(found.values())


def _keep_last(found: dict[str, Rule], terms: Iterable[tuple[Term, Rule]], *, first: bool = False) -> None:
    """Add the rules whose terms end last (or first), those in days and those in months, equals told apart by id."""
    ends: dict[bool, tuple[int, str, Rule]] = {}
    for term, rule in terms:
        sort, length = term.measure
        known = ends.get(sort)
        if known is None or ((length, rule.id) < known[:2] if first else (length, rule.id) > known[:2]):
            ends[sort] = (length, rule.id, rule)
    found.update({rule.id: rule for _, _, rule in ends.values()})


def at_least(rules: Iterable[Rule], *, kind: str, call: Handled, ended_on: date) -> Decision | None:
    """Return until when a duty demands that a record is kept, the longest of all; None without a duty."""
    duties = [rule for rule in rules if rule.minimum and kind in rule.kinds and rule.fits(call)]
    found = [(rule.minimum.last_day(ended_on), rule) for rule in duties if rule.minimum]
    day, rule = max(found, key=lambda each: _order(*each), default=(None, None))
    return Decision(day, rule, Why.MINIMUM) if day and rule else None


def _most_specific(rules: Sequence[Rule], ended_on: date) -> Rule:
    return max(rules, key=lambda rule: (rule.specificity, *_order(rule.keep.last_day(ended_on), rule)))


def _at_most(decision: Decision, applying: Sequence[Rule], ended_on: date) -> Decision:
    limits = [(rule.maximum.last_day(ended_on), rule) for rule in applying if rule.maximum]
    day, rule = min(limits, key=lambda each: _order(*each), default=(date.max, decision.rule))
    return Decision(day, rule, Why.MAXIMUM) if day < decision.last_day else decision


def _at_least(decision: Decision, applying: Sequence[Rule], ended_on: date) -> Decision:
    duties = [(rule.minimum.last_day(ended_on), rule) for rule in applying if rule.minimum]
    day, rule = max(duties, key=lambda each: _order(*each), default=(date.min, decision.rule))
    return Decision(day, rule, Why.MINIMUM) if day > decision.last_day else decision


def _order(day: date, rule: Rule) -> tuple[date, str]:
    """Order by day, then by id, so that equals are always told apart in the same way."""
    return day, rule.id


def _names(condition: frozenset[str], value: str) -> bool:
    return not condition or value in condition
