"""Proves what an account may have watched, and opens it for a look.

A place lies below a folder, or in a bucket, that the installation's settings name; neither it nor anything above it is
a link; it holds nothing of Lethe's own. It is proved again at every look, since a folder can be replaced.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from accounts.errors import NotPossible
from interactions.drops.bucket import Bucket
from interactions.drops.dropped import Place, PlaceProblem
from interactions.drops.folder import Folder
from interactions.models import DropFolder
from interactions.models.imports import LONGEST_PLACE
from interactions.sources.found import is_inside
from interactions.sources.walk import refusal_of_name

ACCOUNT = "{account}"
_NOTHING = " Nothing was changed."
NO_PATH = "Write an absolute path without `..`, or s3://NAME/prefix." + _NOTHING
NOT_ALLOWED = "It lies in none of the places this installation allows for this account (DROP_FOLDERS)." + _NOTHING
NOT_THERE = "There is no such folder, or this program can't read it." + _NOTHING
A_LINK = "It is a link or lies behind one; name the folder itself." + _NOTHING
OUR_OWN = "It holds or lies in a folder of Lethe's own." + _NOTHING
NO_BUCKET = "This installation knows no bucket of this name (DROP_BUCKETS)." + _NOTHING


def proved(text: str, account_id: UUID) -> str:
    """Return the place `text` names, in one spelling. Raises NotPossible."""
    text = text.strip()
    if not text or len(text) > LONGEST_PLACE or refusal_of_name(text):
        raise NotPossible(NO_PATH)
    if text.startswith("s3://"):
        name, prefix = _named_bucket(text)
        return f"s3://{name}/{prefix}"
    return str(_folder(text, account_id))


def open_place(folder: DropFolder) -> Place:
    """Return the watched place, proved anew. Raises PlaceProblem."""
    try:
        if folder.place.startswith("s3://"):
            name, prefix = _named_bucket(folder.place)
            options = settings.DROP_BUCKETS[name]
            above = str(options["prefix"]).replace(ACCOUNT, str(folder.account_id))
            return Bucket(options, above + prefix, settings.SPOOL_DIRECTORY)
        return Folder(_folder(folder.place, folder.account_id), folder.settle_s)
    except NotPossible as problem:
        raise PlaceProblem("not_allowed", str(problem)) from problem


def whole(place: str, account_id: UUID) -> str:
    """Return a place, in the spelling of `proved`, so that places of two accounts can be compared."""
    if not place.startswith("s3://"):
        return place
    name, _, prefix = place.removeprefix("s3://").partition("/")
    options = settings.DROP_BUCKETS.get(name, {})
    above = str(options.get("prefix", "")).replace(ACCOUNT, str(account_id))
    return f"s3://{options.get('endpoint') or ''}/{options.get('bucket', name)}/{above}{prefix}"


def overlap(one: str, other: str) -> bool:
    """Tell whether one of two places, in the spelling of `proved`, is the other or lies in it."""
    return f"{one.rstrip('/')}/".startswith(f"{other.rstrip('/')}/") or f"{other.rstrip('/')}/".startswith(
        f"{one.rstrip('/')}/"
    )


def allowed_folders(account_id: UUID) -> list[Path]:
    """Return the folders below which an account may have watched."""
    return [Path(os.path.realpath(each.replace(ACCOUNT, str(account_id)))) for each in settings.DROP_FOLDERS]


def _folder(text: str, account_id: UUID) -> Path:
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts:
        raise NotPossible(NO_PATH)
    if not any(is_inside(path, allowed) for allowed in allowed_folders(account_id)):
        raise NotPossible(NOT_ALLOWED)
    if os.path.realpath(path) != str(path):
        raise NotPossible(A_LINK)
    if not path.is_dir() or not os.access(path, os.R_OK | os.X_OK):
        raise NotPossible(NOT_THERE)
    own = [Path(os.path.realpath(each)) for each in (settings.LETHE_HOME, settings.KEY_DIRECTORY, settings.BASE)]
    if any(is_inside(path, each) or is_inside(each, path) for each in own):
        raise NotPossible(OUR_OWN)
    return path


def _named_bucket(text: str) -> tuple[str, str]:
    parts = urlsplit(text)
    if parts.username or parts.password or parts.port or parts.query or parts.fragment:
        raise NotPossible(
            "Write s3://NAME/prefix: address and credentials stand in the installation's settings alone." + _NOTHING
        )
    prefix = parts.path.strip("/")
    if "//" in parts.path or {".", ".."} & set(prefix.split("/")):
        raise NotPossible(NO_PATH)
    if parts.netloc not in settings.DROP_BUCKETS:
        raise NotPossible(NO_BUCKET)
    return parts.netloc, f"{prefix}/" if prefix else ""
