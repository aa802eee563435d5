"""Whose a record is.

Every record of the house belongs to exactly one account, and says so by `account_id`. What does not say so belongs to
nobody, and nobody may touch it.
"""

from uuid import UUID

from django.db.models import Model

from accounts.models import Account, Supervisor


def account_id_of(record: Model) -> UUID | None:
    """Return the id of the account a record belongs to, or None for what belongs to no single account."""
    if isinstance(record, Account):
        return record.pk
    if isinstance(record, Supervisor):
        return record.membership.account_id
    return getattr(record, "account_id", None)


def belongs_to(record: Model, account_id: UUID | None) -> bool:
    """Say whether `record` is one of this account's."""
    return account_id is not None and account_id_of(record) == account_id
