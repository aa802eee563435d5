"""Fill an account with calls by the database itself: copies of one call that came in through the door, with own keys.

A call is four records that policies speak of (the call, its recording, transcript and comment) and two that belong to
it. Ids grow as real ones do, so that indexes are as packed; wrapped keys are zeros, since disposal never opens any.
"""

import tempfile
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, connections
from django.db.models import Model

from accounts.actors import operator
from accounts.models import Account, Line
from interactions.drafts import (
    AudioDraft,
    AudioKind,
    CommentDraft,
    Direction,
    InteractionDraft,
    Place,
    SegmentDraft,
    TextDraft,
    TranscriptDraft,
)
from interactions.ingest import ingest
from interactions.models import Comment, Interaction, Recording, SourceId, SourceRecord, Transcription
from privacy.keyring.ring import ALIAS, KEYS_A_BLOCK

PARTS: tuple[type[Model], ...] = (Interaction, SourceId, SourceRecord, Recording, Transcription, Comment)
ITEMS_A_CALL = 4
KEYS_A_CALL = 7
MANY = 100_000
INDEXES = """
    SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""
FILL_BLOCKS = """
    WITH made AS (
        INSERT INTO keyring_block (account_id, version, used, open)
        SELECT %s, 1, %s, false FROM generate_series(1, %s) RETURNING id
    ) INSERT INTO keyring_version (block_id, version) SELECT id, 1 FROM made RETURNING block_id
"""
FILL_KEYS = """
    INSERT INTO keyring_key (id, block, version, wrapped)
    SELECT {id}, %s + (n - %s) * %s / %s, 1, decode(repeat('00', 60), 'hex') FROM generate_series(%s, %s) AS n
"""


@dataclass(frozen=True)
class Stock:
    """An account of the bench with its first call, and the number that tells its ids from another stock's."""

    account: Account
    call: Interaction
    number: int

    @classmethod
    def new(cls, number: int) -> "Stock":
        """Make an account and take one call in."""
        account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
        Line.objects.create(account=account, number="+15305550100")
        with tempfile.TemporaryDirectory(prefix="lethe-bench-") as folder:
            ingest([_draft(Path(folder).resolve() / "call.wav", number)], account=account, actor=operator())
        return cls(account, Interaction.objects.get(account=account), number)

    def fill(self, first: int, after: int, *, ended_from: datetime, keys: bool = True) -> None:
        """Copy the call, numbered from `first` to before `after`; the first ended then, each a second after another.

        `keys`: whether the keyring is to know theirs; without, disposal finds none to delete.
        """
        with connection.cursor() as cursor:
            for model in PARTS:
                with filling(cursor, model, after - first):
                    self._copy(cursor, model, (first, after - 1), ended_from)
        if keys:
            self._make_keys(first, after)

    def _copy(self, cursor: Any, model: type[Model], numbers: tuple[int, int], ended_from: datetime) -> None:
        names = [str(field.column) for field in model._meta.concrete_fields]
        columns = self._columns(model, numbers[0])
        values = ", ".join(columns.get(name, f't."{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        table = model._meta.db_table
        mine = "id" if model is Interaction else "interaction_id"
        cursor.execute(
            f'INSERT INTO "{table}" ({listed}) SELECT {values}'
            f' FROM generate_series(%(first)s, %(last)s) AS n, "{table}" t WHERE t.{mine} = %(call)s',
            {"first": numbers[0], "last": numbers[1], "call": self.call.pk, "ended_from": ended_from},
        )

    def _columns(self, model: type[Model], first: int) -> Mapping[str, str]:
        ended = f"%(ended_from)s::timestamptz + (n - {first}) * interval '1 second'"
        columns = {"id": self.id_of(model), "key_id": self.id_of(model, "key")}
        if model is Interaction:
            return {**columns, "started_at": ended, "answered_at": ended, "ended_at": ended}
        columns |= {"interaction_id": self.id_of(Interaction), "ended_at": ended}
        if model is SourceId:
            columns |= {"digest": f"decode(repeat(replace({columns['id']}::text, '-', ''), 2), 'hex')"}
        if model is Recording:
            columns |= {
                "blob": f"replace({columns['id']}::text, '-', '')",
                "content_key_id": self.id_of(model, "content"),
            }
        return columns

    def id_of(self, model: type[Model], of: str = "row") -> str:
        """Return SQL for the id of row, key or content key number n."""
        kind = self.number * 100 + PARTS.index(model) * 3 + ("row", "key", "content").index(of)
        return f"('{kind:08x}' || lpad(to_hex(n), 24, '0'))::uuid"

    def _make_keys(self, first: int, after: int) -> None:
        with connections[ALIAS].cursor() as cursor:
            blocks = (after - first) * KEYS_A_CALL // KEYS_A_BLOCK + 1
            cursor.execute(FILL_BLOCKS, [self.account.pk, KEYS_A_BLOCK, blocks])
            block = min(row[0] for row in cursor.fetchall())
            keys = [self.id_of(model, "key") for model in PARTS] + [self.id_of(Recording, "content")]
            for key in keys:
                cursor.execute(FILL_KEYS.format(id=key), [block, first, KEYS_A_CALL, KEYS_A_BLOCK, first, after - 1])


@contextmanager
def filling(cursor: Any, model: type[Model], rows: int) -> Iterator[None]:
    """Let so many copies of a sound row into a table as fast as they go, and leave it with its indexes.

    Checks of foreign keys would take most of the time, and no crash has to spare the copies. Building an index over
    millions of rows is several times faster than adding to it row by row; those of constraints stay.
    """
    cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute(INDEXES, [model._meta.db_table])
    indexes = cursor.fetchall() if rows > MANY else []
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET session_replication_role; RESET synchronous_commit; RESET maintenance_work_mem")


def vacuum() -> None:
    """Let both databases know their tables, as they do by themselves after a while."""
    for alias in ("default", ALIAS):
        with connections[alias].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _draft(path: Path, number: int) -> InteractionDraft:
    place = Place("Master.csv", {"row": 1})
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(number.to_bytes(2, "little") * 8000)
    words = (SegmentDraft("agent", 0, 3_000, "hello this is harper valley national bank", place),)
    at = datetime.fromisoformat("2026-06-02T10:00:00+00:00")
    return InteractionDraft(
        source="asterisk-cdr",
        ids=("asterisk:retention.1",),
        place=place,
        started_at=at,
        ended_at=at + timedelta(seconds=60),
        duration_s=60,
        direction=Direction.INBOUND,
        customer_address=TextDraft("+12025550147", place),
        audio=(AudioDraft(path, AudioKind.RECORDING, Place("call.wav", {"path": "call.wav"})),),
        transcripts=(TranscriptDraft(words, place),),
        comments=(CommentDraft("Asked for a call back.", "2046", None, place),),
    )
