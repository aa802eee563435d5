"""Which interactions and contents a person may see: `visible_to` is the only way a face gets rows."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts import roles
from accounts.models import Membership, Supervisor
from accounts.roles import rights_of
from trail.actor import Actor

SEE = "interactions.view_interaction"


def own_calls(actor: Actor) -> Q:
    """Return the condition "handled by the agent this person is"."""
    member = Membership.objects.live().filter(
        user_id=actor.user_id, account_id=actor.account_id, agent_id=OuterRef("agent_id")
    )
    return Q(Exists(member))


def team_calls(actor: Actor) -> Q:
    """Return the condition "handled in a team this person supervises, or anywhere when that is the whole account"."""
    mine = Supervisor.objects.filter(
        membership__user_id=actor.user_id, membership__account_id=actor.account_id, membership__active=True
    )
    return Q(Exists(mine.filter(whole_account=True))) | Q(Exists(mine.filter(teams__agents=OuterRef("agent_id"))))


class InteractionQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Interactions."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the interactions this person may see: an agent's own, a supervisor's teams', nobody else's."""
        if actor.account_id is None or SEE not in rights_of(actor.role):
            return self.none()
        scope = own_calls(actor) if actor.role == roles.AGENT else team_calls(actor)
        return self.filter(scope, account_id=actor.account_id)

    def living(self) -> Self:
        """Return interactions whose personal values are still there."""
        return self.filter(condemned_at=None)


class ContentQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Contents of interactions."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the contents of the interactions this person may see."""
        from interactions.models import Interaction  # the model stands on this module

        return self.filter(interaction__in=Interaction.objects.visible_to(actor))

    def living(self) -> Self:
        """Return contents that were not erased."""
        return self.filter(condemned_at=None)
