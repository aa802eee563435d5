"""Which interactions and contents a person may see: `visible_to` is the only way a face gets rows."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.db import models

from accounts.rights import may
from accounts.scope import scope_of
from customers.models import Restriction
from customers.restricting import OPEN
from trail.actor import Actor

SEE = "interactions.view_interaction"
SCAN = "interactions.scan_texts"
SEE_IMPORTS = "interactions.view_import"
LONGEST_CALL: Final = timedelta(hours=24)
PLACE_HOLDS = "retention.place_hold"


class InteractionQuerySet(models.QuerySet):
    """Interactions."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the interactions this person may see: an agent's own, a supervisor's teams', an officer's restricted.

        Which of these may be opened is asked at the door.
        """
        if actor is None or actor.account_id is None:
            return self.none()
        if may(actor, OPEN):
            closed = Restriction.objects.in_force().filter(account_id=actor.account_id)
            return self.filter(account_id=actor.account_id, customer__in=closed.values("customer_id"))
        if not may(actor, SEE):
            return self.none()
        scope = scope_of(actor)
        mine = self.filter(account_id=actor.account_id)
        return mine if scope.whole_account else mine.filter(agent__in=scope.agents)

    def living(self) -> Self:
        """Return interactions whose personal values are still there."""
        return self.filter(condemned_at=None)

    def under_way(self, now: datetime) -> Self:
        """Return calls that have not ended: their end lies ahead, or their source has not told it yet.

        A source that never tells it is not waited for longer than `LONGEST_CALL`.
        """
        untold = models.Q(running=True, started_at__gt=now - LONGEST_CALL)
        return self.filter(untold | models.Q(ended_at__gt=now))


class ContentQuerySet(models.QuerySet):
    """Contents of interactions."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the contents of the interactions this person may see."""
        from interactions.models import Interaction  # the model stands on this module

        return self.filter(interaction__in=Interaction.objects.visible_to(actor))

    def living(self) -> Self:
        """Return contents that were not erased."""
        return self.filter(condemned_at=None)


class ImportQuerySet(models.QuerySet):
    """Imports and the places that are watched."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return those of the account, for whoever may see imports."""
        if actor is None or actor.account_id is None or not may(actor, SEE_IMPORTS):
            return self.none()
        return self.filter(account_id=actor.account_id)


class ScanQuerySet(models.QuerySet):
    """Deep scans."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return those of the account, for whoever may start one."""
        if actor is None or actor.account_id is None or not may(actor, SCAN):
            return self.none()
        return self.filter(account_id=actor.account_id)


class SearchQuerySet(models.QuerySet):
    """Saved searches."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the person's own in this account."""
        if actor is None or actor.account_id is None or not may(actor, SEE):
            return self.none()
        return self.filter(account_id=actor.account_id, user_id=actor.user_id)

    def offered_to(self, actor: Actor) -> Self:
        """Return what whoever places legal holds may choose: what is offered in the account, and the person's own."""
        if actor.account_id is None or not may(actor, PLACE_HOLDS):
            return self.none()
        offered = models.Q(is_offered=True) | models.Q(user_id=actor.user_id)
        return self.filter(offered, account_id=actor.account_id)
