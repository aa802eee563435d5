"""Create accounts and keep their settings: region, zone, own numbers, hours of grace.

Own numbers decide whom a request to forget can never mean, so each is parsed and stored in international format.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import available_timezones

import phonenumbers
from django.db import transaction

from accounts.errors import NotPossible
from accounts.models import Account, Line
from accounts.rights import require
from accounts.validation import prove
from trail.actor import Actor
from trail.append import append


@dataclass(frozen=True)
class Opened:
    """What creating an account came to: the account, and whether it was there before."""

    account: Account
    new: bool


def create_account(
    *, actor: Actor, name: str, region: str, zone: str, own_numbers: Iterable[str] = (), grace_hours: int = 180
) -> Opened:
    """Create an account with its own numbers (any spelling of its region).

    One that is there already with the same settings gets the numbers it lacks. Raises Refused, or NotPossible when a
    value is wrong or an account of this name has other settings.
    """
    require(actor, "accounts.add_account", action="account.created")

    wanted = _checked(Account(name=name.strip(), region=region.upper(), zone=zone, grace_hours=grace_hours))
    numbers = [e164(number, wanted.region) for number in own_numbers]
    there = Account.objects.filter(name=wanted.name).first()
    if there is not None:
        _same_settings(there, wanted)

    with transaction.atomic():
        account = there or wanted
        if there is None:
            account.save(force_insert=True)
            append("account.created", actor=actor, account_id=account.pk, record=_named(account), facts=_facts(account))
        for number in numbers:
            _add_number(actor, account, number, "")
    return Opened(account, new=there is None)


def change_account(*, actor: Actor, account: Account, zone: str, grace_hours: int) -> Account:
    """Change the zone and the hours of grace. Raises Refused or NotPossible."""
    require(actor, "accounts.change_account", account, action="account.changed")
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        locked.zone, locked.grace_hours = zone, grace_hours
        _checked(locked).save(update_fields=["zone", "grace_hours"])
        append("account.changed", actor=actor, account_id=locked.pk, record=_named(locked), facts=_facts(locked))
    return locked


def add_line(*, actor: Actor, account: Account, number: str, label: str = "") -> Line:
    """Add one of the account's own numbers. Raises Refused or NotPossible."""
    require(actor, "accounts.add_line", account, action="line.added")
    with transaction.atomic():
        return _add_number(actor, account, e164(number, account.region), label.strip())


def rename_line(*, actor: Actor, line: Line, label: str) -> Line:
    """Change what a line is called; its number stays. Raises Refused."""
    require(actor, "accounts.change_line", line, action="line.changed")
    with transaction.atomic():
        line.label = label.strip()
        prove(line, "label").save(update_fields=["label"])
        append("line.changed", actor=actor, account_id=line.account_id, record=_named(line))
    return line


def e164(number: str, region: str) -> str:
    """Return a telephone number in international format, read as a caller in `region` would; raise NotPossible."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise NotPossible("An own number is no telephone number. Nothing was changed. Write it like +15305550100.")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _add_number(actor: Actor, account: Account, number: str, label: str) -> Line:
    prove(Line(label=label), "label")
    line, new = Line.objects.get_or_create(account=account, number=number, defaults={"label": label})
    if new:
        append("line.added", actor=actor, account_id=account.pk, record=_named(line))
    return line


def _checked(account: Account) -> Account:
    if account.zone not in available_timezones():
        raise NotPossible("The time zone is not known. Nothing was changed. Write it like America/Los_Angeles.")
    if account.region not in phonenumbers.SUPPORTED_REGIONS:
        raise NotPossible("The region is not known. Nothing was changed. Write two letters, like US.")
    return prove(account, "name", "region", "zone", "grace_hours")


def _same_settings(there: Account, wanted: Account) -> None:
    if (there.region, there.zone, there.grace_hours) != (wanted.region, wanted.zone, wanted.grace_hours):
        raise NotPossible(
            f"There is an account of this name with region {there.region}, zone {there.zone} and {there.grace_hours}"
            " hours of grace. Nothing was changed. An administrator changes them in the portal."
        )


def _facts(account: Account) -> dict[str, str | int | bool | None]:
    return {"region": account.region, "zone": account.zone, "grace_hours": account.grace_hours}


def _named(record: Account | Line) -> tuple[str, str]:
    return record._meta.label, str(record.pk)
