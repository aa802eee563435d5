"""Take turns between erasures and holds that name no single record, so that whichever commits first wins.

A hold on an agent or a period can't lock calls that may come next year. So every erasure of an account shares one lock
until it commits, and a hold takes it alone: it waits for what is being decided, then says what it was too late for, and
every later erasure sees it. Both take it after their locks on rows.
"""

from uuid import UUID

from django.db import connection

NAME = "holds-{}"


def keep_holds_still(account_id: UUID) -> None:
    """Wait for a hold that is just being placed; then none is placed until the caller's transaction ends."""
    _lock("pg_advisory_xact_lock_shared", account_id)


def stop_erasures(account_id: UUID) -> None:
    """Wait for erasures that are just being decided; then none is decided until the caller's transaction ends."""
    _lock("pg_advisory_xact_lock", account_id)


def _lock(function: str, account_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [NAME.format(account_id)])
