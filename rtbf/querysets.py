"""Which requests a person may see, and which rows of a plan are still to do."""

from typing import Self

from django.db import models

from accounts.roles import rights_of
from trail.actor import Actor

SEE = "rtbf.view_request"
KEEP_CASES = "rtbf.write_letter"
KEEP_REGISTER = "rtbf.change_rules"


class RequestQuerySet(models.QuerySet):
    """Requests."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the requests of the actor's account if the role may see requests, else none."""
        if actor is None or actor.account_id is None or SEE not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)


class PlanItemQuerySet(models.QuerySet):
    """Rows of plans."""

    def undone(self) -> Self:
        """Return what was not carried out yet."""
        return self.filter(done_at=None)


class CaseQuerySet(models.QuerySet):
    """Case files and their parts."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return those of the actor's account if the role keeps case files, else none."""
        if actor is None or actor.account_id is None or KEEP_CASES not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)


class DossierQuerySet(models.QuerySet):
    """Copies for customers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the dossiers of the actor's account if the role may put one together, else none."""
        if actor is None or actor.account_id is None or "rtbf.raise_dossier" not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)


class SystemQuerySet(models.QuerySet):
    """Other systems."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the systems of the actor's account if the role keeps their register, else none."""
        if actor is None or actor.account_id is None or KEEP_REGISTER not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)
