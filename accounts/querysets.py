"""Which rows of this app a person may see.

`visible_to(actor)` is the only way a face gets rows. It never raises and never widens: no actor, no account or no
right gives no rows.
"""

from typing import TYPE_CHECKING, ClassVar, Self, TypeGuard, cast

from django.db import models

from accounts.errors import UnknownAccount
from accounts.roles import rights_of

if TYPE_CHECKING:
    from accounts.models import Account
    from trail.actor import Actor


class UserQuerySet(models.QuerySet):
    """People."""

    def visible_to(self, actor: "Actor | None") -> Self:
        """Return the people of the actor's account, for whoever may see members."""
        if not _sees(actor, "accounts.view_membership"):
            return self.none()
        return self.filter(memberships__account_id=actor.account_id).distinct()


class OfAccountQuerySet(models.QuerySet):
    """Rows that belong to one account and are seen by whoever has the right to.

    right: which one that is (`app_label.codename`); by default, to view rows of that model.
    """

    right: ClassVar[str] = ""

    def visible_to(self, actor: "Actor | None") -> Self:
        """Return the rows of the actor's account if the role may see them, else none."""
        if not _sees(actor, self.right or f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"):
            return self.none()
        return self._of(actor.account_id)

    def _of(self, account_id: object) -> Self:
        return self.filter(account_id=account_id)


class AccountQuerySet(OfAccountQuerySet):
    """Accounts."""

    def named(self, name: str) -> "Account":
        """Return the account of this name; raise UnknownAccount."""
        account = self.filter(name=name.strip()).first()
        if account is None:
            raise UnknownAccount("There is no account of this name. Nothing was done. create_account makes one.")
        found = cast("Account", account)
        if found.closed_at is not None:
            raise UnknownAccount("This account was closed. Nothing was done.")
        return found

    def _of(self, account_id: object) -> Self:
        return self.filter(pk=account_id)


class MembershipQuerySet(OfAccountQuerySet):
    """Memberships."""

    def live(self) -> Self:
        """Return memberships that open a door: active, of an active user."""
        return self.filter(active=True, user__is_active=True)


class SupervisorQuerySet(models.QuerySet):
    """Supervisors."""

    def visible_to(self, actor: "Actor | None") -> Self:
        """Return the supervisors of the actor's account, for whoever may see members."""
        if not _sees(actor, "accounts.view_membership"):
            return self.none()
        return self.filter(membership__account_id=actor.account_id)


def _sees(actor: "Actor | None", codename: str) -> "TypeGuard[Actor]":
    return actor is not None and actor.account_id is not None and codename in rights_of(actor.role)
