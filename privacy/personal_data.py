"""The eraser's own rows: ids and moments, nothing about a person."""

from privacy.keyring.models import Block, Destroyed, Key, Taint, Tombstone, Version
from privacy.map import declare
from privacy.models import Condemnation, DoomedFile, DoomedKey

declare(
    Condemnation,
    plain=["id", "at", "account_id", "ground", "case", "actor", "done_at"],
    subject="nobody",
)
declare(DoomedKey, plain=["key_id", "condemnation", "replaced_by"], subject="nobody")
declare(DoomedFile, plain=["name", "at"], subject="nobody")
declare(Block, plain=["id", "account_id", "version", "used", "open"], subject="nobody")
declare(Version, plain=["id", "block", "version"], subject="nobody")
declare(Key, plain=["id", "block", "version", "wrapped"], subject="nobody")
declare(Taint, plain=["id", "block", "version", "at"], subject="nobody")
declare(Tombstone, plain=["key_id", "at", "replaced_by", "block", "version"], subject="nobody")
declare(Destroyed, plain=["id", "block", "version", "at"], subject="nobody")
