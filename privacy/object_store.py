"""Sealed content in an object store (S3, SeaweedFS): django-storages, and a way to remove a thousand files at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

AT_ONCE = 1_000
"""The most that S3 takes in one DeleteObjects."""


class ObjectStore(S3Storage):
    """django-storages' S3, with `delete_all`."""

    def delete_all(self, names: Sequence[str]) -> dict[str, str]:
        """Remove files; return those that may still be there, with why. A missing one is no error.

        S3 answers 200 though it could not delete some: they stand in the answer, and nowhere else.
        """
        failed: dict[str, str] = {}
        for start in range(0, len(names), AT_ONCE):
            by_key = {self._normalize_name(clean_name(name)): name for name in names[start : start + AT_ONCE]}
            failed |= {by_key[key]: code for key, code in self._delete(list(by_key)) if key in by_key}
        return failed

    def _delete(self, keys: list[str]) -> Iterator[tuple[str, str]]:
        """Delete keys in one request; yield those that were not, each with a code."""
        client: Any = self.connection.meta.client
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        try:
            answer = client.delete_objects(Bucket=self.bucket_name, Delete=wanted)
        except (BotoCoreError, ClientError) as problem:
            code = type(problem).__name__
            yield from ((key, code) for key in keys)
            return
        yield from ((each["Key"], each.get("Code", "unknown")) for each in answer.get("Errors", ()))
