"""Give the entries their places, grow the tree and sign its head.

One sequencer works at a time (an advisory lock that ends with its transaction). It finds entries without a place by
looking for them, not by remembering transaction ids, which would not survive a restore: the clock looks at the last
minute often, at the last hours sometimes and at everything now and then, since an entry shows up when its transaction
commits. The database commits first, the file follows; a crash in between is made good by the next round.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from privacy import keys
from trail.checkpoint import Signer
from trail.checkpoint_file import CheckpointFile
from trail.merkle import Frontier
from trail.models import Checkpoint
from vault.errors import KeyMissing

BATCH = 10_000
LOCK = 0x4C65_7468_6501
SECRET = "checkpoint-signing"  # noqa: S105 - the name of a secret
RECENT = timedelta(minutes=1)
LATE = timedelta(hours=2)
FIRST_ID = UUID(int=0)

PENDING = """
    SELECT e.id, e.leaf_hash FROM trail_event e
    WHERE e.id >= %s AND NOT EXISTS (SELECT 1 FROM trail_position p WHERE p.event_id = e.id AND p.event_id >= %s)
    ORDER BY e.at, e.id LIMIT %s
"""
PLACE = "INSERT INTO trail_position (seq, event_id) SELECT * FROM unnest(%s::bigint[], %s::uuid[])"


class LogCut(RuntimeError):
    """The checkpoint file knows a longer log than the database: it was cut, or an older copy was restored."""


def seal_pending(look_back: timedelta | None = None) -> int:
    """Give every entry without a place its place and sign the new head; returns how many.

    `look_back` limits the search to entries written since then. Call it outside a transaction. Raises LogCut and
    checkpoint_file.KeyChanged, both before anything is written, and OSError when the checkpoint file can't be written:
    then the entries are sealed in the database and the next round writes the file.
    """
    total = 0
    while True:
        placed = _seal_batch(look_back)
        total += placed
        if placed < BATCH:
            return total


def seal_recent() -> int:
    """Seal what was written in the last minute: the frequent look."""
    return seal_pending(RECENT)


def seal_late() -> int:
    """Seal what long transactions or slow clocks brought late."""
    return seal_pending(LATE)


def signer() -> Signer:
    """Return the log's signer. Its key lies in the key directory and stays in memory for a minute like every other."""
    directory = keys.directory()
    try:
        return Signer(directory.secret(SECRET))
    except KeyMissing:
        return Signer(directory.create_secret(SECRET))


def _seal_batch(look_back: timedelta | None) -> int:
    file = CheckpointFile()
    file.publish_key(signer().verifier.vkey())
    # Read before the lock is taken: what the file says was committed, so the database can't be behind it.
    published = file.last_size()
    with transaction.atomic(durable=True):
        _lock()
        last = Checkpoint.objects.order_by("-size").first()
        _refuse_cut(published, last)
        pending = _pending(look_back)
        newest = _extend(last, pending) if pending else last
    if newest is not None and newest.size > published:
        file.append(note=newest.note, size=newest.size, at=newest.at)
    return len(pending)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _refuse_cut(published: int, last: Checkpoint | None) -> None:
    size = last.size if last else 0
    if published > size:
        raise LogCut(
            f"{settings.CHECKPOINT_DIRECTORY} has a checkpoint of {published} entries, the database of {size}: entries"
            " were removed or an older copy was restored. Nothing was sealed. After a restore that you know of, move"
            " the folder aside to begin a new series and keep the old one as evidence."
        )


def _pending(look_back: timedelta | None) -> list[tuple[UUID, bytes]]:
    since = first_id_since(look_back)
    with connection.cursor() as cursor:
        cursor.execute(PENDING, [since, since, BATCH])
        return [(event_id, bytes(leaf)) for event_id, leaf in cursor.fetchall()]


def first_id_since(look_back: timedelta | None) -> UUID:
    """Return the smallest id that an entry of that time can have: ids begin with their millisecond (RFC 9562 §5.7)."""
    if look_back is None:
        return FIRST_ID
    millis = int((timezone.now() - look_back).timestamp() * 1_000)
    return UUID(int=millis << 80)


def _extend(last: Checkpoint | None, pending: list[tuple[UUID, bytes]]) -> Checkpoint:
    tree = Frontier.from_bytes(last.size, bytes(last.frontier)) if last else Frontier()
    first = tree.size
    for _, leaf in pending:
        tree.add(leaf)
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [list(range(first, tree.size)), [event_id for event_id, _ in pending]])
    root = tree.root()
    return Checkpoint.objects.create(
        size=tree.size,
        root=root,
        note=signer().sign(tree.size, root),
        frontier=tree.to_bytes(),
        at=timezone.now(),
    )
