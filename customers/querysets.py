"""Which customers and identifiers a question may reach."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models

from accounts.roles import rights_of
from trail.actor import Actor

MERGE = "customers.merge_customer"
SEE_RESTRICTIONS = "customers.view_restriction"


class CustomerQuerySet(models.QuerySet):
    """Customers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the living customers of the actor's account if the role may merge and split them, else none."""
        if actor is None or actor.account_id is None or MERGE not in rights_of(actor.role):
            return self.none()
        return self.living().filter(account_id=actor.account_id)

    def living(self) -> Self:
        """Return customers that were not forgotten."""
        return self.filter(condemned_at=None)

    def known_by(self, account_id: UUID, digests: Iterable[bytes]) -> Self:
        """Return the living customers of an account that carry any of the blind indexes."""
        return self.living().filter(account_id=account_id, identifiers__digest__in=list(digests)).distinct()


class IdentifierQuerySet(models.QuerySet):
    """Identifiers."""

    def indexed(self, account_id: UUID, digests: Iterable[bytes]) -> Self:
        """Return the living identifiers of an account with any of the blind indexes."""
        return self.filter(account_id=account_id, digest__in=list(digests), condemned_at=None)


class MergeQuerySet(models.QuerySet):
    """Merges of customers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the merges of the actor's account if the role may merge customers, else none."""
        if actor is None or actor.account_id is None or MERGE not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)


class RestrictionQuerySet(models.QuerySet):
    """Restrictions of customers' data."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the restrictions of the actor's account if the role may see them, else none."""
        if actor is None or actor.account_id is None or SEE_RESTRICTIONS not in rights_of(actor.role):
            return self.none()
        return self.filter(account_id=actor.account_id)

    def in_force(self) -> Self:
        """Return restrictions that were not lifted, of customers who were not forgotten."""
        return self.filter(lifted_at=None, customer__condemned_at=None)
