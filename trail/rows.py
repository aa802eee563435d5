"""Stream the log out of the database as the verifier wants it: raw, in order, in bounded memory.

COPY hands out text as it is stored; nothing goes through the models the writer uses. The columns that repeat an entry
stand at the beginning and the end of its text, so one comparison at either end proves them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

CHUNK = 20_000
ENTRIES = """
    COPY (
        SELECT p.seq, p.event_id, encode(e.leaf_hash, 'hex'), e.text,
            coalesce('"' || e.account_id || '"', 'null'), e.action, e.at, e."case",
            coalesce('"' || encode(e.detail_commitment, 'hex') || '"', 'null'),
            e.id, e.outcome, e.purpose, e.record_id, e.record_label, coalesce('"' || e.user_id || '"', 'null')
        FROM trail_position p LEFT JOIN trail_event e ON e.id = p.event_id
        WHERE p.seq >= %s AND p.seq < %s ORDER BY p.seq
    ) TO STDOUT
"""
HEADS = "SELECT size, root, frontier, note FROM trail_checkpoint WHERE size > %s AND size <= %s"
# One index look-up an entry: the planner would read the whole table for each chunk.
SETTINGS = """
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO';
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
"""
BEGINNING = b'{"account":%b,"action":"%b","at":"%bT%b.%bZ","case":"%b","detail":%b,"facts":{'
END = b'},"id":"%b","outcome":"%b","purpose":"%b","record":{"id":"%b","label":"%b"},"user":%b,"v":1}'
NOTHING = b"\\N"


class Row(NamedTuple):
    """One place in the tree and what stands there; `text` is None when the entry is gone."""

    seq: int
    event_id: bytes
    leaf_hex: bytes
    text: bytes | None
    fits_columns: bool


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A checkpoint as the database has it."""

    size: int
    root: bytes
    frontier: bytes
    note: str


def chunks() -> Iterator[tuple[dict[int, StoredHead], Iterator[Row]]]:
    """Yield the log in pieces: the checkpoints that end in the piece, by size, and its places in order.

    Each piece is read to its end before the next. Call it inside a repeatable-read transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute("SELECT min(seq), max(seq) FROM trail_position")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, CHUNK) if first is not None else ():
            cursor.execute(HEADS, [start, start + CHUNK])
            heads = {size: StoredHead(size, bytes(root), bytes(tip), note) for size, root, tip, note in cursor.fetchall()}
            yield heads, _rows(start)


def _rows(start: int) -> Iterator[Row]:
    with connection.cursor() as cursor, cursor.copy(ENTRIES, [start, start + CHUNK]) as copy:
        for line in copy:
            yield _row(bytes(line))


def _row(line: bytes) -> Row:
    fields = line[:-1].split(b"\t")
    text = fields[3]
    if text == NOTHING:
        return Row(int(fields[0]), fields[1], b"", None, False)
    # Canonical JSON holds no control characters, so a backslash is all that COPY escapes in it.
    if b"\\" in text:
        text = text.replace(b"\\\\", b"\\")
    return Row(int(fields[0]), fields[1], fields[2], text, _fits(text, fields))


def _fits(text: bytes, fields: list[bytes]) -> bool:
    """Say whether the text says what the columns say: it must begin and end as they make it."""
    _, _, _, _, account, action, at, case, detail, *closing = fields
    # PostgreSQL writes 2026-11-22 12:53:39.1234+00 and leaves out closing zeros; entries always have six digits.
    beginning = BEGINNING % (account, action, at[:10], at[11:19], at[20:-3].ljust(6, b"0"), case, detail)
    return text.startswith(beginning) and text.endswith(END % tuple(closing))
