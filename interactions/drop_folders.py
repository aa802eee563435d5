"""Set up and stop the places that are watched for an account: the one flow of the portal and the shell.

A place is proved against what the installation allows, and no place is watched twice, not even by two accounts: the
same call would be imported into both, or removed before the other saw it.
"""

from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import house
from accounts.errors import NotPossible
from accounts.models import Account
from accounts.rights import require
from interactions.collecting import COLLECT
from interactions.drops import places
from interactions.models import DropFolder, Original, Originals, OriginalState
from interactions.originals import UNKNOWN
from jobs.models import OPEN, Job
from jobs.queue import enqueue
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

RIGHT: Final = "interactions.configure_import"
ADDED, CHANGED, STOPPED = "drop_folder.added", "drop_folder.changed", "drop_folder.stopped"
LOCK: Final = "drop-folders"
SETTLE_S = range(5, 86_401)
EVERY_S = range(60, 86_401)


def set_drop_folder(
    *,
    actor: Actor,
    account: Account,
    place: str,
    originals: str = Originals.KEEP,
    settle_s: int = 60,
    every_s: int = 300,
) -> DropFolder:
    """Have a place watched, or change how. Raises Refused, and NotPossible: then nothing was changed.

    place: an absolute path or s3://NAME/prefix. settle_s: seconds a file must lie unchanged; every_s: between looks.
    """
    require(require_actor(actor), RIGHT, account, action=ADDED)

    spelled = places.proved(place, account.pk)
    _check(originals, settle_s, every_s)

    with transaction.atomic():
        _one_at_a_time()
        _refuse_overlap(account, spelled)
        values = {"originals": originals, "settle_s": settle_s, "every_s": every_s, "is_active": True}
        before = DropFolder.objects.filter(account=account, place=spelled).first()
        folder, is_new = DropFolder.objects.update_or_create(account=account, place=spelled, defaults=values)
        if before is not None and before.originals == Originals.KEEP and originals == Originals.REMOVE:
            # What was taken in and kept is looked at once more, and goes.
            Original.objects.filter(folder=folder, state=OriginalState.TAKEN).update(version=UNKNOWN)

        facts: dict[str, Fact] = {"originals": originals, "settle_s": settle_s, "every_s": every_s}
        append(ADDED if is_new else CHANGED, actor=actor, account_id=account.pk, record=_name(folder), facts=facts)
    return folder


def stop_drop_folder(*, actor: Actor, folder: DropFolder) -> DropFolder:
    """Watch a place no more; what lies there stays, and still goes when somebody in it is forgotten. Raises Refused."""
    require(require_actor(actor), RIGHT, folder, action=STOPPED)
    with transaction.atomic():
        if DropFolder.objects.filter(pk=folder.pk, is_active=True).update(is_active=False):
            append(STOPPED, actor=actor, account_id=folder.account_id, record=_name(folder))
    folder.is_active = False
    return folder


def enqueue_due() -> int:
    """Queue a look into each place whose turn it is, unless one is queued or under way; returns how many."""
    running = Job.objects.filter(kind=COLLECT, status__in=OPEN).values("subject")
    due = _due().exclude(pk__in=running).select_related("account")
    number = 0
    for folder in due[:200]:
        with transaction.atomic():
            enqueue(COLLECT, account_id=folder.account_id, subject=folder.pk, actor=house(folder.account))
        number += 1
    return number


def _due() -> "QuerySet[DropFolder]":
    turn = Q(looked_at=None) | Q(looked_at__lte=Now() - F("every_s") * timedelta(seconds=1))
    # A clock that was set back would else put the next look off by as much.
    return DropFolder.objects.filter(turn | Q(looked_at__gt=timezone.now() + timedelta(minutes=1)), is_active=True)


def _check(originals: str, settle_s: int, every_s: int) -> None:
    if originals not in Originals.values:
        raise NotPossible("Say whether originals are kept or removed. Nothing was changed.")
    if settle_s not in SETTLE_S:
        raise NotPossible("A file must lie unchanged for 5 seconds to a day. Nothing was changed.")
    if every_s not in EVERY_S:
        raise NotPossible("A place is looked at every minute to once a day. Nothing was changed.")


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])


def _refuse_overlap(account: Account, place: str) -> None:
    for other, whose in DropFolder.objects.filter(is_active=True).values_list("place", "account_id"):
        if (other, whose) != (place, account.pk) and places.overlap(
            places.whole(other, whose), places.whole(place, account.pk)
        ):
            raise NotPossible(
                "That place, one in it or one above it is watched already, perhaps for another account. Nothing was"
                " changed."
            )


def _name(folder: DropFolder) -> tuple[str, str]:
    return folder._meta.label, str(folder.pk)
