"""Make the databases and roles of the embedded PostgreSQL, again and again with the same result.

Three roles (DESIGN §8): the owner of both databases runs migrations; the application reads and writes by grants and can
change no table; the superuser is used here only.
"""

from collections.abc import Iterable
from typing import LiteralString

import psycopg
from psycopg import sql

from config.embedded.postgres import PostgreSQL

OWNER = "lethe_owner"
APPLICATION = "lethe_app"
DATABASES = ("lethe", "keyring")


def provision(server: PostgreSQL) -> None:
    """Bring roles, databases and default grants to what the house needs; the server must be ready."""
    with connect(server) as connection:
        for role in (OWNER, APPLICATION):
            make_role(connection, role, server.home.secret(f"passwords/{role}"))
        for database in DATABASES:
            _make_database(connection, database)
    for database in DATABASES:
        with connect(server, database) as connection:
            grant_by_default(connection, OWNER)


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


def grant_by_default(connection: psycopg.Connection[tuple[object, ...]], creator: str) -> None:
    """Let the application use the tables and sequences that `creator` will make in this database."""
    rights: Iterable[tuple[LiteralString, LiteralString]] = [
        ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),
        ("USAGE, SELECT", "SEQUENCES"),
    ]
    for right, kind in rights:
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}").format(
                sql.Identifier(creator), sql.SQL(right), sql.SQL(kind), sql.Identifier(APPLICATION)
            )
        )


def _make_database(connection: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    name, owner, application = sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(APPLICATION)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, application))
