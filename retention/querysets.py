"""Which holds, policies and runs a person may see."""

from datetime import datetime
from typing import Self

from django.db import models

from accounts.querysets import OfAccountQuerySet

SEE = "retention.view_hold"
SEE_POLICIES = "retention.view_policy"


class HoldQuerySet(OfAccountQuerySet):
    """Legal holds."""

    right = SEE

    def active(self) -> Self:
        """Return holds that are not released."""
        return self.filter(released_at=None)


class OfRetentionQuerySet(OfAccountQuerySet):
    """Runs and what they deferred, seen by whoever may see how long things are kept."""

    right = SEE_POLICIES


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
