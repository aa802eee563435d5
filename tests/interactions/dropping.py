"""A drop folder in a folder of the test, a look into it, and small exports to put there."""

from pathlib import Path
from typing import Any

from accounts.actors import house
from accounts.models import Account
from interactions.collecting import collect
from interactions.drop_folders import set_drop_folder
from interactions.imports import Report
from interactions.models import DropFolder
from trail.actor import Actor

CONTACTS = "customer_id,name,phone,email\nC-{0},{1},{2},{1}@example.com\n"


def watched(account: Account, root: Path, *, settle_s: int = 0, **options: Any) -> DropFolder:
    """Have `root` watched, without the rest a person would have to give files."""
    folder = set_drop_folder(actor=Actor.shell("root"), account=account, place=str(root), **options)
    folder.settle_s = settle_s
    folder.save()
    return folder


def look(folder: DropFolder) -> Report | None:
    """Look into the folder as the clock does."""
    return collect(folder.pk, actor=house(folder.account), progress=lambda read: None)


def contact(number: int, name: str = "Alice", phone: str = "2025550147") -> str:
    return CONTACTS.format(number, name, phone)
