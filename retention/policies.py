"""Propose, end and pause retention policies; `taking_back.py` withdraws what has not happened yet.

Every change waits: it is in force only after the account's pending days, so that a mistake can be withdrawn before it
destroys anything. A duty to keep that meets a shorter limit is refused here, when somebody looks, not at night.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.days import today_in
from accounts.lines import own_numbers, spelled
from accounts.models import Account, Purpose, Team
from accounts.rights import require
from privacy import map as data_map
from retention.decision import Rule
from retention.errors import Conflict, PolicyError
from retention.models import DisposalRules, Policy
from retention.terms import Term
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

CHANGE: Final = "retention.change_policy"
DIRECTIONS: Final = {"inbound": "Inbound", "outbound": "Outbound", "internal": "Internal"}
CONDITIONS: Final = ("purposes", "directions", "lines", "queues", "campaigns", "teams")
MOST_POLICIES: Final = 10_000
MOST_VALUES: Final = 100
LONGEST_PAUSE: Final = timedelta(days=366)


@dataclass(frozen=True)
class Terms:
    """What a policy says, as typed: terms like `6 months`, conditions as lists, empty ones fit every call."""

    name: str
    kinds: Sequence[str]
    keep: str
    minimum: str = ""
    maximum: str = ""
    because: str = ""
    conditions: dict[str, Sequence[str]] = field(default_factory=dict)


def propose_policy(
    *, actor: Actor, account: Account, terms: Terms, typed: str, replaces: Policy | None = None
) -> Policy:
    """Let a policy be in force after the account's pending days, in place of `replaces` if given.

    `typed`: the term to keep, typed once more to confirm. Raises Refused, PolicyError, Conflict.
    """
    require(require_actor(actor), CHANGE, account, action="policy.proposed")

    policy = draft(account, terms, replaces=replaces)
    if not is_typed(typed, terms.keep):
        raise PolicyError(f"Type {policy.keep} once more to confirm. Nothing was saved.")

    with transaction.atomic():
        lock(account)
        prove_place(account, policy)
        policy.proposed_by_id = actor.user_id
        policy.save(force_insert=True)
        if replaces is not None:
            Policy.objects.filter(pk=replaces.pk).update(ends_at=policy.effective_at)
        note("policy.proposed", actor, policy, {"days": rules_of(account).pending_days, "keep": policy.keep})
    return policy


def is_typed(typed: str, keep: str) -> bool:
    """Say whether the term to keep was typed once more, in any way of writing it."""
    try:
        return Term.parse(typed) == Term.parse(keep)
    except PolicyError:
        return False


def draft(account: Account, terms: Terms, *, replaces: Policy | None = None) -> Policy:
    """Return a policy that is not saved, for a preview. Raises PolicyError for what no policy can say."""
    conditions = {name: _listed(terms.conditions.get(name, ())) for name in CONDITIONS}
    own = own_numbers(account)
    conditions["lines"] = _listed(spelled(line, account, own) for line in conditions["lines"])
    policy = Policy(
        account=account,
        name=terms.name.strip(),
        is_default=bool(replaces and replaces.is_default),
        kinds=_listed(terms.kinds),
        keep=str(Term.parse(terms.keep)),
        minimum=str(Term.parse(terms.minimum)) if terms.minimum.strip() else "",
        maximum=str(Term.parse(terms.maximum)) if terms.maximum.strip() else "",
        because=terms.because.strip()[:200],
        replaces=replaces,
        effective_at=timezone.now(),
        **conditions,
    )
    _check_words(policy)
    _check_terms(policy.rule)
    return policy


def prove_place(account: Account, policy: Policy) -> None:
    """Say from when on a draft would be in force, and that it goes together with all that will be then.

    Raises PolicyError, Conflict. Inside a transaction.
    """
    now = timezone.now()
    policy.effective_at = now + timedelta(days=rules_of(account).pending_days)
    _check_place(account, policy, now)
    refuse_conflicts(policy, _others(account, policy, now))


def end_policy(*, actor: Actor, policy: Policy, typed: str) -> Policy:
    """Let a policy end after the pending days; the default policy can only be replaced.

    `typed`: its term, typed once more to confirm. Raises Refused, PolicyError.
    """
    require(require_actor(actor), CHANGE, policy, action="policy.ended")
    if not is_typed(typed, policy.keep):
        raise PolicyError(f"Type {policy.keep} once more to confirm. Nothing was changed.")
    with transaction.atomic():
        lock(policy.account)
        held = Policy.objects.select_for_update().get(pk=policy.pk)
        if held.ends_at is not None or held.withdrawn_at is not None:
            return held
        refuse_default(held)
        days = rules_of(held.account).pending_days
        held.ends_at, held.ended_by_id = timezone.now() + timedelta(days=days), actor.user_id
        held.save(update_fields=["ends_at", "ended_by"])
        note("policy.ended", actor, held, {"days": days})
    return held


def refuse_default(policy: Policy) -> None:
    """Raise PolicyError for the default policy: it can be replaced, but never end."""
    if policy.is_default:
        raise PolicyError("An account always has a default policy. Nothing was changed. Replace it by another.")


def pause_policy(*, actor: Actor, policy: Policy, until: date, because: str) -> Policy:
    """Keep everything the policy decides over until a day, at most a year ahead. Raises Refused, PolicyError."""
    require(require_actor(actor), CHANGE, policy, action="policy.paused")
    today = today_in(policy.account)
    if not today <= until <= today + LONGEST_PAUSE:
        raise PolicyError("A pause ends today or later, and within a year. Nothing was changed.")
    if not 1 <= len(because.strip()) <= 200:
        raise PolicyError("Say why, in at most 200 characters. Nothing was changed.")
    return _set_pause(actor, policy, until, because.strip(), "policy.paused", {"until": until.isoformat()})


def resume_policy(*, actor: Actor, policy: Policy) -> Policy:
    """End a pause now. Raises Refused."""
    require(require_actor(actor), CHANGE, policy, action="policy.resumed")
    return _set_pause(actor, policy, None, "", "policy.resumed", {})


def rules_of(account: Account) -> DisposalRules:
    """Return how an account disposes; the usual rules when it has set none."""
    return DisposalRules.objects.filter(account=account).first() or DisposalRules(account=account)


def change_rules(
    *, actor: Actor, account: Account, pending_days: int, from_hour: int, to_hour: int, pause_ms: int
) -> DisposalRules:
    """Set the pending days, the hours of the nightly window and the pace. Raises Refused, PolicyError."""
    require(require_actor(actor), CHANGE, account, action="retention.changed")
    if not (0 <= pending_days <= 365 and 0 <= pause_ms <= 60_000):
        raise PolicyError(
            "Pending days go from 0 to 365, the pause from 0 to 60,000 milliseconds. Nothing was changed."
        )
    if not (0 <= from_hour <= 23 and 1 <= to_hour <= 24 and from_hour != to_hour):
        raise PolicyError(
            "The window goes from an hour (0 to 23) until another one (1 to 24, which is midnight); one that is earlier"
            " is that of the next morning. Nothing was changed."
        )
    values = {"pending_days": pending_days, "from_hour": from_hour, "to_hour": to_hour, "pause_ms": pause_ms}
    with transaction.atomic():
        rules, _ = DisposalRules.objects.update_or_create(account=account, defaults=values)
        append("retention.changed", actor=actor, account_id=account.pk, facts=dict(values))
    return rules


def refuse_conflicts(policy: Policy, others: Iterable[Policy]) -> None:
    """Raise Conflict when a record could be under two policies of which one keeps longer than the other allows."""
    mine = policy.rule
    for other in others:
        theirs = other.rule
        if mine.overlaps(theirs):
            _refuse_conflict(mine, theirs)
            _refuse_conflict(theirs, mine)


def _refuse_conflict(keeps: Rule, limits: Rule) -> None:
    if keeps.minimum and limits.maximum and not keeps.minimum.never_exceeds(limits.maximum):
        raise Conflict(
            f"“{keeps.name}” must keep for at least {keeps.minimum}, but “{limits.name}” allows at most"
            f" {limits.maximum} for some of the same records. Nothing was saved. Change one of them or what it is for."
        )


def _check_words(policy: Policy) -> None:
    known = {"kinds": set(data_map.kinds()), "purposes": set(Purpose.values), "directions": set(DIRECTIONS)}
    if not 1 <= len(policy.name) <= 100:
        raise PolicyError("Give the policy a name of at most 100 characters. Nothing was saved.")
    if not policy.kinds:
        raise PolicyError("Choose at least one kind of record. Nothing was saved.")
    for name in ("kinds", *CONDITIONS):
        values = getattr(policy, name)
        if len(values) > MOST_VALUES or (name in known and set(values) - known[name]):
            raise PolicyError(f"Name at most {MOST_VALUES} {name}, as the form offers them. Nothing was saved.")
    if policy.is_default and any(getattr(policy, name) for name in CONDITIONS):
        raise PolicyError("The default policy fits every call, so it takes no conditions. Nothing was saved.")
    if policy.is_default and set(policy.kinds) != known["kinds"]:
        raise PolicyError("The default policy speaks of every kind of record. Nothing was saved.")
    apart = [kind for kind in policy.kinds if data_map.decided_by(kind) == "account_id"]
    if apart and any(getattr(policy, name) for name in CONDITIONS):
        raise PolicyError(
            "Copies for customers, case files and details of the log belong to no call, so purposes, directions, lines,"
            " queues, campaigns and teams say nothing of them. Nothing was saved. Give them a policy of their own."
        )
    _check_lengths(policy)


def _check_lengths(policy: Policy) -> None:
    if any(len(line) > 20 for line in policy.lines) or any(len(each) > 64 for each in policy.queues + policy.campaigns):
        raise PolicyError("A line has at most 20 characters, a queue or campaign at most 64. Nothing was saved.")
    try:
        teams = [UUID(str(team)) for team in policy.teams]
    except ValueError:
        raise PolicyError("Choose the teams from the list. Nothing was saved.") from None
    if Team.objects.filter(account=policy.account, pk__in=teams).count() != len(teams):
        raise PolicyError("Choose the teams from the list. Nothing was saved.")
    policy.teams = teams


def _check_terms(rule: Rule) -> None:
    if rule.maximum and not rule.keep.never_exceeds(rule.maximum):
        raise PolicyError(f"{rule.keep} may exceed the maximum of {rule.maximum}. Nothing was saved.")
    if rule.minimum and not rule.minimum.never_exceeds(rule.keep):
        raise PolicyError(f"{rule.keep} may fall short of the minimum of {rule.minimum}. Nothing was saved.")


def _check_place(account: Account, policy: Policy, now: datetime) -> None:
    if Policy.objects.filter(account=account).filter(Q(ends_at=None) | Q(ends_at__gt=now)).count() >= MOST_POLICIES:
        raise PolicyError(f"An account has at most {MOST_POLICIES:,} policies. Nothing was saved. End some first.")
    replaced = policy.replaces
    if replaced is None:
        return
    if replaced.account_id != account.pk:
        raise PolicyError("The policy to replace belongs to another account. Nothing was saved.")
    fresh = Policy.objects.select_for_update().get(pk=replaced.pk)
    if fresh.ends_at is not None or fresh.withdrawn_at is not None:
        raise PolicyError(
            "Another change of this policy is pending or done. Nothing was saved. Withdraw that one first."
        )


def _others(account: Account, policy: Policy, now: datetime) -> "QuerySet[Policy]":
    """Return the policies that will be in force beside this one at some time."""
    beside = Policy.objects.filter(account=account, withdrawn_at=None).exclude(
        pk__in=[policy.replaces_id] if policy.replaces_id else []
    )
    return beside.filter(Q(ends_at=None) | Q(ends_at__gt=policy.effective_at)).exclude(minimum="", maximum="")


def _set_pause(
    actor: Actor, policy: Policy, until: date | None, because: str, action: str, facts: dict[str, Fact]
) -> Policy:
    with transaction.atomic():
        held = Policy.objects.select_for_update().get(pk=policy.pk)
        held.paused_until, held.paused_because = until, because
        held.paused_by_id = actor.user_id if until else None
        held.save(update_fields=["paused_until", "paused_because", "paused_by"])
        note(action, actor, held, facts)
    return held


def lock(account: Account) -> None:
    """Let one change of an account's policies happen at a time, until the transaction ends."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def note(action: str, actor: Actor, policy: Policy, facts: dict[str, Fact] | None = None) -> None:
    """Append an entry about a policy."""
    record = (policy._meta.label, str(policy.pk))
    append(action, actor=actor, account_id=policy.account_id, record=record, facts=facts or {})


def _listed(values: Iterable[str]) -> list[str]:
    return sorted({value.strip() for value in values if value.strip()})
