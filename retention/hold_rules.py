"""What an account asks of its holds: whether one person alone may release them.

Who releases holds does not decide this: it protects against one mistaken or malicious officer.
"""

from typing import Final

from django.db import transaction

from accounts.models import Account
from accounts.rights import require
from retention.models import HoldRules
from trail.actor import Actor, require_actor
from trail.append import append

CHANGE: Final = "retention.change_hold_rules"


def rules_of(account: Account) -> HoldRules:
    """Return the rules of an account, or the defaults."""
    return HoldRules.objects.filter(account=account).first() or HoldRules(account=account)


def change_hold_rules(*, actor: Actor, account: Account, four_eyes: bool) -> HoldRules:
    """Say whether a second person must agree to releases; what waits for one goes on to wait. Raises Refused."""
    require(require_actor(actor), CHANGE, account, action="hold_rules.changed")

    with transaction.atomic():
        rules, _ = HoldRules.objects.update_or_create(account=account, defaults={"four_eyes": four_eyes})
        record = (account._meta.label, str(account.pk))
        facts = {"four_eyes": four_eyes}
        append("hold_rules.changed", actor=actor, account_id=account.pk, record=record, facts=facts)
    return rules
