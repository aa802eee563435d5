"""Django's PostgreSQL backend whose flush gets past append-only triggers.

The log's tables refuse UPDATE, DELETE and TRUNCATE by trigger, also to their owner. Between tests they must be emptied
all the same, so the flush runs with `session_replication_role = replica`, for which the test role alone has the right.
"""

from collections.abc import Iterable

from django.db import connections, transaction
from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """The usual operations with another flush."""

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        """Run the statements of a flush with every ordinary trigger silent."""
        alias = self.connection.alias
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
            for statement in sql_list:
                cursor.execute(statement)


class DatabaseWrapper(base.DatabaseWrapper):
    """The usual wrapper with these operations."""

    ops_class = DatabaseOperations
