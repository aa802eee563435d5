"""Stream the log out of the database as the verifier wants it: raw, in order, in bounded memory.

COPY hands out text as it is stored; nothing goes through the models the writer uses.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

COLUMNS = """
    p.seq, p.event_id, e.id IS NULL, encode(e.leaf_hash, 'hex'), e.text,
    coalesce('"' || e.account_id || '"', 'null'), e.action,
    coalesce('"' || e.on_behalf_of || '"', 'null'), e.os_user, e.role, coalesce('"' || e.user_id || '"', 'null'), e.via,
    e.at, e."case", coalesce('"' || encode(e.detail_commitment, 'hex') || '"', 'null'),
    e.id, e.outcome, e.purpose, e.record_id, e.record_label, e.request_id,
    coalesce(encode(c.root, 'hex'), ''), coalesce(encode(c.frontier, 'hex'), ''), coalesce(c.note, '')
"""
ENTRIES = f"""
    COPY (
        SELECT {COLUMNS} FROM trail_position p
        LEFT JOIN trail_event e ON e.id = p.event_id
        LEFT JOIN trail_checkpoint c ON c.size = p.seq + 1
        ORDER BY p.seq
    ) TO STDOUT
"""  # noqa: S608 - no value goes in
BEGINNING = (
    b'{"account":%b,"action":"%b","actor":{"on_behalf_of":%b,"os_user":"%b","role":"%b","user":%b,"via":"%b"},'
    b'"at":"%b","case":"%b","detail":%b,"facts":{'
)
END = b'},"id":"%b","outcome":"%b","purpose":"%b","record":{"id":"%b","label":"%b"},"request":"%b","v":1}'
WHOLE_SECOND = 19
MICROSECONDS = 6


class Row(NamedTuple):
    """One place in the tree: what stands there, and the checkpoint that ends there, if any."""

    seq: int
    event_id: bytes
    is_missing: bool
    leaf_hex: bytes
    text: bytes
    fits_columns: bool
    root_hex: bytes
    frontier_hex: bytes
    note: bytes


def stream() -> Iterator[Row]:
    """Yield every place in order. Call it inside a repeatable-read transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
        with cursor.copy(ENTRIES) as copy:
            for line in copy:
                yield _row(bytes(line)[:-1].split(b"\t"))


def _row(fields: list[bytes]) -> Row:
    seq, event_id, missing, leaf_hex, text = fields[:5]
    root_hex, frontier_hex, note = fields[21:]
    # Canonical JSON holds no control characters, so a backslash is all that COPY escapes in it.
    if b"\\" in text:
        text = text.replace(b"\\\\", b"\\")
    if note:
        note = note.replace(b"\\n", b"\n")
    fits = missing == b"t" or _fits(text, fields)
    return Row(int(seq), event_id, missing == b"t", leaf_hex, text, fits, root_hex, frontier_hex, note)


def _fits(text: bytes, fields: list[bytes]) -> bool:
    """Say whether the text says what the columns say: it must begin and end as they make it."""
    columns = fields[5:21]
    columns[7] = _written_at(columns[7])
    return text.startswith(BEGINNING % tuple(columns[:10])) and text.endswith(END % tuple(columns[10:]))


def _written_at(stored: bytes) -> bytes:
    """Turn PostgreSQL's ISO form, which leaves out closing zeros, into that of the entries."""
    micros = stored[WHOLE_SECOND + 1 : stored.index(b"+")]
    return b"%bT%b.%bZ" % (stored[:10], stored[11:WHOLE_SECOND], micros.ljust(MICROSECONDS, b"0"))
