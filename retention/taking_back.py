"""Take back what has not happened yet: a policy that is not in force, and the end of one that still is.

What comes back is proved against everything proposed meanwhile: a duty to keep that returns beside a shorter limit
would be a conflict that nobody was asked about.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.rights import require
from retention.errors import Conflict, PolicyError
from retention.models import Policy
from retention.policies import CHANGE, lock, note, refuse_conflicts
from trail.actor import Actor, require_actor


def withdraw_policy(*, actor: Actor, policy: Policy) -> Policy:
    """Take back a policy that is not in force yet; what it was to replace stays. Withdrawn twice, it stays so.

    Raises Refused, PolicyError, Conflict.
    """
    require(require_actor(actor), CHANGE, policy, action="policy.withdrawn")
    with transaction.atomic():
        lock(policy.account)
        held, now = Policy.objects.select_for_update().get(pk=policy.pk), timezone.now()
        if held.withdrawn_at is not None:
            return held
        if held.effective_at <= now:
            raise PolicyError("The policy is in force already. Nothing was changed. End it or propose another instead.")
        held.withdrawn_at, held.withdrawn_by_id = now, actor.user_id
        held.save(update_fields=["withdrawn_at", "withdrawn_by"])
        for replaced in Policy.objects.filter(replaced_by=held, ends_at=held.effective_at):
            _let_stay(replaced, now)
        note("policy.withdrawn", actor, held)
    return held


def keep_policy(*, actor: Actor, policy: Policy) -> Policy:
    """Take back the end of a policy that is still in force; one that does not end stays as it is.

    Raises Refused, PolicyError, Conflict.
    """
    require(require_actor(actor), CHANGE, policy, action="policy.restored")
    with transaction.atomic():
        lock(policy.account)
        held, now = Policy.objects.select_for_update().get(pk=policy.pk), timezone.now()
        if held.ends_at is None:
            return held
        if held.ends_at <= now or held.withdrawn_at is not None:
            raise PolicyError("The policy has ended. Nothing was changed. Propose it anew instead.")
        if Policy.objects.filter(replaces=held, withdrawn_at=None).exists():
            raise PolicyError("Another policy takes its place. Nothing was changed. Withdraw that one instead.")
        _let_stay(held, now)
        note("policy.restored", actor, held)
    return held


def _let_stay(policy: Policy, now: datetime) -> None:
    """Let a policy have no end, if it goes together with all that are or will be in force."""
    others = Policy.objects.filter(account=policy.account, withdrawn_at=None).exclude(pk=policy.pk)
    try:
        refuse_conflicts(policy, others.filter(Q(ends_at=None) | Q(ends_at__gt=now)).exclude(minimum="", maximum=""))
    except Conflict as conflict:
        raise Conflict(str(conflict).replace("Nothing was saved.", "Nothing was changed.")) from None
    policy.ends_at, policy.ended_by = None, None
    policy.save(update_fields=["ends_at", "ended_by"])
