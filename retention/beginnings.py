"""The policies every account begins with, so that no record is ever without one."""

from typing import Final

from django.utils import timezone

from accounts.models import Account
from privacy import map as data_map
from retention.models import Policy

DEFAULT_TERM: Final = "1 year"
STARTING: Final = (
    ("Copies for customers", "dossier", "14 days"),
    ("Case files", "case", "36 months"),
    ("Personal details of the log", "detail", "3 years"),
)
"""Policies every account begins with beside its default: names, the kind of record, the term.

Three years of addresses and workstations is the most that CNIL (2021-122) finds common where a log lets a house look
after those who may open its data; one year where it only keeps a system safe. See docs/retention.md.
"""


def make_default(account: Account) -> Policy:
    """Return the account's default policy, made if it has none: it decides wherever no other does."""
    known = Policy.objects.filter(account=account, is_default=True).order_by("-effective_at").first()
    if known is not None:
        return known
    return Policy.objects.create(
        account=account,
        name="Default",
        is_default=True,
        kinds=list(data_map.kinds()),
        keep=DEFAULT_TERM,
        effective_at=timezone.now(),
    )


def make_starting(account: Account) -> None:
    """Give a new account its policies for records that come with no call."""
    for name, kind, keep in STARTING:
        Policy.objects.create(account=account, name=name, kinds=[kind], keep=keep, effective_at=timezone.now())
