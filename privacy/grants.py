"""Give the application role the rights it needs on each table, and no more.

Migrations run as the owner, the product as another role: what the application may not do (change an entry of the log,
make a table) it cannot do, whatever its code says.
"""

from typing import Any

from django.conf import settings
from django.db import connections

RESTRICTED: dict[str, str] = {}
"""Table name → the only privileges the application role gets on it."""


def restrict(table: str, privileges: str) -> None:
    """Let the application role have only `privileges` (such as "SELECT, INSERT") on `table`."""
    RESTRICTED[table] = privileges


def grant(using: str = "default", **_: Any) -> None:
    """Grant and revoke, in one transaction, on every table of the database `using`.

    A database without the application role (an administrator runs everything as one role) is left as it is.
    """
    connection = connections[using]
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone() is None:
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        tables = set(connection.introspection.table_names(cursor))
        for table in sorted(tables & RESTRICTED.keys()):
            name = connection.ops.quote_name(table)
            cursor.execute(f"REVOKE ALL ON TABLE {name} FROM {role}")
            cursor.execute(f"GRANT {RESTRICTED[table]} ON TABLE {name} TO {role}")
