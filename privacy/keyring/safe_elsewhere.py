"""Say whether what a renewal wrote would survive the loss of what it stands on: step 4 of a renewal.

An old block key is destroyed only when the keys wrapped anew are safe. By default that means on the keyring's own disk,
which is all one machine can promise: a disk lost afterwards takes the renewed keys with it, and no older dump brings
them back. With the setting KEYRING_STANDBY it means on the disk of that standby, and while the standby is behind
nothing is destroyed. With KEYRING_DUMPS it means in a dump made after the renewal. With both, in both.
"""

import time
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connections
from django.utils import timezone

from privacy.dumping import DumpFailed, dump
from privacy.keyring.ring import ALIAS

PATIENCE_S = 10.0
PAUSE_S = 0.02
FLUSHED = "SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn"
REPLAYED_TO_DISK = """
    SELECT bool_and(flush_lsn >= %s::pg_lsn), bool_or(flush_lsn IS NULL), count(*)
    FROM pg_stat_replication WHERE application_name = %s
"""


class Elsewhere(Protocol):
    """A place where renewed keys must have arrived before their old block keys may go."""

    def lacks(self, lsn: str) -> str:
        """Return why the place does not hold everything up to `lsn` (a write-ahead log position), or "" if it does."""


class OwnDisk:
    """The disk of the keyring's server: flushed there, and nowhere else."""

    def lacks(self, lsn: str) -> str:
        """Return why not, or nothing."""
        (flushed,) = _row(FLUSHED, [lsn])
        return "" if flushed else "the keyring's server has not flushed the renewed keys to its disk yet"


class Standby:
    """A standby by its `application_name`; the keyring's role must be a member of `pg_monitor` to see it."""

    def __init__(self, name: str) -> None:
        """Name the standby."""
        self._name = name

    def lacks(self, lsn: str) -> str:
        """Return why not, or nothing: a standby that is away, hidden or behind is never taken for safe."""
        holds, hidden, count = _row(REPLAYED_TO_DISK, [lsn, self._name])
        if not count:
            return f"the standby {self._name} is not connected to the keyring's server"
        if hidden:
            return (
                f"the position of the standby {self._name} cannot be seen; grant pg_monitor to the keyring's role, and"
                " look whether the standby has begun to stream"
            )
        return "" if holds else f"the standby {self._name} is behind"


class DumpAfter:
    """A folder that gets a dump of the keyring after each renewal; the newest stays, since it alone opens everything.

    An older dump has the renewed blocks under keys that go now, and what was forgotten under keys that may be there.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder. One object is for one wait: it dumps once."""
        self._folder = folder
        self._failed: str | None = None

    def lacks(self, lsn: str) -> str:
        """Dump, and return why there is no dump, or nothing. What was committed before is in it."""
        if self._failed is None:
            self._failed = self._dump()
        return self._failed

    def _dump(self) -> str:
        name = f"keyring-{timezone.now():%Y-%m-%dT%H-%M-%S.%fZ}.dump"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            dump(ALIAS, self._folder / name)
            for older in self._folder.glob("keyring-*.dump"):
                if older.name < name:
                    older.unlink()
        except (DumpFailed, OSError) as problem:
            return f"the keyring was not dumped to {self._folder}: {problem}"
        return ""


class All:
    """Several places, each of which must have it."""

    def __init__(self, *places: Elsewhere) -> None:
        """Name them."""
        self._places = places

    def lacks(self, lsn: str) -> str:
        """Return what the first one that lacks something says; later ones are asked when the earlier are content."""
        return next((reason for place in self._places if (reason := place.lacks(lsn))), "")


def chosen() -> Elsewhere:
    """Return the places the settings name, KEYRING_STANDBY and KEYRING_DUMPS, or else the server's own disk."""
    places: list[Elsewhere] = [Standby(settings.KEYRING_STANDBY)] if settings.KEYRING_STANDBY else []
    if settings.KEYRING_DUMPS:
        places.append(DumpAfter(Path(settings.KEYRING_DUMPS)))
    return All(*places) if places else OwnDisk()


def wait(elsewhere: Elsewhere, *, patience_s: float = PATIENCE_S) -> str:
    """Wait until everything committed so far is there. Returns "" when it is, or why it is not after `patience_s`."""
    # The end of what was inserted, not of what was written: a commit may be on its way to the disk still.
    (lsn,) = _row("SELECT pg_current_wal_insert_lsn()::text", [])
    deadline = time.monotonic() + patience_s
    while (reason := elsewhere.lacks(lsn)) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    return reason


def _row(statement: str, parameters: list[str]) -> tuple[Any, ...]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
