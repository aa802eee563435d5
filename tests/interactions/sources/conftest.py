"""Writes small exports and reads them, also as a user whom permissions bind."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions.sources.reader import read_all

from .exports import LOS_ANGELES, Answer


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Answer]:
    """Write the files given as {path: content} and read the folder."""

    def write_and_read(files: dict[str, bytes | str], **options: Any) -> Answer:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        whole: dict[str, Any] = {"zone": LOS_ANGELES, **options}
        return Answer(read_all(tmp_path, **whole))

    return write_and_read


@pytest.fixture
def samples() -> Path:
    """Give the folder of sample exports."""
    return Path(__file__).parents[3] / "samples"


@pytest.fixture
def ordinary_user() -> Iterator[Path]:
    """Give a folder of a user whom permissions bind, and be that user until the end of the test."""
    folder = Path(tempfile.mkdtemp())
    user = os.geteuid()
    if user == 0:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(user)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
        shutil.rmtree(folder)
