"""Which customers and identifiers a question may reach."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models


class CustomerQuerySet(models.QuerySet):
    """Customers."""

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
