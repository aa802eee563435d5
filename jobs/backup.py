"""Make backups: data, keyring and keys each into a folder of its own, whole or not at all.

Whoever has the data and not the keys has nothing; so no two of the three may lie in one place. A backup is a folder
with a manifest (`jobs.manifest`); it gets its name when everything in it is on the disk. The root key is never copied.
After each dump the mark that data and keyring share moves on, so that putting the dump back is noticed.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.utils import timezone

from jobs import store_copy
from jobs.manifest import File, write_manifest
from privacy import dumping, keys, restored
from privacy.dumping import DumpFailed
from trail.actor import Actor, require_actor
from trail.append import append
from trail.models import Checkpoint
from vault.durable import sync_folder
from vault.errors import VaultError

MADE: Final = "backup.made"
DATA, KEYRING, KEYS = "data", "keyring", "keys"
TEMP = ".temp"


class NotBackedUp(Exception):
    """No backup was made; the sentence says why."""


def back_up(
    *,
    actor: Actor,
    data: Path | None = None,
    keyring: Path | None = None,
    key_files: Path | None = None,
    store: bool = False,
) -> dict[str, Path]:
    """Back up what has a folder to go to, data first, and return the new folder of each.

    `store`: copy the sealed files beside the data; otherwise they are listed only. Data goes before keyring, so that
    the keyring knows every key of the data. Raises NotBackedUp, and django.db.OperationalError when a database does not
    answer: what was finished until then stays.
    """
    require_actor(actor)
    targets = {
        kind: place for kind, place in ((DATA, data), (KEYRING, keyring), (KEYS, key_files)) if place is not None
    }
    _prove_apart({kind: place.resolve() for kind, place in targets.items()})
    fill: dict[str, Callable[[Path], dict[str, Any]]] = {
        DATA: lambda folder: _fill_data(folder, store=store),
        KEYRING: _fill_keyring,
        KEYS: _fill_keys,
    }
    return {kind: _make(kind, place.resolve(), fill[kind], actor) for kind, place in targets.items()}


def _prove_apart(targets: dict[str, Path]) -> None:
    """Refuse places where one of the three would lie beside another, or in what is backed up."""
    if not targets:
        raise NotBackedUp("Nothing was backed up: name a folder with --to, --keyring-to or --keys-to.")
    places = {**{f"the folder for the {kind}": place for kind, place in targets.items()}, **_living_places()}
    for kind, place in targets.items():
        for name, other in places.items():
            if name != f"the folder for the {kind}" and _touch(place, other):
                raise NotBackedUp(
                    f"Nothing was backed up: {place} ({kind}) and {other} ({name}) lie in one another. Data, keyring"
                    " and keys must go to different places."
                )


def _living_places() -> dict[str, Path]:
    content: Any = settings.STORAGES["content"]
    location = content.get("OPTIONS", {}).get("location")
    places = {"the key directory": Path(settings.KEY_DIRECTORY).resolve()}
    return {**places, "the store": Path(location).resolve()} if location else places


def _touch(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents


def _make(kind: str, place: Path, fill: Callable[[Path], dict[str, Any]], actor: Actor) -> Path:
    began = timezone.now()
    try:
        with _new_folder(place, f"{kind}-{began:%Y-%m-%dT%H-%M-%SZ}") as (temp, folder):
            facts = fill(temp)
            write_manifest(temp, kind=kind, began=began, facts=facts)
            temp.rename(folder)
            sync_folder(place)
    except (DumpFailed, VaultError) as problem:
        raise NotBackedUp(f"The {kind} was not backed up: {problem}.") from problem
    except OSError as problem:
        raise NotBackedUp(f"The {kind} was not backed up: {place}: {problem.strerror}.") from problem
    append(MADE, actor=actor, facts={"what": kind})
    return folder


@contextmanager
def _new_folder(place: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """Give a private temporary folder and the name it is to get; what is not finished is removed."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    temp, folder = place / f".{name}{TEMP}", place / name
    if folder.exists():
        raise NotBackedUp(f"Nothing was backed up: {folder} is there already.")
    temp.mkdir(mode=0o700)
    try:
        yield temp, folder
    finally:
        shutil.rmtree(temp, ignore_errors=True)


def _fill_data(folder: Path, *, store: bool) -> dict[str, Any]:
    newest = Checkpoint.objects.order_by("-size").first()
    facts = _dump("default", folder / "data.dump")
    facts["checkpoint"] = {"size": newest.size, "note": newest.note} if newest else None
    facts["store"], files = store_copy.copy(folder) if store else store_copy.list_files(folder)
    facts["files"] += files
    return facts


def _fill_keyring(folder: Path) -> dict[str, Any]:
    return _dump("keyring", folder / "keyring.dump")


def _fill_keys(folder: Path) -> dict[str, Any]:
    made = keys.directory().copy_to(folder / "keys")
    sizes = [(path, *dumping.hash_file(path)) for path in made]
    files = [File(str(path.relative_to(folder)), size, sha256) for path, size, sha256 in sizes]
    return {"files": files, "root": "not copied: keep it apart from this copy"}


def _dump(alias: str, target: Path) -> dict[str, Any]:
    mark = restored.compare()
    done = dumping.dump(alias, target)
    restored.advance()
    return {
        "files": [File(target.name, done.size, done.sha256)],
        "program": done.program,
        "server": _server_version(alias),
        "mark": {"data": mark.data, "keyring": mark.keyring},
    }


def _server_version(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])
