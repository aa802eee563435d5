"""Which holds, policies and runs a person may see."""

from datetime import datetime
from typing import Self

from django.db import models

from accounts.roles import rights_of
from trail.actor import Actor

SEE = "retention.view_hold"
SEE_POLICIES = "retention.view_policy"


class HoldQuerySet(models.QuerySet):
    """Legal holds."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the holds of the actor's account if the role may see holds, else none."""
        if actor is None or actor.account_id is None or SEE not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)

    def active(self) -> Self:
        """Return holds that are not released."""
        return self.filter(released_at=None)


class OfRetentionQuerySet(models.QuerySet):
    """Runs and what they deferred."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the rows of the actor's account if the role may see how long things are kept, else none."""
        if actor is None or actor.account_id is None or SEE_POLICIES not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)


class PolicyQuerySet(OfRetentionQuerySet):
    """Policies."""

    def in_force(self, at: datetime) -> Self:
        """Return the policies that decide at a moment."""
        begun = self.filter(effective_at__lte=at, withdrawn_at=None)
        return begun.filter(models.Q(ends_at=None) | models.Q(ends_at__gt=at))

    def pending(self, at: datetime) -> Self:
        """Return the policies that will be in force later."""
        return self.filter(effective_at__gt=at, withdrawn_at=None)

    def past(self, at: datetime) -> Self:
        """Return the policies that no longer decide, and those withdrawn before they ever did."""
        return self.exclude(withdrawn_at=None) | self.filter(ends_at__lte=at)
