"""What holds after every renewal, looked up in the tables and in the key files that are left."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from privacy.keyring.models import Block, Destroyed, Key, Taint, Version
from vault.errors import Tampered
from vault.private_files import TEMP_SUFFIX
from vault.root_key import RootKeyFile
from vault.wrapping import unwrap


def key_files(*, with_temps: bool = False) -> set[tuple[int, int]]:
    """Return (block, version) of every block key file, `with_temps` also of what a killed process left half-made."""
    names = [file.name for file in _files() if with_temps or not file.name.endswith(TEMP_SUFFIX)]
    return {_place(name) for name in names}


def block_keys_left() -> list[bytes]:
    """Return every block key that any file left gives, half-made ones too, opened without any cache."""
    root = RootKeyFile(Path(settings.KEY_DIRECTORY))
    found = []
    for file in _files():
        block, version = _place(file.name)
        # A temporary file may be cut short, or stand under a root that was given up.
        with suppress(Tampered):
            found.append(root.unwrap(file.read_bytes(), context=f"blocks/{block}.{version}".encode()))
    assert len(found) >= len(key_files())
    return found


def _files() -> list[Path]:
    return sorted((Path(settings.KEY_DIRECTORY) / "blocks").iterdir())


def _place(name: str) -> tuple[int, int]:
    block, version = name.removesuffix(TEMP_SUFFIX).split(".")
    return int(block), int(version)


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
    assert current <= key_files()
    assert not key_files(with_temps=True) & destroyed
