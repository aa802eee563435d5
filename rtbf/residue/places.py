"""Bring up every place but the tables in which something of a person might be left, without a judgement.

Files, the queue, the cache and the sessions are read as they are; sealed values are read with the keys that live, and
tables by `residue.tables`. Each piece is small and overlaps the next. What can't be read is told, never passed over.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import storages
from redis.exceptions import RedisError

from rtbf.residue.pieces import FETCHED, OVERLAP, Kind, Piece

FILE_PIECE = 1 << 20
APART = frozenset({"postgres", "keys", "static", "store", "run"})
"""Folders of the home that are not read as files: databases and store are read as such, the others hold nothing."""

logger = logging.getLogger(__name__)


def stored_files(missed: set[str]) -> Iterator[Piece]:
    """Yield all bytes of the store as they lie there, and the names. `missed` gets what could not be read."""
    storage: Any = storages["content"]
    folder = getattr(storage, "_location", None)
    if folder is not None:
        yield from files_below(Path(folder), "store", missed)
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


def home_files(missed: set[str]) -> Iterator[Piece]:
    """Yield the files the product keeps in its home: logs, the queue's file, checkpoints, exports, what came in.

    `missed` gets what could not be read.
    """
    home = Path(settings.LETHE_HOME)
    yield from files_below(home, "file", missed, without=APART)
    for name in (settings.CHECKPOINT_DIRECTORY, *settings.DROP_FOLDERS):
        folder = Path(str(name))
        if folder.is_dir() and not folder.is_relative_to(home):
            yield from files_below(folder, "file", missed)


def files_below(
    folder: Path, kind: Kind, missed: set[str], *, without: frozenset[str] = frozenset()
) -> Iterator[Piece]:
    """Yield the bytes and the names of all files below a folder, except in the folders named `without` right below."""

    def miss(problem: OSError) -> None:
        # A file that went meanwhile holds nothing any more; one that can't be read may.
        if not isinstance(problem, FileNotFoundError):
            logger.warning("A file or folder was not searched (%s).", type(problem).__name__)
            missed.add(f"{kind} unreadable")

    for path, folders, names in os.walk(folder, onerror=miss):
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
            except OSError as problem:
                miss(problem)


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
