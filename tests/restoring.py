"""Put a database back as it was, without a dump's detour: every table, triggers and constraints past."""

from contextlib import contextmanager

from django.db import connections, transaction

Copy = dict[str, bytes]


def copy_of(alias: str) -> Copy:
    """Return the content of every table of a database."""
    found: Copy = {}
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in connections[alias].introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
                found[table] = b"".join(bytes(block) for block in copy)
    return found


def put_back(alias: str, copy: Copy) -> None:
    """Make a database what it was when the copy was made."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor, _past_triggers(cursor):
        for table in copy:
            cursor.execute(f'DELETE FROM "{table}"')
        for table, content in copy.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as target:
                target.write(content)


@contextmanager
def _past_triggers(cursor):
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("SET session_replication_role = origin")
