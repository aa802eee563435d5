"""Stream the log out of the database: raw, in order, in bounded memory, each entry compared with itself.

COPY hands out text as it is stored; nothing goes through the models the writer uses. The columns that repeat an entry
stand at the beginning and the end of its text, so one comparison at either end proves them all. The loop runs once for
every entry ever written: `_texts` is one function with plain tuples, since calls and objects would double its time.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from trail.merkle import LEAF

CHUNK = 20_000
ENTRIES = """
    COPY (
        SELECT {columns} FROM trail_position p LEFT JOIN trail_event e ON e.id = p.event_id
        WHERE p.seq >= %s AND p.seq < %s ORDER BY p.seq
    ) TO STDOUT
"""
TEXTS = ENTRIES.format(columns="p.event_id, encode(e.leaf_hash, 'hex'), e.text, p.seq")
TEXTS_AND_COLUMNS = ENTRIES.format(
    columns="""
        p.event_id, encode(e.leaf_hash, 'hex'), e.text,
        coalesce('"' || e.account_id || '"', 'null'), e.action, e.at, e."case",
        coalesce('"' || encode(e.detail_commitment, 'hex') || '"', 'null'),
        e.id, e.outcome, e.purpose, e.record_id, e.record_label, coalesce('"' || e.user_id || '"', 'null'), p.seq
    """
)
HEADS = "SELECT size, root, frontier, note FROM trail_checkpoint WHERE size > %s AND size <= %s"
# One index look-up an entry: the planner would read the whole table for each chunk.
SETTINGS = """
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO';
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
"""
BEGINNING = b'{"account":%b,"action":"%b","at":"%bT%b.%bZ","case":"%b","detail":%b,"facts":{'
END = b'},"id":"%b","outcome":"%b","purpose":"%b","record":{"id":"%b","label":"%b"},"user":%b,"v":1}'
NOTHING = b"\\N"


CHANGED = "was changed: its text is not the one that was hashed when it was written."
COLUMNS = "was changed: its columns do not say what its text says."
MISSING = "is missing: its place is there, the entry is gone."

Place = tuple[int, bytes, bytes, str]
"""Position, event id as text, leaf hash (empty for a missing entry), and what is wrong with it ("" if nothing)."""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A checkpoint as the database has it."""

    size: int
    root: bytes
    frontier: bytes
    note: str


def chunks(*, columns: bool) -> Iterator[tuple[dict[int, StoredHead], Iterator[Place]]]:
    """Yield the log in pieces: the checkpoints that end in the piece, by size, and its places in order.

    `columns`: also compare each entry with the columns beside it, which takes twice as long. Each piece is read to its
    end before the next. Call it inside a repeatable-read transaction.
    """
    places = _with_columns if columns else _texts
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute("SELECT min(seq), max(seq) FROM trail_position")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, CHUNK) if first is not None else ():
            cursor.execute(HEADS, [start, start + CHUNK])
            heads = {row[0]: StoredHead(row[0], bytes(row[1]), bytes(row[2]), row[3]) for row in cursor.fetchall()}
            yield heads, places(start)
        cursor.execute("RESET enable_hashjoin; RESET enable_mergejoin")


def _texts(start: int) -> Iterator[Place]:
    sha256 = hashlib.sha256
    with connection.cursor() as cursor, cursor.copy(TEXTS, [start, start + CHUNK]) as copy:
        for line in copy:
            event_id, hexed, text, seq = bytes(line).split(b"\t")
            leaf = sha256(LEAF + text).digest()
            if leaf.hex().encode() == hexed:
                yield int(seq), event_id, leaf, ""
            else:
                yield _looked_at(int(seq), event_id, hexed, text)


def _with_columns(start: int) -> Iterator[Place]:
    with connection.cursor() as cursor, cursor.copy(TEXTS_AND_COLUMNS, [start, start + CHUNK]) as copy:
        for line in copy:
            event_id, hexed, text, *columns, seq = bytes(line).split(b"\t")
            place = _looked_at(int(seq), event_id, hexed, text)
            yield place if place[3] or _fits(_unescaped(text), columns) else (*place[:3], COLUMNS)


def _fits(text: bytes, columns: list[bytes]) -> bool:
    """Say whether the text says what the columns say: it must begin and end as they make it."""
    account, action, at, case, detail, *closing = columns
    # PostgreSQL leaves out closing zeros of the second (39.1234+00); entries always have six digits.
    micros = at[20:-3].ljust(6, b"0")
    beginning = BEGINNING % (account, action, at[:10], at[11:19], micros, case, detail)
    return text.startswith(beginning) and text.endswith(END % tuple(closing))


def _looked_at(seq: int, event_id: bytes, hexed: bytes, text: bytes) -> Place:
    """Return the place of an entry, taking into account that it may be gone, escaped or changed.

    The tree grows on with the stored hash: whether that one was sealed is a question of its own.
    """
    if hexed == NOTHING:
        return seq, event_id, b"", MISSING
    leaf = hashlib.sha256(LEAF + _unescaped(text)).digest()
    stored = bytes.fromhex(hexed.decode())
    return seq, event_id, stored, "" if leaf == stored else CHANGED


def _unescaped(text: bytes) -> bytes:
    """Undo COPY's escaping: canonical JSON holds no control characters, so it is backslashes alone."""
    return text.replace(b"\\\\", b"\\")
