"""The eraser's own rows: ids and moments, nothing about a person."""

from privacy.keyring.models import Block, Destroyed, Key, LedgerEntry, Taint, Tombstone, Version
from privacy.keyring.models import Epoch as KeyringEpoch
from privacy.map import declare
from privacy.models import Condemnation, DoomedFile, DoomedKey, Epoch, HoldsReview, IndexKey, Restoration

declare(
    Condemnation,
    plain=["id", "at", "account_id", "ground", "case", "actor", "remember", "done_at"],
    subject="nobody",
)
declare(DoomedKey, plain=["key_id", "condemnation", "replaced_by"], subject="nobody")
declare(DoomedFile, plain=["name", "at", "gone_at"], subject="nobody")
declare(Block, plain=["id", "account_id", "version", "used", "open"], subject="nobody")
declare(Version, plain=["id", "block", "version"], subject="nobody")
declare(Key, plain=["id", "block", "version", "wrapped"], subject="nobody")
declare(Taint, plain=["id", "block", "version", "at"], subject="nobody")
declare(Tombstone, plain=["key_id", "at", "replaced_by", "block", "version"], subject="nobody")
declare(Destroyed, plain=["id", "block", "version", "at"], subject="nobody")
declare(LedgerEntry, plain=["id", "account_id", "digest", "until", "at"], subject="nobody")
declare(KeyringEpoch, plain=["id", "number", "token", "at"], subject="nobody")
declare(IndexKey, plain=["account_id", "generation", "switched_at", "settled_at"], subject="nobody")
declare(Epoch, plain=["id", "number", "token", "next_token", "at"], subject="nobody")
declare(
    Restoration,
    plain=["id", "noticed_at", "lost", "data_number", "keyring_number"],
    subject="nobody",
)
declare(HoldsReview, plain=["id", "restoration", "account_id", "user_id", "at"], subject="nobody")
