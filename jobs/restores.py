"""Notice a restore, on record: the mark that data and keyring share, and the log's own checkpoints outside.

The mark moves on every minute. Where both databases were put back from one moment it matches, but then the checkpoint
folder knows a longer log.
"""

from typing import Final

from django.db import transaction

from privacy import restored
from privacy.models import Restoration
from privacy.replay import Replayed, replay
from trail.actor import Actor, require_actor
from trail.append import append
from trail.checkpoint_file import CheckpointFile
from trail.models import Checkpoint

NOTICED: Final = "restore.noticed"
REPLAYED: Final = "erasures.replayed"


def look() -> Restoration | None:
    """Move the mark on; note and put on record what was restored meanwhile, and return it.

    Call it outside a transaction. Raises django.db.Error when a database does not answer: the next look tells.
    """
    before = set(Restoration.objects.values_list("pk", flat=True))
    restored.advance()
    if log_is_cut() and not _noted_since_last_checkpoint():
        restored.note_restoration(restored.LOG)
    fresh = Restoration.objects.exclude(pk__in=before).order_by("noticed_at").last()
    if fresh is not None:
        _put_on_record(fresh)
    return fresh


def replay_erasures(*, actor: Actor) -> Replayed:
    """Repeat the erasures that a restored copy does not know of, and write an entry with the counts.

    Raises privacy.replay.LostKeys before any record is touched.
    """
    require_actor(actor)
    done = replay(actor=actor)
    facts: dict[str, str | int | bool | None] = {
        "keys": done.shredded,
        "resumed": done.resumed,
        "records": done.erased,
        "unplayable": done.unplayable,
    }
    append(REPLAYED, actor=actor, facts=facts)
    return done


def log_is_cut() -> bool:
    """Say whether the checkpoints outside the database know a longer log than the database."""
    last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    return CheckpointFile().last_size() > last


def _noted_since_last_checkpoint() -> bool:
    last = Checkpoint.objects.order_by("-size").values_list("at", flat=True).first()
    notes = Restoration.objects.all()
    return (notes.filter(noticed_at__gt=last) if last else notes).exists()


def _put_on_record(fresh: Restoration) -> None:
    facts: dict[str, str | int | bool | None] = {
        "lost": fresh.lost,
        "data": fresh.data_number,
        "keyring": fresh.keyring_number,
    }
    with transaction.atomic():
        append(NOTICED, actor=Actor.job(on_behalf_of=None, account_id=None), facts=facts)
