"""Bring up every place in which something of a person might be left: the residue scan's reading, without a judgement.

Tables are read raw by server-side cursors, whatever the models say; sealed values with the keys that live; files, the
queue, the cache and the sessions as they are. Each piece is small, so memory stays bounded however much there is, and
neighbouring pieces overlap, so that nothing hides on a border. What can't be read is told, never passed over.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import storages
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from redis.exceptions import RedisError

PIECE = 64 * 1024
OVERLAP = 512
FETCHED = 200
FILE_PIECE = 1 << 20
APART = frozenset({"postgres", "keys", "static", "store", "run"})
"""Folders of the home that are not read as files: databases and store are read as such, the others hold nothing."""

Kind = Literal["table", "sealed", "content", "store", "file", "queue", "cache", "session", "key"]
logger = logging.getLogger(__name__)

TABLES = """
    SELECT n.nspname, c.relname, greatest(c.reltuples, 0)::bigint, has_table_privilege(c.oid, 'SELECT')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
    ORDER BY 1, 2
"""
COLUMNS = """
    SELECT a.attname, a.atttypid = 'bytea'::regtype FROM pg_attribute a
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a place. `record`: the row's id, where it has one."""

    kind: Kind
    place: str
    record: str
    data: bytes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one of the databases. `rows` is the server's estimate."""

    alias: str
    schema: str
    name: str
    rows: int
    readable: bool

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
            found += [Table(alias, *row) for row in cursor.fetchall()]
    return found


def rows_of(table: Table, *, without: UUID | None = None) -> Iterator[list[Piece]]:
    """Yield the columns of each row, a row at a time. `without`: a request whose own rows are left out."""
    with _reading(table.alias) as connection:
        with connection.cursor() as cursor:
            cursor.execute(COLUMNS, [_quoted(table)])
            columns: list[tuple[str, bool]] = cursor.fetchall()
        with connection.chunked_cursor() as cursor:
            cursor.execute(*_short(table, columns, without))
            while rows := cursor.fetchmany(FETCHED):
                for row in rows:
                    yield [*_pieces(table, columns, row)]
        for name, binary in columns:
            yield from _long(connection, table, name, binary=binary)


@contextmanager
def _reading(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """Give a connection of its own: a transaction as long as a table must not hold the rows of the job that reads."""
    connection = connections[alias].copy()
    try:
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield connection
    finally:
        if connection.connection is not None:
            connection.rollback()
        connection.close()


def _quoted(table: Table) -> str:
    return sql.Identifier(table.schema, table.name).as_string(None)


def _value(name: str, *, binary: bool) -> sql.Composable:
    return sql.Identifier(name) if binary else sql.SQL("{}::text").format(sql.Identifier(name))


def _row_id(columns: list[tuple[str, bool]]) -> sql.Composable:
    return sql.SQL("id::text") if ("id", False) in columns else sql.SQL("ctid::text")


def _short(table: Table, columns: list[tuple[str, bool]], without: UUID | None) -> tuple[sql.Composable, list[Any]]:
    """Return the query of all values that are not too long to be held at once."""
    values = [
        sql.SQL("CASE WHEN octet_length({value}) <= {most} THEN {value} END").format(
            value=_value(name, binary=binary), most=sql.Literal(PIECE)
        )
        for name, binary in columns
    ]
    query = sql.SQL("SELECT {}, {} FROM {}").format(
        _row_id(columns), sql.SQL(", ").join(values), sql.Identifier(table.schema, table.name)
    )
    # What was typed stands there until the search is over: it is what is searched for.
    own = without is not None and table.name == "rtbf_requestedidentifier"
    return (query + sql.SQL(" WHERE request_id <> %s"), [without]) if own else (query, [])


def _pieces(table: Table, columns: list[tuple[str, bool]], row: tuple[Any, ...]) -> Iterator[Piece]:
    for (name, _), value in zip(columns, row[1:], strict=True):
        if value is None or value == "":
            continue
        data = value.encode() if isinstance(value, str) else bytes(value)
        text = value if isinstance(value, str) else ""
        yield Piece("table", f"{table.place}.{name}", row[0], data, text)


def _long(connection: BaseDatabaseWrapper, table: Table, name: str, *, binary: bool) -> Iterator[list[Piece]]:
    """Yield the long values of one column in slices."""
    value, where = _value(name, binary=binary), sql.Identifier(table.schema, table.name)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT ctid::text, octet_length({value}) FROM {table} WHERE octet_length({value}) > %s").format(
                value=value, table=where
            ),
            [PIECE],
        )
        for ctid, length in cursor.fetchall():
            for start in range(1, length + 1, PIECE - OVERLAP):
                cursor.execute(
                    sql.SQL("SELECT substring({value} FROM %s FOR %s) FROM {table} WHERE ctid = %s::tid").format(
                        value=value, table=where
                    ),
                    [start, PIECE, ctid],
                )
                yield [*_pieces(table, [(name, binary)], (ctid, (cursor.fetchone() or [None])[0]))]


def stored_files() -> Iterator[Piece]:
    """Yield all bytes of the store as they lie there, and the names."""
    storage: Any = storages["content"]
    folder = getattr(storage, "_location", None)
    if folder is not None:
        yield from files_below(Path(folder), "store")
        return
    waiting = [""]
    while waiting:
        path = waiting.pop()
        folders, names = storage.listdir(path)
        waiting += [f"{path}/{name}".lstrip("/") for name in folders]
        for name in names:
            whole = f"{path}/{name}".lstrip("/")
            yield Piece("store", "name", whole, whole.encode(), whole)
            with storage.open(whole, "rb") as file:
                yield from _in_pieces("store", whole, file)


def home_files() -> Iterator[Piece]:
    """Yield the files the product keeps in its home: logs, the queue's file, checkpoints, exports, what came in."""
    home = Path(settings.LETHE_HOME)
    yield from files_below(home, "file", without=APART)
    for name in (settings.CHECKPOINT_DIRECTORY, *settings.DROP_FOLDERS):
        folder = Path(str(name))
        if folder.is_dir() and not folder.is_relative_to(home):
            yield from files_below(folder, "file")


def files_below(folder: Path, kind: Kind, *, without: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Yield the bytes and the names of all files below a folder, except in the folders named `without` right below."""
    for path, folders, names in os.walk(folder):
        if Path(path) == folder:
            folders[:] = [name for name in folders if name not in without]
        for name in names:
            file = Path(path) / name
            if file.is_symlink() or not file.is_file():
                continue
            short = str(file.relative_to(folder))
            yield Piece(kind, "name", short, short.encode(errors="surrogateescape"), short)
            try:
                with open(file, "rb") as opened:
                    yield from _in_pieces(kind, short, opened)
            except (FileNotFoundError, PermissionError) as problem:
                logger.warning("A file was not searched (%s).", type(problem).__name__)


def _in_pieces(kind: Kind, name: str, file: Any) -> Iterator[Piece]:
    before = b""
    while data := file.read(FILE_PIECE):
        yield Piece(kind, "content", name, before + data)
        before = data[-OVERLAP:]


def sessions() -> Iterator[Piece]:
    """Yield every session decoded: stored it is packed, so that reading the table raw would show nothing."""
    for session in Session.objects.iterator(chunk_size=FETCHED):
        text = json.dumps(session.get_decoded(), ensure_ascii=False, default=str)
        yield Piece("session", "django_session", "", text.encode(), text)


def server(kind: Kind, url: str) -> Iterator[Piece]:
    """Yield every key and value of a Valkey or Redis, of every type. Raises OSError when it can't be read."""
    if url.split(":", maxsplit=1)[0] not in ("redis", "rediss", "unix"):
        raise OSError("This is no Valkey or Redis.")
    client: Any = redis.from_url(url, socket_timeout=20)
    try:
        for key in client.scan_iter(count=500):
            yield Piece(kind, "name", "", bytes(key))
            kept = client.type(key).decode()
            for value in READERS.get(kept, _dumped)(client, key):
                yield Piece(kind, kept, "", _as_bytes(value))
    except RedisError as problem:
        raise OSError(f"{kind} can't be read ({type(problem).__name__}).") from None
    finally:
        client.close()


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, tuple | list):
        return b"\x1f".join(_as_bytes(each) for each in value)
    if isinstance(value, dict):
        return b"\x1f".join(_as_bytes(each) for pair in value.items() for each in pair)
    return str(value).encode()


def _dumped(client: Any, key: bytes) -> Iterator[Any]:
    yield client.dump(key) or b""


READERS: dict[str, Callable[[Any, bytes], Iterator[Any]]] = {
    "string": lambda client, key: iter([client.get(key) or b""]),
    "list": lambda client, key: iter(client.lrange(key, 0, -1)),
    "set": lambda client, key: client.sscan_iter(key),
    "zset": lambda client, key: client.zscan_iter(key),
    "hash": lambda client, key: client.hscan_iter(key),
    "stream": lambda client, key: iter(client.xrange(key)),
}
