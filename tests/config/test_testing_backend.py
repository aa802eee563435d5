"""The tests' own database backend empties what the log's triggers guard."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

GUARDED = """
CREATE TABLE IF NOT EXISTS guarded (id int);
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'append-only'; END$$;
CREATE OR REPLACE TRIGGER keep BEFORE TRUNCATE ON guarded EXECUTE FUNCTION refuse();
INSERT INTO guarded VALUES (1);
"""


@pytest.mark.django_db(transaction=True)
def test_flush_gets_past_a_trigger_that_refuses_truncate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        try:
            with pytest.raises(DatabaseError, match="append-only"):
                cursor.execute("TRUNCATE guarded")
            connection.ops.execute_sql_flush(["TRUNCATE guarded"])
            cursor.execute("SELECT count(*) FROM guarded")
            assert cursor.fetchone() == (0,)
            cursor.execute("SHOW session_replication_role")
            assert cursor.fetchone() == ("origin",)
        finally:
            cursor.execute("DROP TABLE guarded; DROP FUNCTION refuse()")
    call_command("flush", interactive=False, verbosity=0)


@pytest.mark.django_db
def test_both_databases_are_open_and_the_application_role_can_be_worn() -> None:
    for alias in ("default", "keyring"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET ROLE lethe_app")
            cursor.execute("SELECT current_user, session_user")
            assert cursor.fetchone() == ("lethe_app", "lethe_test")
            cursor.execute("RESET ROLE")
