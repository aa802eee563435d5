"""Look everywhere: each row of both databases raw, each sealed value opened with each living key, each stored file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from privacy import map as data_map
from privacy.keyring.models import Key
from privacy.keyring.ring import load_keys
from privacy.models import SealedField
from privacy.open import content_context, store
from privacy.sealing import unseal

ALICE = "+12025550147"
ALICE_MAIL = "alice.brown@example.com"
BOB = "+12025550148"
CANARIES = ("2025550147", "202 555 0147", "202-555-0147", ALICE_MAIL, "Alice", "alice canary")


_MADE_UP = re.compile(r"[0-9A-Za-z_-]{20,}|\.[0-9]{3,6}(?![0-9])")


def without_ids(text: str) -> str:
    """Return a text without ids, hashes, tokens and fractions of seconds, in which any few digits turn up by chance."""
    return _MADE_UP.sub("", text)


def raw_rows() -> Iterator[tuple[str, str]]:
    """Yield (table, row as text) for every row of both databases."""
    for alias in ("default", "keyring"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                yield from ((table, text) for (text,) in cursor.fetchall())


def opened_values() -> Iterator[tuple[str, str]]:
    """Yield (place, value) for every sealed value that a living key opens."""
    living = set(Key.objects.values_list("pk", flat=True))
    for entry in data_map.erasable():
        sealed = [f.name for f in entry.model._meta.concrete_fields if isinstance(f, SealedField)]
        rows: Any = entry.model._default_manager
        for row in rows.filter(key_id__in=living):
            key = load_keys([row.key_id])[row.key_id]
            yield from ((f"{entry.label}.{name}", str(unseal(row, key, name))) for name in sealed)
        if entry.content:
            for row in rows.filter(content_key_id__in=living):
                yield f"{entry.label} file", opened_file(row).decode(errors="replace")


def opened_file(row) -> bytes:
    key = load_keys([row.content_key_id])[row.content_key_id]
    with store().open(row.blob, key, context=content_context(row._meta.label, row.pk)) as reader:
        return reader.read_at(0, reader.size)


def stored_files() -> list[bytes]:
    folder = Path(settings.LETHE_HOME) / "store"
    assert folder.is_dir()
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


def places_of(*needles: str) -> list[str]:
    """Return every place in which one of the needles stands, in clear or opened."""
    found = [table for table, text in raw_rows() if any(needle in text for needle in needles)]
    found += [place for place, value in opened_values() if any(needle in value for needle in needles)]
    found += ["store" for content in stored_files() if any(needle.encode() in content for needle in needles)]
    return found
