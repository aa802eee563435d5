"""Which holds a person may see."""

from typing import Self

from django.db import models

from accounts.roles import rights_of
from trail.actor import Actor

SEE = "retention.view_hold"


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
