"""Make the databases and roles of the embedded PostgreSQL, again and again with the same result.

The owner of both databases runs migrations and grants; the application reads and writes by those grants and can change
no table; the superuser is used here only.
"""

import psycopg
from psycopg import sql

from config.embedded.postgres import PostgreSQL

OWNER = "lethe_owner"
APPLICATION = "lethe_app"
DATABASES = ("lethe", "keyring")


def provision(server: PostgreSQL) -> None:
    """Bring roles and databases to what the house needs; the server must be ready."""
    with connect(server) as connection:
        for role in (OWNER, APPLICATION):
            make_role(connection, role, server.home.secret(f"passwords/{role}"))
        for database in DATABASES:
            _make_database(connection, database)


def connect(server: PostgreSQL, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """Return a connection of the superuser that commits each statement."""
    return psycopg.connect(server.url("postgres", database), autocommit=True)


def make_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    """Create `role` where it is missing and give it `password`."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def _make_database(connection: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    name, owner, application = sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(APPLICATION)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, application))
