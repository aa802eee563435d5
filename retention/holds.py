"""Place and release legal holds.

A hold takes the same row locks as the eraser, top down: whichever comes first wins, and the other sees it. Nothing is
half held: a record past the point of no return refuses the hold, a held record refuses the erasure.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from privacy import lineage
from privacy.ids import new_id
from privacy.keyring.ring import NewKey, create_keys, load_keys
from privacy.models import SealedModel
from privacy.sealing import seal
from retention import releasing
from retention.errors import AlreadyCondemned, Incomplete, NotCoverable
from retention.guard import GROUND
from retention.models import Ground, HoldScope, LegalHold
from retention.numbering import next_reference
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

COVERABLE = {"interactions.Interaction": "interaction", "customers.Customer": "customer"}
LONGEST_MATTER = 200
LONGEST_REASON = 4_000
MOST_RECORDS = 100


class Covered(NamedTuple):
    """A record a hold names: its model's label and its id."""

    label: str
    id: UUID


def place_hold(
    *,
    actor: Actor,
    account: Account,
    covers: Sequence[Covered],
    matter: str,
    reason: str,
    ground: str = Ground.LITIGATION,
    review_on: date | None = None,
    hold_id: UUID | None = None,
) -> LegalHold:
    """Keep records of an account, and all that belongs to them, from every erasure until the hold is released.

    `hold_id`: chosen by a form when it was shown, so that the same form sent twice places one hold. Raises Refused,
    Incomplete, NotCoverable, AlreadyCondemned; then nothing is held.
    """
    require(require_actor(actor), "retention.place_hold", account, action="hold.placed")

    covers = _checked(covers, matter, reason, ground, review_on)
    (key,) = create_keys(account.pk, 1)

    with transaction.atomic():
        known = _sent_before(account, hold_id)
        if known is not None:
            return known
        _lock_living(account, covers)
        hold = _new_hold(actor, account, key, hold_id or new_id(), matter, reason, ground, review_on)
        HoldScope.objects.bulk_create([HoldScope(hold=hold, label=each.label, record_id=each.id) for each in covers])

        facts: dict[str, Fact] = {"ground": str(ground), "records": len(covers), "reference": hold.reference}
        append("hold.placed", actor=actor, account_id=account.pk, record=_name(hold), purpose=GROUND, facts=facts)
    return hold


def release_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Let go what a hold kept; a hold already released stays as it is. Raises Refused, Incomplete."""
    require(require_actor(actor), "retention.release_hold", hold, action="hold.released")

    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Incomplete(f"Say why the hold ends, in at most {LONGEST_REASON:,} characters. The hold stays.")

    with transaction.atomic():
        living = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if not living.is_active:
            return living
        seal(living, _own_key(living), {"release_reason": reason.strip()})
        living.released_at, living.released_by_id = timezone.now(), actor.user_id
        living.save(update_fields=["release_reason", "released_at", "released_by"])

        facts = {"reference": living.reference}
        append("hold.released", actor=actor, account_id=living.account_id, record=_name(living), facts=facts)
        releasing.tell(living, actor=actor)
    return living


def _own_key(hold: LegalHold) -> NewKey:
    """Return the key a hold in force was sealed with; KeyLost when the keyring does not have it."""
    keys = load_keys([hold.key_id] if hold.key_id else [])
    (key_id,) = keys
    return NewKey(key_id, keys[key_id])


def _checked(covers: Sequence[Covered], matter: str, reason: str, ground: str, review_on: date | None) -> list[Covered]:
    if not matter.strip() or len(matter) > LONGEST_MATTER:
        raise Incomplete(f"Name the matter in at most {LONGEST_MATTER} characters. Nothing is held yet.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Incomplete(f"Say why it must be kept, in at most {LONGEST_REASON:,} characters. Nothing is held yet.")
    if ground not in Ground.values:
        raise Incomplete("Choose a ground from the list. Nothing is held yet.")
    if review_on is not None and review_on < timezone.now().date():
        raise Incomplete("The day to look again lies in the past. Nothing is held yet.")
    if not 1 <= len(covers) <= MOST_RECORDS:
        raise Incomplete(f"Name at least one and at most {MOST_RECORDS} records to hold. Nothing is held yet.")
    return list(dict.fromkeys(covers))


def _sent_before(account: Account, hold_id: UUID | None) -> LegalHold | None:
    if hold_id is None:
        return None
    # Two clicks at once: the second waits here until the first has committed.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    known = LegalHold.objects.filter(pk=hold_id).first()
    if known is not None and known.account_id != account.pk:
        raise NotCoverable("This form belongs to another account. Nothing is held. Open the page again.")
    return known


def _lock_living(account: Account, covers: Sequence[Covered]) -> None:
    """Lock what is to be held with all it belongs to; refuse what is not there or already condemned."""
    rows = [_row(account, each) for each in covers]
    fresh, _ = lineage.lock(rows)
    if {row.pk for row in fresh} != {row.pk for row in rows}:
        raise AlreadyCondemned(
            "An erasure came first: it is past the point of no return and can't be held any more. Nothing is held."
        )


def _row(account: Account, covered: Covered) -> SealedModel:
    if covered.label not in COVERABLE:
        raise NotCoverable("A hold names interactions or customers. Nothing is held.")
    row = apps.get_model(covered.label)._default_manager.filter(pk=covered.id, account_id=account.pk).first()
    if row is None:
        raise NotCoverable(f"This account has no {COVERABLE[covered.label]} with this id. Nothing is held.")
    return row


def _new_hold(
    actor: Actor,
    account: Account,
    key: NewKey,
    hold_id: UUID,
    matter: str,
    reason: str,
    ground: str,
    review_on: date | None,
) -> LegalHold:
    hold = LegalHold(
        id=hold_id,
        account=account,
        reference=next_reference(LegalHold, account, "HOLD"),
        ground=ground,
        placed_by_id=actor.user_id,
        review_on=review_on,
    )
    seal(hold, key, {"matter": matter.strip(), "reason": reason.strip()})
    hold.save(force_insert=True)
    return hold


def _name(hold: LegalHold) -> tuple[str, str]:
    return hold._meta.label, str(hold.pk)
