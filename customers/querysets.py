"""Which customers and identifiers a question may reach."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models

from accounts.querysets import OfAccountQuerySet
from trail.actor import Actor

MERGE = "customers.merge_customer"
SEE_RESTRICTIONS = "customers.view_restriction"


class CustomerQuerySet(OfAccountQuerySet):
    """Customers, seen by whoever may merge and split them."""

    right = MERGE

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the living customers of the actor's account if the role may see them, else none."""
        return super().visible_to(actor).living()

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


class MergeQuerySet(OfAccountQuerySet):
    """Merges of customers, seen by whoever may merge them."""

    right = MERGE


class RestrictionQuerySet(OfAccountQuerySet):
    """Restrictions of customers' data."""

    right = SEE_RESTRICTIONS

    def in_force(self) -> Self:
        """Return restrictions that were not lifted, of customers who were not forgotten."""
        return self.filter(lifted_at=None, customer__condemned_at=None)
