"""Say what calls are handled for: an account's rules, and the circumstances each call falls under.

Without a rule that fits, a call is kept for the quality of service alone: the purpose with the shortest usual term.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.errors import NotPossible
from accounts.lines import own_numbers, spelled
from accounts.models import Account, Circumstances, Purpose, PurposeRule
from accounts.rights import require
from trail.actor import Actor
from trail.append import append

WITHOUT_RULE = (Purpose.QUALITY,)
CHANGE = "accounts.change_purposerule"
MOST_RULES = 1_000
NAMED = ("direction", "line", "queue", "campaign")
"""What a rule can say about a call."""


class Facts(NamedTuple):
    """What rules and policies ask about a call."""

    direction: str
    line: str = ""
    queue: str = ""
    campaign: str = ""
    team_id: UUID | None = None


class Handling:
    """The rules of one account during one batch of calls."""

    def __init__(self, account: Account) -> None:
        """Read the rules once."""
        self.account = account
        self._rules = list(PurposeRule.objects.filter(account=account))
        self._own = own_numbers(account)
        self._spelled: dict[str, str] = {}
        self._by_rules: dict[Facts, Circumstances] = {}
        self._known: dict[tuple[tuple[str, ...], Facts], Circumstances] = {}

    def of(self, facts: Facts) -> Circumstances:
        """Return the circumstances of a new call; two importers that meet a combination first get the same row."""
        facts = self._as_compared(facts)
        if facts not in self._by_rules:
            self._by_rules[facts] = self.under(self.purposes_of(facts), facts)
        return self._by_rules[facts]

    def under(self, purposes: Iterable[str], facts: Facts) -> Circumstances:
        """Return the circumstances with these purposes and facts."""
        facts = self._as_compared(facts)
        wanted = tuple(sorted(set(purposes)))
        if (wanted, facts) not in self._known:
            self._known[wanted, facts] = self._row(wanted, facts)
        return self._known[wanted, facts]

    def purposes_of(self, facts: Facts) -> tuple[str, ...]:
        """Return what the rules say a call is for."""
        facts = self._as_compared(facts)
        found = {purpose for rule in self._rules if _fits(rule, facts) for purpose in rule.purposes}
        return tuple(sorted(found or WITHOUT_RULE))

    def _as_compared(self, facts: Facts) -> Facts:
        if facts.line not in self._spelled:
            self._spelled[facts.line] = spelled(facts.line, self.account, self._own)
        return facts._replace(line=self._spelled[facts.line])

    def _row(self, purposes: tuple[str, ...], facts: Facts) -> Circumstances:
        same = {"purposes": list(purposes), **facts._asdict()}
        rows = Circumstances.objects.filter(account=self.account)
        found = rows.filter(**same).first()
        if found is None:
            fresh = Circumstances(account=self.account, **same)
            Circumstances.objects.bulk_create([fresh], ignore_conflicts=True)
            found = rows.get(**same)
        return found


def add_rule(
    *,
    actor: Actor,
    account: Account,
    purposes: Sequence[str],
    direction: str = "",
    line: str = "",
    queue: str = "",
    campaign: str = "",
) -> PurposeRule:
    """Let calls that come in from now on be kept for these purposes. Raises Refused, NotPossible."""
    require(actor, CHANGE, account, action="purpose_rule.added")

    wanted = sorted(set(purposes))
    if not wanted or set(wanted) - set(Purpose.values):
        raise NotPossible("Choose at least one purpose from the list. Nothing was saved.")
    if direction not in ("", "inbound", "outbound", "internal"):
        raise NotPossible("The direction is inbound, outbound, internal or empty for all. Nothing was saved.")

    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        same = {"direction": direction, **_named(account, line, queue, campaign)}
        known = PurposeRule.objects.filter(account=account, purposes=wanted, **same).first()
        if known is not None:
            return known
        if PurposeRule.objects.filter(account=account).count() >= MOST_RULES:
            raise NotPossible(f"An account has at most {MOST_RULES} rules. Nothing was saved. Remove one first.")
        rule = PurposeRule.objects.create(account=account, purposes=wanted, **same)
        append(
            "purpose_rule.added",
            actor=actor,
            account_id=account.pk,
            record=(rule._meta.label, str(rule.pk)),
            facts={"purposes": ",".join(wanted), **same},
        )
    return rule


def remove_rule(*, actor: Actor, rule: PurposeRule) -> None:
    """Take a rule back; calls that came in under it keep their purposes. Raises Refused."""
    require(actor, CHANGE, rule, action="purpose_rule.removed")
    with transaction.atomic():
        gone, _ = PurposeRule.objects.filter(pk=rule.pk).delete()
        if gone:
            append(
                "purpose_rule.removed",
                actor=actor,
                account_id=rule.account_id,
                record=(rule._meta.label, str(rule.pk)),
                facts={"purposes": ",".join(rule.purposes)},
            )


def _named(account: Account, line: str, queue: str, campaign: str) -> dict[str, str]:
    """Return what a rule names, as calls are compared with it. Raises NotPossible for what no call can be called."""
    named = {"line": spelled(line, account, own_numbers(account)), "queue": queue.strip(), "campaign": campaign.strip()}
    if len(named["line"]) > 20 or len(named["queue"]) > 64 or len(named["campaign"]) > 64:
        raise NotPossible("A line has at most 20 characters, a queue or campaign at most 64. Nothing was saved.")
    return named


def _fits(rule: PurposeRule, facts: Facts) -> bool:
    return all(getattr(rule, name) in ("", getattr(facts, name)) for name in NAMED)
