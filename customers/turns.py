"""One import, merge or split of an account at a time.

An import looks up whose a number is and writes the call later: a merge or split between the two would be overlooked.
"""

from uuid import UUID

from django.db import connection


def take_turn(account_id: UUID) -> None:
    """Wait until no other import, merge or split of the account is under way; to be left when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ingest-{account_id}"])
