"""Find a value without storing it: HMAC-SHA-256 under the account's index key.

All ten-digit numbers can be tried against an index key in hours, so the index key is a secret like the others and lies
in the key directory.
"""

import hmac
from functools import lru_cache
from uuid import UUID

from privacy import keys


def _secret_name(account_id: UUID) -> str:
    return f"index-{account_id}"


@lru_cache(maxsize=1_024)
def _index_key(account_id: UUID) -> bytes:
    # Returns the existing secret where there is one, so that two processes that meet agree.
    return keys.directory().create_secret(_secret_name(account_id))


def digest(account_id: UUID, kind: str, value: str) -> bytes:
    """Return the 32-byte index of a value in its normal form, of one kind, in one account."""
    return hmac.digest(_index_key(account_id), f"{kind}\0{value}".encode(), "sha256")
