"""Bring up the files that stay in an account's drop folders: plain text, and not in the house.

Folders named whole in the settings are searched with the house's own files. Here come those of which each account has
a part, and buckets: the objects that stay are fetched into memory, one portion after the other.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accounts.models import Account
from interactions.drops.dropped import PlaceProblem
from interactions.drops.places import open_place
from interactions.models import DropFolder, Original
from privacy.open import Warrant, open_rows
from rtbf.residue.pieces import Piece
from rtbf.residue.places import files_below

logger = logging.getLogger(__name__)


def dropped_files(account: Account, opening: Warrant, missed: set[str]) -> Iterator[Piece]:
    """Yield the bytes and names of the files. `missed` gets that a place did not answer or a file could not be read."""
    for folder in DropFolder.objects.filter(account=account).order_by("pk"):
        rows = list(Original.objects.filter(folder=folder, condemned_at=None))
        if not rows or _is_searched_with_the_house(folder.place):
            continue
        kept = {values["path"] for values in open_rows(rows, "path", warrant=opening).values()}
        try:
            yield from _files(folder, kept, missed)
        except PlaceProblem as problem:
            logger.warning("A drop folder was not searched (%s).", problem.code)
            missed.add("drop folder unreadable")


def _files(folder: DropFolder, kept: set[str], missed: set[str]) -> Iterator[Piece]:
    place = open_place(folder)
    files = [each for each in place.look() if each.relative in kept]
    for at_hand in place.at_hand(files) if files else ():
        with at_hand as root:
            yield from files_below(root, "file", missed)


def _is_searched_with_the_house(place: str) -> bool:
    """Say whether a place lies below a folder that is searched whole; it was proved to have no link in its path."""
    whole = [Path(str(each)) for each in settings.DROP_FOLDERS]
    return any(each.is_dir() and Path(place).is_relative_to(each.resolve()) for each in whole)
