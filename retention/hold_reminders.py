"""Remind owners of holds that are due for another look: a hold nobody remembers keeps what should have gone.

A reminder names the hold by its reference and the day, never the matter.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.days import today_in
from accounts.models import Account, Membership
from accounts.roles import ROLES, rights_of
from jobs.errors import JobFailed
from jobs.queue import enqueue_for_account
from retention.holds import name_of
from retention.models import LegalHold
from retention.querysets import SEE
from trail.actor import Actor, require_actor
from trail.append import append

REMIND = "retention.remind_of_holds"
AGAIN_AFTER = timedelta(days=7)


def to_remind_of(account: Account, now: datetime | None = None) -> "QuerySet[LegalHold]":
    """Return the holds in force whose owners are to be reminded today: due, and not reminded for a week."""
    today = today_in(account, now)
    due = LegalHold.objects.filter(account=account, review_on__lte=today).active()
    return due.filter(Q(reminded_on=None) | Q(reminded_on__lte=today - AGAIN_AFTER)).order_by("reference")


def queue_hold_reminders() -> int:
    """Queue a job for each account with holds to be looked at again; returns how many."""
    accounts = Account.objects.filter(holds__review_on__isnull=False, holds__released_at=None).distinct()
    return sum(enqueue_for_account(REMIND, each.pk) for each in accounts if to_remind_of(each).exists())


def remind_of_holds(account_id: UUID, *, actor: Actor) -> int:
    """Write to the owner of each hold that is due, to everybody who sees holds where the owner has left."""
    require_actor(actor)
    account = Account.objects.get(pk=account_id)
    due, today = list(to_remind_of(account)), today_in(account)
    if not due:
        return 0
    for address, holds in _by_address(account, due).items():
        _write(account, address, holds)
    with transaction.atomic():
        LegalHold.objects.filter(pk__in=[each.pk for each in due]).update(reminded_on=today)
        for each in due:
            facts = {"reference": each.reference}
            append("hold.reminded", actor=actor, account_id=account.pk, record=name_of(each), facts=facts)
    return len(due)


def _by_address(account: Account, due: Sequence[LegalHold]) -> dict[str, list[LegalHold]]:
    seeing = [role for role in ROLES if SEE in rights_of(role)]
    members = Membership.objects.live().filter(account=account, role__in=seeing).select_related("user")
    addresses = {each.user_id: each.user.email for each in members}
    found: dict[str, list[LegalHold]] = defaultdict(list)
    for hold in due:
        own = addresses.get(hold.owner_id) if hold.owner_id else None
        for address in [own] if own else sorted(addresses.values()):
            found[address].append(hold)
    return found


def _write(account: Account, address: str, holds: Sequence[LegalHold]) -> None:
    lines = "\n".join(f"{each.reference}: since {each.review_on:%-d %B %Y}" for each in holds)
    body = f"Legal holds to look at again, {account.name}:\n\n{lines}\n\nThey stand in the portal under Legal holds."
    try:
        EmailMessage("Legal holds are due for review", body, to=[address]).send()
    except OSError as problem:  # as in letters: the text of smtplib's errors may hold addresses
        raise JobFailed("mail_not_taken", again=True) from problem
