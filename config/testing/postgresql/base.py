"""Django's PostgreSQL backend whose flush gets past append-only triggers, and is quick.

The log's tables refuse UPDATE, DELETE and TRUNCATE by trigger, also to their owner. Between tests they must be emptied
all the same, so the flush runs with `session_replication_role = replica`, for which the test role alone has the right.
It silences foreign keys too, so that only tables with rows need emptying: a TRUNCATE of all of them makes two hundred
files anew on the disk, for each test.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, transaction
from django.db.backends.postgresql import base, operations
from psycopg import sql

REGISTERS = frozenset({"django_content_type", "auth_permission"})
"""Filled after a migration from the code alone; emptied, they would be filled again after each test."""


class DatabaseOperations(operations.DatabaseOperations):
    """The usual operations with another flush."""

    def sql_flush(self, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        """Return a DELETE for each table that has rows. Sequences go on; a test must not rely on their numbers."""
        asked = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name))
            for name in tables
            if name not in REGISTERS
        ]
        if not asked:
            return []
        delete = sql.SQL("DELETE FROM {};")
        with self.connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(asked))
            return [delete.format(sql.Identifier(name)).as_string() for (name,) in cursor.fetchall()]

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
