"""What holds after every renewal, looked up in the tables and in the key files that are left."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings

from privacy.keyring.models import Block, Destroyed, Key, Taint, Version
from vault.errors import Tampered
from vault.key_directory import KeyDirectory
from vault.wrapping import unwrap


def key_files() -> set[tuple[int, int]]:
    """Return (block, version) of every block key file there is."""
    files = (Path(settings.KEY_DIRECTORY) / "blocks").iterdir()
    return {(int(block), int(version)) for block, version in (file.name.split(".", 1) for file in files)}


def block_keys_left() -> list[bytes]:
    """Return every block key that the files left give, opened without any cache."""
    directory = KeyDirectory(settings.KEY_DIRECTORY)
    return [directory.block_key(*place) for place in sorted(key_files())]


def opens_with_any(wrapped: bytes, key_id: UUID, block_keys: Iterable[bytes] | None = None) -> bytes | None:
    """Try a copy of a wrapped key with every block key left; returns what it gives, None when nothing opens it."""
    for block_key in block_keys_left() if block_keys is None else block_keys:
        try:
            return unwrap(block_key, wrapped, context=key_id.bytes)
        except Tampered:
            continue
    return None


def assert_whole() -> None:
    """Assert that nothing is half-done: one version a block, its file there, older ones destroyed, no mark left."""
    current = set(Block.objects.values_list("pk", "version"))
    destroyed = set(Destroyed.objects.exclude(at=None).values_list("block", "version"))
    assert set(Version.objects.values_list("block_id", "version")) == current
    assert set(Key.objects.values_list("block", "version")) <= current
    assert not Destroyed.objects.filter(at=None).exists()
    assert not Taint.objects.exists()
    files = key_files()
    assert current <= files
    assert not files & destroyed
