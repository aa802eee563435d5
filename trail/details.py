"""Keep what is personal in an entry apart from it: sealed under its own key, committed to by a salted hash.

Shredding that key forgets the person; the entry, its hash and every proof stay as they are. The salt lies with the
detail, so that the commitment alone cannot be tried against guessed addresses.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from privacy.blind_index import digest
from privacy.erasure import erase
from privacy.keyring.ring import create_keys
from privacy.sealing import seal
from trail.actor import Actor
from trail.entry import commitment
from trail.models import Detail

NO_ACCOUNT = UUID(int=0)
"""Whose keys seal the details of entries that belong to no account."""

SALT_BYTES = 32
WORKSTATION = "workstation"
"""The kind under which the address of an act is indexed: never that of a customer's address, which forgetting finds."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A detail ready to be stored beside its entry."""

    detail: Detail
    commitment: bytes


def envelope(
    event_id: UUID, account_id: UUID, at: datetime, personal: Mapping[str, str], found_by: Sequence[bytes]
) -> Envelope:
    """Seal the personal part of the entry `event_id`, made `at`, under a new key; raises what the keyring raises."""
    salt = os.urandom(SALT_BYTES)
    detail = Detail(id=event_id, account_id=account_id, ended_at=at, digests=list(found_by) or None)
    seal(detail, create_keys(account_id, 1)[0], {"sealed": {"detail": dict(personal), "salt": salt.hex()}})
    return Envelope(detail, commitment(salt, personal))


def matches(opened: Mapping[str, Any], committed: bytes) -> bool:
    """Say whether an opened detail is the one its entry committed to."""
    return commitment(bytes.fromhex(opened["salt"]), opened["detail"]) == committed


def details_about(account_id: UUID, digests: Sequence[bytes]) -> QuerySet[Detail]:
    """Return the living details in which one of these identifiers stands, by blind index."""
    return Detail.objects.filter(account_id=account_id, condemned_at=None, digests__overlap=list(digests))


def workstation_index(account_id: UUID, address: str) -> bytes:
    """Return the blind index under which the acts of one address are found."""
    return digest(account_id, WORKSTATION, address)


def details_from(account_id: UUID, index: bytes) -> QuerySet[Detail]:
    """Return the living details of what was done from one address, by its `workstation_index`."""
    return details_about(account_id, [index])


def remove_detail(event_id: UUID, *, actor: Actor, ground: str, case: str = "") -> bool:
    """Forget what is personal in one entry; False when nothing was left to forget.

    The removal is an entry itself (the log witnesses it as `detail.removed`), and the verifier demands it. Raises what
    privacy.erasure.erase raises. Call it outside a transaction.
    """
    living = Detail.objects.filter(pk=event_id, condemned_at=None)
    return bool(erase(living, actor=actor, ground=ground, case=case).receipts)
