"""What an account asks of its requests, and the flow that changes it.

The rules protect against one mistaken or malicious person, so who loosened them when is on record.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Account
from accounts.rights import require
from rtbf.cases import clocks
from rtbf.errors import NotPossible
from rtbf.models import Rules
from rtbf.querysets import KEEP_REGISTER
from trail.actor import Actor
from trail.append import append

CHANGE = KEEP_REGISTER


@dataclass(frozen=True)
class NewRules:
    """The rules as somebody wants them; the fields are those of `models.Rules`."""

    four_eyes: bool
    most_records: int
    most_requests: int
    within_hours: int
    identity_first: bool
    holidays: str
    remind_days: int
    closing_days: int


FIELDS = tuple(NewRules.__dataclass_fields__)


def rules_of(account: Account) -> Rules:
    """Return the rules of an account, or the defaults."""
    return Rules.objects.filter(account=account).first() or Rules(account=account)


def calendar_of(account: Account) -> clocks.Calendar:
    """Return the account's public holidays."""
    return clocks.calendar(rules_of(account).holidays)


def change_rules(*, actor: Actor, account: Account, new: NewRules) -> Rules:
    """Change the rules; deadlines already set stay as they are. Raises Refused or NotPossible."""
    require(actor, CHANGE, account, action="rules.changed")

    try:
        clocks.calendar(new.holidays)
    except clocks.NoCalendar as problem:
        raise NotPossible(str(problem)) from None

    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        rules = rules_of(account)
        for name in FIELDS:
            setattr(rules, name, getattr(new, name))
        _prove(rules)
        rules.save()
        facts = {name: getattr(new, name) for name in FIELDS if name != "holidays"}
        append("rules.changed", actor=actor, account_id=account.pk, record=_named(account), facts=facts)
    return rules


def _prove(rules: Rules) -> None:
    try:
        rules.clean_fields(exclude=["id", "account"])
    except ValidationError as problem:
        names = ", ".join(sorted(problem.message_dict)).replace("_", " ")
        raise NotPossible(f"Out of range: {names}. Nothing was changed. Write a whole number in the range.") from None


def _named(account: Account) -> tuple[str, str]:
    return account._meta.label, str(account.pk)
