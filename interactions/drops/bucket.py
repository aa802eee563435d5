"""A watched part of an S3 bucket, whose address and credentials only the installation's settings know.

An object is complete by nature. Objects are fetched into a folder in memory, batch by batch, what lists and describes
calls before the sounds, and what belongs together at once.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from interactions.drops.dropped import MOST_AT_ONCE, Dropped, PlaceProblem, is_ready_name, stem_of
from interactions.drops.spool import folder_in_memory, room_in
from interactions.sources.sound import is_sound_name
from interactions.sources.walk import refusal_of_name

MOST_FETCHED = 256 << 20
_BLOCK = 1 << 20
_NOT_THERE = {"404", "NoSuchKey", "NotFound", "PreconditionFailed", "412"}
UNREACHABLE = "The bucket does not answer or refuses. Nothing was removed; the next look goes on."


class Bucket:
    """The objects of a bucket whose keys begin with `prefix`. `options`: one entry of settings.DROP_BUCKETS."""

    def __init__(self, options: Mapping[str, Any], prefix: str, spool: Path) -> None:
        """Watch a prefix; connects to nothing yet."""
        self._bucket: str = options["bucket"]
        self._prefix = prefix
        self._spool = spool
        self._client = boto3.session.Session().client(
            "s3",
            aws_access_key_id=options.get("access_key"),
            aws_secret_access_key=options.get("secret_key"),
            region_name=options.get("region") or "us-east-1",
            endpoint_url=options.get("endpoint"),
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"max_attempts": 3, "mode": "standard"},
                s3={"addressing_style": "path" if options.get("endpoint") else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def look(self) -> Iterator[Dropped]:
        """Yield the objects, at most 100,000. Raises PlaceProblem."""
        number = 0
        with _told():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for each in (each for page in pages for each in page.get("Contents", ())):
                relative = each["Key"].removeprefix(self._prefix)
                if _is_usable(relative) and is_ready_name(relative):
                    yield Dropped(relative, each["Size"], f"{each['Size']}-{each['ETag']}")
                    number += 1
                    if number >= MOST_AT_ONCE:
                        return

    def at_hand(self, files: Collection[Dropped]) -> Iterator[AbstractContextManager[Path]]:
        """Yield contexts, each with a folder in memory that holds some of the objects. Raises PlaceProblem."""
        for portion in _portions(files, min(MOST_FETCHED, room_in(self._spool))):
            yield self._fetched(portion)

    def remove(self, relative: str, version: str = "") -> bool:
        """Delete an object; with a version, only if it is still that one. Raises PlaceProblem."""
        there = self._version(relative)
        if not there or (version and version != there):
            return False
        with _told():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + relative)
        return True

    def is_still(self, file: Dropped) -> bool:
        """Tell whether an object is there, unchanged since the look. Raises PlaceProblem."""
        return self._version(file.relative) == file.version

    def _version(self, relative: str) -> str:
        """Return the version of an object, or nothing when it is not there."""
        with _told():
            try:
                head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + relative)
            except ClientError as problem:
                if _is_missing(problem):
                    return ""
                raise
        return f"{head['ContentLength']}-{head['ETag']}"

    @contextmanager
    def _fetched(self, portion: list[Dropped]) -> Iterator[Path]:
        with folder_in_memory(self._spool) as folder:
            for each in portion:
                self._fetch(each, folder / each.relative)
            yield folder

    def _fetch(self, dropped: Dropped, target: Path) -> None:
        """Fetch one object; one that is gone or was replaced since the look is left for the next."""
        target.parent.mkdir(parents=True, exist_ok=True)
        etag = dropped.version.split("-", 1)[1]
        with _told():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + dropped.relative, IfMatch=etag)
            except ClientError as problem:
                if _is_missing(problem):
                    return
                raise
            with closing(answer["Body"]) as body, target.open("xb") as out:
                for block in body.iter_chunks(_BLOCK):
                    out.write(block)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the client raises into a sentence: its own text holds keys and addresses."""
    try:
        yield
    except (BotoCoreError, ClientError) as problem:
        raise PlaceProblem("bucket", UNREACHABLE) from problem
    except OSError as problem:
        raise PlaceProblem("spool", "The folder in memory is full. The next look goes on.") from problem


def _is_missing(problem: ClientError) -> bool:
    """Tell whether an object is not there, or no longer the one that was seen."""
    return problem.response.get("Error", {}).get("Code") in _NOT_THERE


def _is_usable(relative: str) -> bool:
    """Tell whether a key can be the path of a file: buckets allow what folders don't."""
    parts = relative.split("/")
    odd = not relative or relative.endswith("/") or "\\" in relative or len(relative) > 1024
    return not odd and not refusal_of_name(relative) and not {"", ".", ".."} & set(parts)


def _portions(files: Collection[Dropped], room: int) -> Iterator[list[Dropped]]:
    """Yield batches that fit into the room; files of one name stay together. One larger than the room goes alone."""
    with_sound = {stem_of(each.relative) for each in files if is_sound_name(each.relative)}
    ordered = sorted(files, key=lambda each: (stem_of(each.relative) in with_sound, stem_of(each.relative)))
    portion: list[Dropped] = []
    size = 0
    for _, group in groupby(ordered, key=lambda each: stem_of(each.relative)):
        together = list(group)
        weight = sum(each.size for each in together)
        if portion and size + weight > room:
            yield portion
            portion, size = [], 0
        portion += together
        size += weight
    if portion:
        yield portion
