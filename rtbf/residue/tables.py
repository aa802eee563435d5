"""Read every table of both databases raw, whatever the models say: the residue scan's eyes for tables.

One connection reads all tables of a database, each in a transaction of its own that sees one moment of it and ends with
it: a longer one would keep what was erased from being vacuumed. What is constant is asked once: tables and columns in
two queries a database. Long values come in slices, large tables by a cursor on the server, so memory stays bounded.
"""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import IsolationLevel, sql

from rtbf.residue.pieces import FETCHED, OVERLAP, PIECE, Piece

SMALL = 1 << 20
"""Bytes on the disk up to which a table is fetched at once."""

TABLES = """
    SELECT n.nspname, c.relname, greatest(c.reltuples, 0)::bigint, has_table_privilege(c.oid, 'SELECT'),
        CASE WHEN c.relkind <> 'f' THEN pg_table_size(c.oid) END, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
    ORDER BY 1, 2
"""
COLUMNS = """
    SELECT a.attrelid, a.attname, a.atttypid = 'bytea'::regtype, a.attlen < 0 FROM pg_attribute a
    WHERE a.attrelid = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `long`: its type has values of any length."""

    name: str
    binary: bool
    long: bool

    @property
    def value(self) -> sql.Composable:
        """Return SQL for its value, as bytes or as text."""
        column = sql.Identifier(self.name)
        return column if self.binary else sql.SQL("{}::text").format(column)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one of the databases. `rows` is the server's estimate, `size` in bytes, where there is one."""

    alias: str
    schema: str
    name: str
    rows: int
    readable: bool
    size: int | None
    columns: tuple[Column, ...]

    @property
    def place(self) -> str:
        """Return what the table is called in a finding."""
        return f"{self.alias}:{self.schema}.{self.name}"


def tables() -> list[Table]:
    """Return every table of both databases, whoever made it."""
    found: list[Table] = []
    for alias in ("default", "keyring"):
        with connections[alias].cursor() as cursor:
            cursor.execute(TABLES)
            rows = cursor.fetchall()
            cursor.execute(COLUMNS, [[oid for *_, oid in rows]])
            columns: dict[int, list[Column]] = defaultdict(list)
            for oid, *column in cursor.fetchall():
                columns[oid].append(Column(*column))
        for schema, name, estimate, readable, size, oid in rows:
            found.append(Table(alias, schema, name, estimate, readable, size, tuple(columns[oid])))
    return found


def rows_of(found: Sequence[Table], *, without: UUID | None = None) -> Generator[list[Piece], None, None]:
    """Yield the columns of each row of these tables, a row at a time. `without`: a request whose own rows are left out.

    Tables of one database stand together, as `tables` returns them.
    """
    for alias, group in groupby(found, key=lambda table: table.alias):
        with _reading(alias) as connection:
            for table in group:
                yield from _rows(connection, table, without)
                connection.rollback()


@contextmanager
def _reading(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """Give a connection of its own, since the job that reads has transactions too; it goes back as it was."""
    connection = connections[alias].copy()
    try:
        connection.set_autocommit(False)
        _only_read(connection, IsolationLevel.REPEATABLE_READ)
        yield connection
    finally:
        if connection.connection is not None and not connection.connection.closed:
            connection.rollback()
            _only_read(connection, None)
        connection.close()


def _only_read(connection: BaseDatabaseWrapper, level: IsolationLevel | None) -> None:
    """Let the transactions of a connection see one moment and change nothing, or do again as they did."""
    psycopg: Any = connection.connection
    psycopg.isolation_level, psycopg.read_only = level, level is not None or None


def _rows(connection: BaseDatabaseWrapper, table: Table, without: UUID | None) -> Iterator[list[Piece]]:
    any_long = False
    at_once = table.size is not None and table.size <= SMALL
    with connection.cursor() if at_once else connection.chunked_cursor() as cursor:
        cursor.execute(*_short(table, without))
        while rows := cursor.fetchmany(FETCHED):
            for row_id, is_long, *values in rows:
                any_long = any_long or bool(is_long)
                yield [*_pieces(table, table.columns, row_id, values)]
    if any_long:
        for column in table.columns:
            if column.long:
                yield from _long(connection, table, column)


def _row_id(table: Table) -> sql.Composable:
    return sql.SQL("{}::text").format(sql.SQL("id" if any(each.name == "id" for each in table.columns) else "ctid"))


def _short(table: Table, without: UUID | None) -> tuple[sql.Composable, list[Any]]:
    """Return the query of all values that are not too long to be held at once, and whether the row has longer ones."""
    most = sql.Literal(PIECE)
    longer = [sql.SQL("octet_length({}) > {}").format(each.value, most) for each in table.columns if each.long]
    values = [
        sql.SQL("CASE WHEN octet_length({value}) <= {most} THEN {value} END").format(value=each.value, most=most)
        if each.long
        else each.value
        for each in table.columns
    ]
    query = sql.SQL("SELECT {}, {} FROM {}").format(
        sql.SQL(", ").join([_row_id(table), sql.SQL(" OR ").join(longer) if longer else sql.SQL("false")]),
        sql.SQL(", ").join(values or [sql.NULL]),
        sql.Identifier(table.schema, table.name),
    )
    # What was typed stands there until the search is over: it is what is searched for.
    own = without is not None and table.name == "rtbf_requestedidentifier"
    return (query + sql.SQL(" WHERE request_id <> %s"), [without]) if own else (query, [])


def _pieces(table: Table, columns: Sequence[Column], row_id: str, values: Sequence[Any]) -> Iterator[Piece]:
    for column, value in zip(columns, values, strict=False):
        if value is None or value == "":
            continue
        data = value.encode() if isinstance(value, str) else bytes(value)
        text = value if isinstance(value, str) else ""
        yield Piece("table", f"{table.place}.{column.name}", row_id, data, text)


def _long(connection: BaseDatabaseWrapper, table: Table, column: Column) -> Iterator[list[Piece]]:
    """Yield the long values of one column in slices."""
    where = sql.Identifier(table.schema, table.name)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT ctid::text, octet_length({value}) FROM {table} WHERE octet_length({value}) > %s").format(
                value=column.value, table=where
            ),
            [PIECE],
        )
        for ctid, length in cursor.fetchall():
            for start in range(1, length + 1, PIECE - OVERLAP):
                cursor.execute(
                    sql.SQL("SELECT substring({value} FROM %s FOR %s) FROM {table} WHERE ctid = %s::tid").format(
                        value=column.value, table=where
                    ),
                    [start, PIECE, ctid],
                )
                yield [*_pieces(table, [column], ctid, cursor.fetchone() or [None])]
