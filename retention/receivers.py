"""Give every new account its first policies, so that no record is ever without one."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import Account
from retention.beginnings import make_default, make_starting


@receiver(post_save, sender=Account)
def default_policy(instance: Account, *, created: bool, raw: bool = False, **_: Any) -> None:
    """Make the first policies within the transaction that makes the account."""
    if created and not raw:
        make_default(instance)
        make_starting(instance)
